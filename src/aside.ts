/**
 * Calls that nobody asked for.
 *
 * @module
 */
import { getLastWin32Error, kernel32 } from "./raw.ts";

/**
 * Makes calls that the program did not make itself, such as those of the
 * garbage collector, without a trace in the last error.
 */
export function aside<T>(calls: () => T): T {
  const lastError = getLastWin32Error();
  try {
    return calls();
  } finally {
    kernel32.SetLastError(lastError);
  }
}
