/**
 * Blocking calls on an overlapped handle, made on other threads.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import type { ThreadQueue } from "../file/thread_queue.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/**
 * Makes a blocking call when a thread is free. The handle stays open until it
 * has returned: `close()` cancels it.
 *
 * @throws {FileClosedError} If the handle is closed before it has returned.
 */
export async function callWhileOpen(
  handle: OverlappedHandle,
  method: string,
  threads: ThreadQueue,
  call: () => Promise<void>,
): Promise<void> {
  const { path, closingSignal } = handle;
  try {
    await handle.during(method, () => threads.run(call, closingSignal));
  } catch (error) {
    const isCancelled = error === closingSignal.reason ||
      (error instanceof Win32Error && error.win32 === ERROR_OPERATION_ABORTED);
    throw isCancelled && closingSignal.aborted
      ? new FileClosedError(method, path)
      : error;
  }
}
