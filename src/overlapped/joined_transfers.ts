/**
 * Transfers of several buffers by one operation.
 *
 * @module
 */
import { checkList } from "../file/arguments.ts";
import { join, joinedLength, spread } from "../file/joined_buffers.ts";
import { rentBuffer } from "../memory/pooled_memory.ts";

/**
 * Joins buffers in rented memory, and releases it when the write has ended. Call
 * it when it is the turn of the write, so that those that wait hold no memory.
 *
 * @param write Writes what it is given, by one operation.
 * @throws {RangeError} If the buffers have more than 64 MiB together.
 */
export function writeJoined(
  views: readonly ArrayBufferView[],
  write: (joined: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<number> {
  return inRented(views, (joined) => {
    join(views, joined);
    return write(joined);
  });
}

/**
 * Reads into rented memory, and copies what came to the buffers.
 *
 * @param read Reads into what it is given, by one operation.
 * @throws {RangeError} If the buffers have more than 64 MiB together.
 */
export function readJoined(
  views: readonly ArrayBufferView[],
  read: (joined: Uint8Array<ArrayBuffer>) => Promise<number | null>,
): Promise<number | null> {
  return inRented(views, async (joined) => {
    if (joined.length === 0) return 0;
    const count = await read(joined);
    // The memory may have been transferred elsewhere meanwhile.
    checkList("buffers", views);
    spread(joined.subarray(0, count ?? 0), views);
    return count;
  });
}

async function inRented<T>(
  views: readonly ArrayBufferView[],
  transfer: (joined: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  // The memory may have been transferred elsewhere since the method's call.
  checkList("buffers", views);
  const length = joinedLength(views);
  const rented = rentBuffer(length);
  try {
    return await transfer(rented.bytes.subarray(0, length));
  } finally {
    rented.release();
  }
}
