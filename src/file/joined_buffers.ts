/**
 * Several buffers that are read or written as one.
 *
 * @module
 */
import { byteLengthOf, copyBytes, totalLength } from "../../ffi/views.ts";
import { MAX_WHOLE } from "./transfer_limits.ts";

/**
 * Returns the length of several buffers that are read or written by one call.
 *
 * @throws {RangeError} If they have more than 64 MiB together.
 */
export function joinedLength(views: readonly ArrayBufferView[]): number {
  const length = totalLength(views);
  if (length <= MAX_WHOLE) return length;
  throw new RangeError(
    "buffers are one call to a pipe or at the end of a file, and " +
      `must have at most ${MAX_WHOLE} bytes together: got ${length}`,
  );
}

/** Copies several buffers, one behind the other, into memory that has room. */
export function join(
  views: readonly ArrayBufferView[],
  joined: Uint8Array,
): void {
  forEachPart(views, joined, copyBytes);
}

/** Copies bytes to several buffers, one behind the other, as far as they go. */
export function spread(
  joined: Uint8Array,
  views: readonly ArrayBufferView[],
): void {
  forEachPart(views, joined, (view, part) => copyBytes(part, view));
}

function forEachPart(
  views: readonly ArrayBufferView[],
  joined: Uint8Array,
  copy: (view: ArrayBufferView, part: Uint8Array) => void,
): void {
  let at = 0;
  for (const view of views) {
    const end = at + byteLengthOf(view);
    copy(view, joined.subarray(at, end));
    at = end;
  }
}
