/**
 * Synchronous reads and writes of any length on one handle.
 *
 * @module
 */
import {
  argumentOffset,
  NO_ARGUMENT,
  RESULT,
} from "../../ffi/capture/block.ts";
import type { Handle } from "../../ffi/handle.ts";
import { thread } from "../../ffi/thread.ts";
import { bytesOf } from "../../ffi/views.ts";
import { ERROR_MORE_DATA, isShortage } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { DeviceKind } from "../file/device_kind.ts";
import {
  advance,
  halved,
  isEndOfFile,
  MAX_LENGTH,
  MIN_LENGTH,
  type Offset,
} from "../file/transfer_limits.ts";
import { type RawDevice, refusedWriteHint } from "../file/raw_device.ts";
import { OVERLAPPED } from "../win32/offsets.ts";

/** What transfers are made on. */
export interface TransferTarget {
  /** The handle, without FILE_FLAG_OVERLAPPED, as `handleWord()` returns it. */
  readonly handle: number;
  /** What errors call it. */
  readonly path: string;
  /**
   * Whether it is a disk file, where a short write says that the disk is full,
   * though the call has succeeded: the next one fails, and says so.
   */
  readonly isDisk: boolean;
  /** What a transfer of 0 bytes means on it. */
  readonly device: DeviceKind;
  /** What is known of it as a raw disk or volume, if it is one. */
  readonly raw?: RawDevice | undefined;
}

/**
 * Returns the low 32 bits of a handle, with their sign: "64-bit versions of
 * Windows use 32-bit handles for interoperability", which are extended with it.
 * https://learn.microsoft.com/windows/win32/winprog64/interprocess-communication
 */
export function handleWord(handle: Handle): number {
  return Number(BigInt.asIntN(32, handle));
}

let readFile: NativeTransfer | undefined;
let writeFile: NativeTransfer | undefined;

/**
 * Reads until the buffer is full, the file has ended or the device has no more.
 *
 * @param length The length of the buffer in bytes, from 1.
 * @param offset The offset; undefined for the file pointer.
 * @returns The count, or null at the end of a file, pipe or console.
 */
export function readInto(
  target: TransferTarget,
  buffer: ArrayBufferView,
  length: number,
  offset: Offset | undefined,
): number | null {
  const transfer = readFile ??= bindTransfer("ReadFile");
  const { handle, isDisk, device } = target;
  let limit = Math.min(length, MAX_LENGTH);
  let done = 0;
  for (;;) {
    const wanted = Math.min(limit, length - done);
    const part = wanted === length ? buffer : bytesOf(buffer, done, wanted);
    const at = done === 0 ? offset : following(target, offset, done);
    const succeeded = transfer.call(handle, part, wanted, at);
    // Some consoles count more than they were given.
    const count = Math.min(transfer.count(), wanted);
    if (succeeded) {
      done += count;
      if (count === wanted && done < length) continue;
      return done === 0 && device.emptyRead === "end" ? null : done;
    }
    const code = thread().lastError;
    if (isShortage(code) && isDisk && limit > MIN_LENGTH) {
      limit = halved(limit);
      continue;
    }
    done += count;
    // The buffer is full, the rest of the message is read next.
    if (code === ERROR_MORE_DATA || device.isTimeout(code)) return done;
    if (isEndOfFile(code)) return done || null;
    throw transferError("ReadFile", code, target, done);
  }
}

/**
 * Writes all of the data; less only to a pipe that does not block, and to a
 * serial port whose time-out has elapsed.
 *
 * @param length The length of the data in bytes, from 1.
 * @param offset The offset; undefined for the file pointer.
 * @param isDivisible Whether a shortage of memory may make several calls of it:
 * on a pipe, two smaller messages would not be the same.
 * @returns The count.
 */
