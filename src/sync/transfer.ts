/**
 * Synchronous reads and writes of any length on one handle.
 *
 * @module
 */
import { frames } from "../../ffi/mod.ts";
import type { BufferTransferName } from "../../ffi/transfer_code.ts";
import type { TransferFrame } from "../../ffi/transfer_frame.ts";
import {
  ERROR_BROKEN_PIPE,
  ERROR_HANDLE_EOF,
  ERROR_MORE_DATA,
  isShortage,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";

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

/** The transfers of this thread, bound on first use. */
let readHere: TransferFrame | undefined;
let readAt: TransferFrame | undefined;
let writeHere: TransferFrame | undefined;
let writeAt: TransferFrame | undefined;

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
 * runtimes inline only so deep. So that they know what is called where, nothing
 * here is shared by reads and writes.
 *
 * @param length From 1 to 1 GiB.
 * @returns Whether the buffer is full. If not, `finishRead()` is to follow.
 */
export function tryReadHere(
  { file }: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
): boolean {
  readHere ??= frames().transfer("ReadFile", false);
  return readHere.call(file, bytes, length);
}

/** As `tryReadHere()`, at an offset. */
export function tryReadAt(
  { file }: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  offset: number,
): boolean {
  readAt ??= frames().transfer("ReadFile", true);
  const low = offset >>> 0;
  readAt.startAt(low, (offset - low) / TWO_32);
  return readAt.call(file, bytes, length);
}

/** As `tryReadHere()`, the other way. */
export function tryWriteHere(
  { file }: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
): boolean {
  writeHere ??= frames().transfer("WriteFile", false);
  return writeHere.call(file, bytes, length);
}

/** As `tryReadAt()`, the other way. */
export function tryWriteAt(
  { file }: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  offset: number,
): boolean {
  writeAt ??= frames().transfer("WriteFile", true);
  const low = offset >>> 0;
  writeAt.startAt(low, (offset - low) / TWO_32);
  return writeAt.call(file, bytes, length);
}

/** Goes on after a try, and returns what `readInto()` would. */
export function finishRead(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  const transfer = frames().transfer("ReadFile", place !== undefined);
  return goOn("ReadFile", transfer, target, bytes, length, place, true);
}

/** Goes on after a try, and returns what `writeFrom()` would. */
export function finishWrite(
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): number {
  const transfer = frames().transfer("WriteFile", place !== undefined);
  return goOn("WriteFile", transfer, target, bytes, length, place, true);
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
  const transfer = frames().transfer("ReadFile", place !== undefined);
  return goOn("ReadFile", transfer, target, bytes, length, place, false);
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
  const transfer = frames().transfer("WriteFile", place !== undefined);
  return goOn("WriteFile", transfer, target, bytes, length, place, false);
}

/** One call into the system. Returns whether all was transferred. */
function call(
  transfer: TransferFrame,
  { file }: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
): boolean {
  if (typeof place === "number") {
    const low = place >>> 0;
    transfer.startAt(low, (place - low) / TWO_32);
  } else if (place !== undefined) {
    transfer.startAt(Number(place & 0xFFFF_FFFFn), Number(place >> 32n));
  }
  return transfer.call(file, bytes, length);
}

/**
 * Goes on in parts: after a try that was not all, where there is too much for
 * one call, and in smaller ones where the system is short of memory.
 *
 * @param isTried Whether the first call has been made.
 */
function goOn(
  syscall: BufferTransferName,
  transfer: TransferFrame,
  target: TransferTarget,
  bytes: ArrayBufferView,
  length: number,
  place: Place,
  isTried: boolean,
): number {
  let limit = Math.min(length, MAX_LENGTH);
  let done = 0;
  for (let isCalled = isTried;; isCalled = false) {
    const wanted = Math.min(limit, length - done);
    if (!isCalled) {
      const part = wanted === bytes.byteLength
        ? bytes
        : new Uint8Array(bytes.buffer, bytes.byteOffset + done, wanted);
      if (call(transfer, target, part, wanted, advance(place, done))) {
        done += wanted;
        if (done === length) return done;
        continue;
      }
    }
    // Some consoles count more than they were given.
    const count = Math.min(transfer.count, wanted);
    if (transfer.succeeded) {
      done += count;
      const goesOn = syscall === "WriteFile" && target.seekable && count > 0;
      if (!goesOn || done === length) return done;
      continue;
    }
    const { lastError } = frames();
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
