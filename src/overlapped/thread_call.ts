/**
 * Blocking calls on an overlapped handle, made on other threads.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/**
 * Does work with blocking calls. The handle stays open until it has ended:
 * `close()` cancels the calls.
 *
 * @throws {FileClosedError} If the handle is closed before the work has ended.
 */
export async function whileOpen(
  handle: OverlappedHandle,
  method: string,
  work: () => Promise<void>,
): Promise<void> {
  const { path, closingSignal } = handle;
  try {
    await handle.during(method, work);
  } catch (error) {
    const isCancelled = error === closingSignal.reason ||
      (error instanceof Win32Error && error.win32 === ERROR_OPERATION_ABORTED);
    throw isCancelled && closingSignal.aborted
      ? new FileClosedError(method, path)
      : error;
  }
}