export function writeFrom(
  target: TransferTarget,
  data: ArrayBufferView,
  length: number,
  offset: Offset | undefined,
  isDivisible: boolean = target.isDisk,
): number {
  const transfer = writeFile ??= bindTransfer("WriteFile");
  const { handle, isDisk } = target;
  let limit = Math.min(length, MAX_LENGTH);
  let done = 0;
  for (;;) {
    const wanted = Math.min(limit, length - done);
    const part = wanted === length ? data : bytesOf(data, done, wanted);
    const at = done === 0 ? offset : following(target, offset, done);
    const succeeded = transfer.call(handle, part, wanted, at);
    const count = Math.min(transfer.count(), wanted);
    if (succeeded) {
      done += count;
      const isMore = count === wanted || isDisk && count > 0;
      if (isMore && done < length) continue;
      return done;
    }
    const code = thread().lastError;
    if (isShortage(code) && isDivisible && limit > MIN_LENGTH) {
      limit = halved(limit);
      continue;
    }
    done += count;
    if (target.device.isTimeout(code)) return done;
    throw transferError("WriteFile", code, target, done);
  }
}

/**
 * Returns where a transfer goes on. An offset "must be zero when seeking is not
 * supported".
 * https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
 */
function following(
  { isDisk }: TransferTarget,
  offset: Offset | undefined,
  count: number,
): Offset | undefined {
  return offset === undefined || !isDisk ? offset : advance(offset, count);
}

function transferError(
  syscall: "ReadFile" | "WriteFile",
  code: number,
  { path, raw }: TransferTarget,
  bytesTransferred: number,
): Win32Error {
  const hint = syscall === "WriteFile"
    ? refusedWriteHint(raw, code)
    : undefined;
  return new Win32Error(syscall, code, { path, bytesTransferred, hint });
}

/** One of the two functions, for this thread. */
interface NativeTransfer {
  /** Calls it. Returns whether it succeeded. */
  call(
    handle: number,
    bytes: ArrayBufferView,
    length: number,
    offset: Offset | undefined,
  ): boolean;
  /** Returns the bytes that the last call transferred. */
  count(): number;
}

const HANDLE = /* @__PURE__ */ argumentOffset(0);
const BUFFER = 1;
const LENGTH = /* @__PURE__ */ argumentOffset(2);
const COUNT = /* @__PURE__ */ argumentOffset(3);
const OVERLAPPED_ARGUMENT = /* @__PURE__ */ argumentOffset(4);
const ARITY = 5;

/** The count is at the beginning of a cell, an OVERLAPPED behind it. */
const OVERLAPPED_AT = 16;
const OFFSET = OVERLAPPED_AT + OVERLAPPED.Offset;
const OFFSET_HIGH = OVERLAPPED_AT + OVERLAPPED.OffsetHigh;

const TWO_32 = 2 ** 32;

/**
 * Binds one, with a count and an OVERLAPPED of its own in native memory.
 *
 * It is made of closures, since JavaScriptCore looks private members up, and
 * writes numbers of 32 bits, since it calls out for bigints: each takes some
 * 30 ns behind a system call.
 */
function bindTransfer(name: "ReadFile" | "WriteFile"): NativeTransfer {
  const { view: cell, address } = thread().cell();
  const overlapped = Number(address) + OVERLAPPED_AT;
  const frame = thread().frame(name, ARITY);
  frame.view.setBigUint64(COUNT, address, true);
  frame.buffersAt(BUFFER, NO_ARGUMENT);
  const { view, call1 } = frame;
  /** Writes an address, or 0. */
  const setOverlapped = (pointer: number) => {
    const low = pointer >>> 0;
    view.setUint32(OVERLAPPED_ARGUMENT, low, true);
    view.setUint32(OVERLAPPED_ARGUMENT + 4, (pointer - low) / TWO_32, true);
  };
  return {
    call(handle, bytes, length, offset) {
      view.setInt32(HANDLE, handle, true);
      view.setInt32(HANDLE + 4, handle >> 31, true);
      view.setUint32(LENGTH, length, true);
      if (offset === undefined) setOverlapped(0);
      else {
        // "The system updates the OVERLAPPED offset before WriteFile returns",
        // so that it is set for every call.
        // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
        if (typeof offset === "number") {
          const low = offset >>> 0;
          cell.setUint32(OFFSET, low, true);
          cell.setUint32(OFFSET_HIGH, (offset - low) / TWO_32, true);
        } else cell.setBigUint64(OFFSET, offset, true);
        setOverlapped(overlapped);
      }
      call1(bytes);
      return view.getInt32(RESULT, true) !== 0;
    },
    count: () => cell.getUint32(0, true),
  };
}
