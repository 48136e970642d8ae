/**
 * The count of bytes that an error has when an operation consists of several
 * calls.
 *
 * @module
 */
import { Win32Error } from "./win32_error.ts";

/**
 * Returns the error of a whole operation for the error of one of its calls: a
 * Win32Error whose count includes the bytes of the calls before. Returns any
 * other value as it is.
 *
 * @param error What the call failed with.
 * @param before How many bytes the calls before it transferred.
 */
export function withMoreTransferred(error: unknown, before: number): unknown {
  return before === 0 ? error : recounted(error, (count) => before + count);
}

/**
 * Returns the same error with another count of bytes, and any other value as it
 * is.
 *
 * @param count Returns the count for that of the error.
 */
export function recounted(
  error: unknown,
  count: (count: number) => number,
): unknown {
  return error instanceof Win32Error
    ? error.withBytesTransferred(count(error.bytesTransferred ?? 0))
    : error;
}

/** Returns how many bytes had been transferred before a failure. */
export function transferredBefore(error: unknown): number {
  return error instanceof Win32Error ? error.bytesTransferred ?? 0 : 0;
}
