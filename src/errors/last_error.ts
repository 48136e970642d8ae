/**
 * The last error of this thread's calls.
 *
 * @module
 */
import { thread as frames } from "../../ffi/thread.ts";

/**
 * Gets the last error of the last kernel32 call that this thread made through
 * this module; nothing else changes it. It was read in the same native frame
 * as the call. As in C, it means something only after a call that failed, or
 * that sets it on success too.
 *
 * @returns The Win32 error code.
 * @throws {Error} If the system has no kernel32.
 *
 * @see https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror
 *
 * @example Tell why a call failed
 * ```ts
 * import { symbolOf, toHandle } from "@kernel32/io";
 * import { getLastWin32Error, kernel32 } from "@kernel32/io/raw";
 *
 * if (!kernel32.FlushFileBuffers(toHandle(0x7FFF0000))) {
 *   console.log(symbolOf(getLastWin32Error())); // ERROR_INVALID_HANDLE
 * }
 * ```
 */
export function getLastWin32Error(): number {
  return frames().lastError;
}

/**
 * Makes calls that the program did not ask for, such as those of the garbage
 * collector, and restores the last error that the program may still read.
 */
export function preservingLastError<T>(calls: () => T): T {
  const thread = frames();
  const { lastError } = thread;
  try {
    return calls();
  } finally {
    thread.lastError = lastError;
  }
}
