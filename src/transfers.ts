/**
 * Synchronous reads and writes of any length on one handle.
 *
 * @module
 */
import { frames } from "../ffi/mod.ts";
import type { TransferFrame } from "../ffi/lasterror.ts";
import { type BufferTransferName, Transfer } from "../ffi/transfer.ts";
import {
  ERROR_BROKEN_PIPE,
  ERROR_HANDLE_EOF,
  ERROR_MORE_DATA,
  isShortage,
} from "./codes.ts";
import { Win32Error } from "./error.ts";

/** Where a transfer starts: at an offset, or at the file pointer. */
export type Place = number | bigint | undefined;

/** "To write to the end of file, specify both … as 0xFFFFFFFF": -1. */
export const END_OF_FILE = -1;

/**
 * The most that one call is asked for. The parameter is a DWORD, and unbuffered
 * I/O takes less than 4 GiB by a page; this is a whole number of everything.
 */
export const MAX_LENGTH: number = 2 ** 30;
const MIN_LENGTH = 2 ** 16;

const TWO_32 = 2 ** 32;

let reads: Transfer | undefined;
let writes: Transfer | undefined;

/** The calls that are made most, bound as soon as there was one. */
let readsHere: TransferFrame | undefined;
let writesHere: TransferFrame | undefined;

/** What a transfer is made on. */
export interface TransferTarget {
  /** The handle, without FILE_FLAG_OVERLAPPED, as `handleWord()` makes it. */
  readonly file: number;
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
 * Reads at the file pointer, by one call and with as few layers as possible: the
 * runtimes inline only so deep.
 *
 * @param length From 1 to 1 GiB.
 * @returns Whether the buffer is full. If it is not, `finishRead()` goes on.
 */
export function readHere(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
): boolean {
  return (readsHere ?? bindRead()).call(target.file, bytes, length);
}

/** Goes on after `readHere()`, and returns what `readInto()` would. */
export function finishRead(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
): number {
  reads!.missedHere();
  return goOn("ReadFile", reads!, target, bytes, length, undefined);
}

/** As `readHere()`, the other way. */
export function writeHere(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
): boolean {
  return (writesHere ?? bindWrite()).call(target.file, bytes, length);
}

/** Goes on after `writeHere()`, and returns what `writeFrom()` would. */
export function finishWrite(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
): number {
  writes!.missedHere();
  return goOn("WriteFile", writes!, target, bytes, length, undefined);
}

function bindRead(): TransferFrame {
  reads ??= new Transfer("ReadFile", frames());
  return readsHere = reads.pointer;
}

function bindWrite(): TransferFrame {
  writes ??= new Transfer("WriteFile", frames());
  return writesHere = writes.pointer;
}

/**
 * Reads until the buffer is full, the file has ended or the device has no more.
 *
 * @param length From 1.
 * @returns The count, or `ENDED`.
 */
export function readInto(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  const transfer = reads ??= new Transfer("ReadFile", frames());
  return call(transfer, target, bytes, length, place)
    ? length
    : goOn("ReadFile", transfer, target, bytes, length, place);
}

/**
 * Writes. Less than `length` only on a pipe that does not block.
 *
 * @param length From 1.
 * @returns The count.
 */
export function writeFrom(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  const transfer = writes ??= new Transfer("WriteFile", frames());
  return call(transfer, target, bytes, length, place)
    ? length
    : goOn("WriteFile", transfer, target, bytes, length, place);
}

/** One call into the system. Returns whether all was transferred. */
function call(
  transfer: Transfer,
  { file }: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): boolean {
  if (length > MAX_LENGTH) return false;
  if (place === undefined) return transfer.here(file, bytes, length);
  if (typeof place === "number") {
    const low = place >>> 0;
    const high = (place - low) / TWO_32;
    return transfer.at(file, bytes, length, low, high);
  }
  const low = Number(place & 0xFFFF_FFFFn);
  return transfer.at(file, bytes, length, low, Number(place >> 32n));
}

/**
 * What the one call could not do: too much for it, less than all, or it failed.
 * Goes on in parts, in smaller ones where the system is short of memory.
 */
function goOn(
  syscall: BufferTransferName,
  transfer: Transfer,
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  let limit = Math.min(length, MAX_LENGTH);
  let done = 0;
  for (let isCalled = length <= MAX_LENGTH;; isCalled = false) {
    const wanted = Math.min(limit, length - done);
    if (!isCalled) {
      const part = new Uint8Array(
        bytes.buffer,
        bytes.byteOffset + done,
        wanted,
      );
      if (call(transfer, target, part, wanted, advance(place, done))) {
        done += wanted;
        if (done === length) return done;
        continue;
      }
    }
    // Some consoles count more than they were given.
    const count = Math.min(transfer.count, wanted);
    const { lastError } = transfer;
    if (transfer.succeeded) {
      done += count;
      const goesOn = syscall === "WriteFile" && target.seekable && count > 0;
      if (!goesOn || done === length) return done;
      continue;
    }
    // On a pipe, two smaller messages would not be the same.
    const mayShrink = target.seekable && limit > MIN_LENGTH;
    if (isShortage(lastError) && mayShrink) {
      limit = halved(limit);
      continue;
    }
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
