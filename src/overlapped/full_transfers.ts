/**
 * Transfers that go on until all is read or written.
 *
 * @module
 */
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import { withMoreTransferred } from "../errors/bytes_transferred.ts";
import { checkBytes } from "../file/arguments.ts";
import { Collector } from "../file/collector.ts";
import { advance, type Offset } from "../file/transfer_limits.ts";
import type { OverlappedIo } from "./transfers.ts";

type Reads = Pick<OverlappedIo, "read">;
type Writes = Pick<OverlappedIo, "write">;

type Signal = AbortSignal | undefined;

/**
 * Reads until the buffer is full.
 *
 * @param mayBeEmpty Whether a read of nothing is a message, after which others
 * come, and not all that there is.
 * @returns How many bytes were read: fewer only at the end.
 */
export async function readFully(
  io: Reads,
  buffer: ArrayBufferView,
  offset: Offset,
  signal: Signal,
  mayBeEmpty: boolean,
): Promise<number> {
  // The memory may have been transferred elsewhere since the method's call.
  checkBytes("buffer", buffer);
  const length = byteLengthOf(buffer);
  return await untilDone(length, async (done) => {
    const rest = done === 0 ? buffer : bytesOf(buffer, done);
    const count = await io.read(rest, advance(offset, done), signal);
    return count === 0 && !mayBeEmpty ? null : count;
  });
}

/**
 * Reads to the end.
 *
 * @param expected About how many bytes there are.
 * @param mayBeEmpty As for `readFully()`.
 */
export async function readToEnd(
  io: Reads,
  expected: number,
  offset: Offset,
  signal: Signal,
  mayBeEmpty: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const collector = new Collector(expected);
  await untilDone(Infinity, async (done) => {
    const count = await io.read(
      collector.room(),
      advance(offset, done),
      signal,
    );
    if (count === null || (count === 0 && !mayBeEmpty)) return null;
    collector.took(count);
    return count;
  });
  return collector.result();
}

/**
 * Writes all of the data.
 *
 * @returns How many bytes were written: fewer only where a device takes none.
 */
export async function writeFully(
  io: Writes,
  data: ArrayBufferView,
  offset: Offset,
  signal: Signal,
): Promise<number> {
  checkBytes("data", data);
  return await untilDone(byteLengthOf(data), async (done) => {
    const rest = done === 0 ? data : bytesOf(data, done);
    return await io.write(rest, advance(offset, done), signal) || null;
  });
}

/** Repeats a transfer until so many bytes are done, or its result is null. */
async function untilDone(
  length: number,
  transfer: (done: number) => Promise<number | null>,
): Promise<number> {
  let done = 0;
  try {
    while (done < length) {
      const count = await transfer(done);
      if (count === null) break;
      done += count;
    }
    return done;
  } catch (error) {
    throw withMoreTransferred(error, done);
  }
}
