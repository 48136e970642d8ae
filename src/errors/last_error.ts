/**
 * The last error of this thread's calls.
 *
 * @module
 */
import { thread } from "../../ffi/thread.ts";

/**
 * Returns the last error of the last kernel32 call that this thread made through
 * this module. Only such calls change it, and it is read in the same native
 * frame as the call. As in C, it has a meaning only after a call that failed, or
 * that sets it on success too.
 *
 * @returns The Win32 error code.
 * @throws {Error} If the system has no kernel32.
 *
 * @see https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror
 *
 * @example Find out why a call failed
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
  return thread().lastError;
}

/**
 * Runs calls that the program did not make itself, such as those of a finalizer,
 * and restores the last error, which the program may still read.
 */
export function preservingLastError<T>(calls: () => T): T {
  const here = thread();
  const { lastError } = here;
  try {
    return calls();
  } finally {
    here.lastError = lastError;
  }
}
