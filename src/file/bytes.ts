/**
 * Views of bytes.
 *
 * @module
 */
import { byteLengthOf, copyBytes } from "../../ffi/views.ts";
import { MAX_WHOLE } from "./transfer_limits.ts";

/**
 * Whether something is a Uint8Array and nothing more. A subclass may give
 * another length than its memory has, or make no part of itself. To ask for the
 * prototype would take V8 some 30 ns.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value.constructor === Uint8Array;
}

/** The same memory, byte by byte. */
export function asBytes(view: ArrayBufferView): Uint8Array {
  return isBytes(view)
    ? view
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * Returns the length of several buffers that are written by one call.
 *
 * @throws {RangeError} If they have more than 64 MiB together.
 */
export function joinedLength(views: readonly ArrayBufferView[]): number {
  let length = 0;
  for (const view of views) length += byteLengthOf(view);
  if (length <= MAX_WHOLE) return length;
  throw new RangeError(
    "buffers are written by one call to a pipe or at the end of a file, and " +
      `must have at most ${MAX_WHOLE} bytes together: got ${length}`,
  );
}

/** Copies several buffers, one behind the other, into memory that has room. */
export function join(
  views: readonly ArrayBufferView[],
  target: Uint8Array,
): void {
  let at = 0;
  for (const view of views) {
    copyBytes(view, target.subarray(at));
    at += byteLengthOf(view);
  }
}
