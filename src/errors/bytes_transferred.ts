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
  if (before === 0 || !(error instanceof Win32Error)) return error;
  return error.withBytesTransferred(before + transferredBefore(error));
}

/** Returns how many bytes had been transferred before a failure. */
export function transferredBefore(error: unknown): number {
  return error instanceof Win32Error ? error.bytesTransferred ?? 0 : 0;
}
