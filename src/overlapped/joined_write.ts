/**
 * Writes of several buffers by one operation.
 *
 * @module
 */
import { checkList } from "../file/arguments.ts";
import { join, joinedLength } from "../file/joined_buffers.ts";
import { rentBuffer } from "../memory/pooled_memory.ts";

/**
 * Joins buffers in rented memory, and releases it when the write has ended. Call
 * it when it is the turn of the write, so that those that wait hold no memory.
 *
 * @param write Writes what it is given, by one operation.
 * @throws {RangeError} If the buffers have more than 64 MiB together.
 */
export async function writeJoined(
  views: readonly ArrayBufferView[],
  write: (joined: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<number> {
  // The memory may have been transferred elsewhere since the method's call.
  checkList("buffers", views);
  const length = joinedLength(views);
  const rented = rentBuffer(length);
  try {
    const joined = rented.bytes.subarray(0, length);
    join(views, joined);
    return await write(joined);
  } finally {
    rented.release();
  }
}
