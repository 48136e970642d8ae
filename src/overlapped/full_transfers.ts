/**
 * Transfers that go on until all is read or written.
 *
 * @module
 */
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import { withMoreTransferred } from "../errors/bytes_transferred.ts";
import { checkBytes } from "../file/arguments.ts";
import { Collector } from "../file/collector.ts";
import type { DeviceKind } from "../file/device_kind.ts";
import { isAborted, isReason } from "../file/signal.ts";
import { advance, type Offset } from "../file/transfer_limits.ts";
import type { OverlappedIo } from "./transfers.ts";

/** What reads of several transfers are made with. */
export type Reads = Pick<OverlappedIo, "read">;
type Writes = Pick<OverlappedIo, "write">;

type Signal = AbortSignal | undefined;

/**
 * Reads until the buffer is full.
 *
 * @returns How many bytes were read: fewer only at the end.
 */
export async function readFully(
  io: Reads,
  buffer: ArrayBufferView,
  offset: Offset,
  signal: Signal,
  device: DeviceKind,
): Promise<number> {
  // The memory may have been transferred elsewhere since the method's call.
  checkBytes("buffer", buffer);
  const length = byteLengthOf(buffer);
  return await untilDone(length, signal, async (done) => {
    const rest = done === 0 ? buffer : bytesOf(buffer, done);
    const count = await io.read(rest, advance(offset, done), signal);
    return count === null || device.endsReading(count, 0) ? null : count;
  });
}

/**
 * Reads to the end.
 *
 * @param expected About how many bytes there are.
 */
export async function readToEnd(
  io: Reads,
  expected: number,
  offset: Offset,
  signal: Signal,
  device: DeviceKind,
): Promise<Uint8Array<ArrayBuffer>> {
  const collector = new Collector(expected);
  await untilDone(Infinity, signal, async (done) => {
    const count = await io.read(
      collector.room(),
      advance(offset, done),
      signal,
    );
    if (count === null || device.endsReading(count, 0)) return null;
    collector.took(count);
    return count;
  });
  return collector.result();
}

/**
 * Writes all of the data.
 *
 * @returns How many bytes that were.
 */
export async function writeFully(
  io: Writes,
  data: ArrayBufferView,
  offset: Offset,
  signal: Signal,
  device: DeviceKind,
  extending = false,
): Promise<number> {
  checkBytes("data", data);
  const length = byteLengthOf(data);
  return await untilDone(length, signal, async (done) => {
    const rest = done === 0 ? data : bytesOf(data, done);
    const at = advance(offset, done);
    const count = await io.write(rest, at, signal, extending);
    // After an abort in between, the next write rejects with its reason.
    if (!isAborted(signal)) device.checkWritten(count, length - done, count);
    return count;
  });
}

/** Repeats a transfer until so many bytes are done, or its result is null. */
async function untilDone(
  length: number,
  signal: Signal,
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
    // The reason of an abort may be the error of another transfer.
    throw isReason(error, signal) ? error : withMoreTransferred(error, done);
  }
}
