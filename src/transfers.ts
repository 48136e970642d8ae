/**
 * Synchronous reads and writes of any length on one handle.
 *
 * @module
 */
import { frames } from "../ffi/mod.ts";
import { type BufferTransferName, Transfer } from "../ffi/transfer.ts";
import {
  ERROR_BROKEN_PIPE,
  ERROR_HANDLE_EOF,
  ERROR_MORE_DATA,
  isShortage,
} from "./codes.ts";
import { Win32Error } from "./error.ts";
import type { Handle } from "./raw.ts";

/** Where a transfer starts: at an offset, or at the file pointer. */
export type Place = number | bigint | undefined;

/** "To write to the end of file, specify both … as 0xFFFFFFFF": -1. */
export const END_OF_FILE = -1;

/**
 * The most that one call is asked for. The parameter is a DWORD, and unbuffered
 * I/O takes less than 4 GiB by a page; this is a whole number of everything.
 */
const MAX_LENGTH = 2 ** 30;
const MIN_LENGTH = 2 ** 16;

const TWO_32 = 2 ** 32;

let reads: Transfer | undefined;
let writes: Transfer | undefined;

/** What a transfer is made on. */
export interface TransferTarget {
  /** The handle, without FILE_FLAG_OVERLAPPED. */
  readonly handle: Handle;
  /** Its path, for errors. */
  readonly path: string;
  /**
   * Whether it is a disk file, where a short write says that the disk is full,
   * though the call has succeeded: the next one fails, and says so.
   */
  readonly seekable: boolean;
}

/** What `readInto()` returns at the end of a file or pipe. */
export const ENDED = -1;

/**
 * Reads until the buffer is full, the file has ended or the device has no more.
 *
 * @returns The count, or `ENDED`.
 */
export function readInto(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  const transfer = reads ??= new Transfer("ReadFile", frames());
  // As few layers as possible: the runtimes inline only so deep.
  const succeeded = place === undefined && length <= MAX_LENGTH
    ? transfer.here(target.handle, bytes, length)
    : call(transfer, target, bytes, length, place);
  return succeeded
    ? transfer.count
    : goOn("ReadFile", transfer, target, bytes, length, place);
}

/**
 * Writes. Less than `length` only on a pipe that does not block.
 *
 * @returns The count.
 */
export function writeFrom(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  const transfer = writes ??= new Transfer("WriteFile", frames());
  const succeeded = place === undefined && length <= MAX_LENGTH
    ? transfer.here(target.handle, bytes, length)
    : call(transfer, target, bytes, length, place);
  if (!succeeded) {
    return goOn("WriteFile", transfer, target, bytes, length, place);
  }
  const { count } = transfer;
  return count === length || !target.seekable || count === 0
    ? count
    : goOn("WriteFile", transfer, target, bytes, length, place, count);
}

/** One call into the system. */
function call(
  transfer: Transfer,
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): boolean {
  if (length > MAX_LENGTH) return false;
  if (place === undefined) return transfer.here(target.handle, bytes, length);
  if (typeof place === "number") {
    const low = place >>> 0;
    const high = (place - low) / TWO_32;
    return transfer.at(target.handle, bytes, length, low, high);
  }
  const low = Number(place & 0xFFFF_FFFFn);
  return transfer.at(target.handle, bytes, length, low, Number(place >> 32n));
}

/**
 * What the one call could not do: too much for it, or it failed. Goes on in
 * parts, in smaller ones where the system is short of memory.
 */
function goOn(
  syscall: BufferTransferName,
  transfer: Transfer,
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
  done = 0,
): number {
  let limit = Math.min(length, MAX_LENGTH);
  let failed = done === 0 && length <= MAX_LENGTH;
  for (;;) {
    if (failed) {
      const { count, lastError } = transfer;
      // On a pipe, two smaller messages would not be the same.
      const mayShrink = target.seekable && limit > MIN_LENGTH;
      if (isShortage(lastError) && mayShrink) {
        limit = halved(limit);
      } else {
        done += count;
        if (syscall === "ReadFile") {
          // The buffer is full, the rest of the message is read next.
          if (lastError === ERROR_MORE_DATA) return done;
          if (isEnd(lastError)) return done > 0 ? done : ENDED;
        }
        throw new Win32Error(syscall, lastError, {
          path: target.path,
          bytesTransferred: done,
        });
      }
    }
    const wanted = Math.min(limit, length - done);
    const part = new Uint8Array(bytes.buffer, bytes.byteOffset + done, wanted);
    failed = !call(transfer, target, part, wanted, advance(place, done));
    if (failed) continue;
    const { count } = transfer;
    done += count;
    if (done === length) return done;
    const goesOn = syscall === "WriteFile" && target.seekable && count > 0;
    if (count < wanted && !goesOn) return done;
  }
}

/** Less than before, and still a whole number of sectors. */
function halved(limit: number): number {
  return Math.max(MIN_LENGTH, 2 ** Math.floor(Math.log2(limit - 1)));
}

function advance(place: Place, count: number): Place {
  if (place === undefined || place === END_OF_FILE) return place;
  return typeof place === "number" ? place + count : place + BigInt(count);
}

/** The end of a file, or of a pipe whose writer has gone. */
export function isEnd(code: number): boolean {
  return code === ERROR_HANDLE_EOF || code === ERROR_BROKEN_PIPE;
}
