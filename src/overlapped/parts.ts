/**
 * Transfers that are made one part after the other.
 *
 * @module
 */
import { Win32Error } from "../errors/win32_error.ts";
import type { Offset } from "./overlapped_handle.ts";
import { END_OF_FILE } from "../file/transfer_limits.ts";

/** What a read returns at the end of a file or pipe. */
export const ENDED = -1;

/** The offset of what follows the first `count` bytes. */
export function advance(offset: Offset, count: number): Offset {
  if (offset === END_OF_FILE) return offset;
  return typeof offset === "number" ? offset + count : offset + BigInt(count);
}

/** Adds what was transferred before to the count of an error. */
export async function counting(
  done: number,
  transfer: Promise<number>,
): Promise<number> {
  try {
    return await transfer;
  } catch (error) {
    if (done === 0 || !(error instanceof Win32Error)) throw error;
    throw error.withBytesTransferred(done + (error.bytesTransferred ?? 0));
  }
}

/**
 * Transfers buffers one after the other, up to the first that is not
 * transferred as a whole. Returns the count, or `ENDED`.
 */
export async function inParts(
  parts: readonly Uint8Array[],
  offset: Offset,
  transfer: (part: Uint8Array, offset: Offset) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (const part of parts) {
    const { length } = part;
    const place = advance(offset, done);
    const count = await counting(done, transfer(part, place));
    if (count === ENDED) return done > 0 ? done : ENDED;
    done += count;
    if (count < length) break;
  }
  return done;
}
