/**
 * Several buffers that are written as one.
 *
 * @module
 */
import { byteLengthOf, copyBytes, totalLength } from "../../ffi/views.ts";
import { MAX_WHOLE } from "./transfer_limits.ts";

/**
 * Returns the length of several buffers that are written by one call.
 *
 * @throws {RangeError} If they have more than 64 MiB together.
 */
export function joinedLength(views: readonly ArrayBufferView[]): number {
  const length = totalLength(views);
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
