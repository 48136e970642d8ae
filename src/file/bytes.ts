/**
 * Views of bytes.
 *
 * @module
 */
import { byteLengthOf, copyBytes } from "../../ffi/views.ts";

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

/** The most that is joined for one write, in bytes. */
export const MAX_JOINED: number = 2 ** 26;

/**
 * Copies several buffers into one, for a file or pipe on which they must be
 * written by one call.
 *
 * @throws {RangeError} If they have more than 64 MiB together.
 */
export function joinedBytes(
  views: readonly ArrayBufferView[],
): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const view of views) length += byteLengthOf(view);
  if (length > MAX_JOINED) {
    throw new RangeError(
      "buffers are written by one call to a pipe or at the end of a file, and " +
        `must have at most ${MAX_JOINED} bytes together: got ${length}`,
    );
  }
  const joined = new Uint8Array(length);
  let at = 0;
  for (const view of views) {
    copyBytes(view, joined.subarray(at));
    at += byteLengthOf(view);
  }
  return joined;
}
