/**
 * Calls that nobody asked for.
 *
 * @module
 */
import { frames } from "../../ffi/mod.ts";

/**
 * Makes calls that the program did not make itself, such as those of the
 * garbage collector, without a trace in the last error.
 */
export function aside<T>(calls: () => T): T {
  const table = frames();
  const { lastError } = table;
  try {
    return calls();
  } finally {
    table.lastError = lastError;
  }
}
