/**
 * Blocking calls on an overlapped handle, made on other threads.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/**
 * Does work with blocking calls. A handle of the module's own stays open until it
 * has ended: `close()` cancels the calls.
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
    // What cancels such calls cancels all I/O on the handle: `close()` leaves
    // those on a handle that others use alone, and does not wait for them.
    await (handle.isShared ? work() : handle.during(method, work));
  } catch (error) {
    const isCancelled = error === closingSignal.reason ||
      (error instanceof Win32Error && error.win32 === ERROR_OPERATION_ABORTED);
    throw isCancelled && closingSignal.aborted
      ? new FileClosedError(method, path)
      : error;
  }
}
