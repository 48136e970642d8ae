/**
 * Overlapped reads and writes of any length from and to any memory.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import { checkBytes, checkList } from "../file/arguments.ts";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_MORE_DATA,
  ERROR_OPERATION_ABORTED,
  isShortage,
} from "../errors/codes.ts";
import type { Outcome } from "./completion_port.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { type Lease, lend, lendOwn } from "../memory/pooled_memory.ts";
import { ownerOf } from "../memory/aligned_buffer.ts";
import { isMultiple } from "../sectors/multiples.ts";
import type { Offset, OverlappedHandle } from "./overlapped_handle.ts";
import type { Performed } from "./overlapped_direct.ts";
import { advance, inParts } from "./parts.ts";
import type { Handle } from "../../ffi/handle.ts";
import { PAGE_SIZE, segmentArray, totalLength } from "../memory/segments.ts";
import { isEndOfFile as isEnd } from "../file/transfer_limits.ts";
import { ENDED } from "./parts.ts";

/** The most that is copied for one operation, in bytes. */
const MAX_COPIED = 2 ** 22;
/** The most that one operation is asked for, in bytes. */
const MAX_LENGTH = 2 ** 30;
/** A shortage of memory makes operations no smaller than this. */
const MIN_LENGTH = 2 ** 16;

/** What one operation on segments was to do. */
type PerformedSegments =
  & Omit<Performed<readonly Uint8Array[]>, "length" | "offset">
  & { readonly offset: Offset };

/** The reads and writes of one overlapped handle. */
export class OverlappedTransfers {
  readonly #handle: Handle;
  readonly #path: string;
  readonly #overlapped: OverlappedHandle;
  readonly #seekable: boolean;

  /**
   * Makes those of a handle.
   *
   * @param seekable Whether a transfer may be made in parts: what is written to
   * a pipe at once is a message, and what is read at once part of no other.
   */
  constructor(
    handle: Handle,
    path: string,
    overlapped: OverlappedHandle,
    seekable: boolean,
  ) {
    this.#handle = handle;
    this.#path = path;
    this.#overlapped = overlapped;
    this.#seekable = seekable;
  }

  /**
   * Reads until the bytes are full, the file has ended or the device has no
   * more. Returns the count, or `ENDED`.
   */
  async read(
    bytes: Uint8Array,
    offset: Offset,
    signal?: AbortSignal,
  ): Promise<number> {
    checkBytes("buffer", bytes);
    let limit = this.#limit(bytes);
    let done = 0;
    while (done < bytes.length) {
      const part = partOf(bytes, done, limit);
      const { length } = part;
      const own = lendOwn(part);
      const lease = own ?? lend(length);
      try {
        const { code, count } = await this.#perform(
          "ReadFile",
          lease,
          advance(offset, done),
          signal,
        );
        if (code === ERROR_OPERATION_ABORTED && done + count === 0) {
          throw this.#overlapped.refusal("read", signal);
        }
        // The buffer may have been transferred elsewhere in the meantime.
        checkBytes("buffer", bytes);
        if (own === undefined) part.set(lease.bytes.subarray(0, count));
        done += count;
        if (isEnd(code)) return done > 0 ? done : ENDED;
        if (this.#goesSmaller(code, length)) {
          limit = halved(length);
          continue;
        }
        if (code !== 0 && !isPart(code)) {
          throw this.#error("ReadFile", code, done);
        }
        if (count < length || isPart(code)) return done;
      } finally {
        lease.end();
      }
    }
    return done;
  }

  /**
   * Writes. Returns the count: less than all only on a pipe, or if aborted.
   * That a disk is full, the write after a short one says.
   *
   * @param written How many of the bytes have been written before.
   */
  async write(
    bytes: Uint8Array,
    offset: Offset,
    signal?: AbortSignal,
    written = 0,
  ): Promise<number> {
    checkBytes("data", bytes);
    const total = bytes.length;
    let limit = this.#limit(bytes);
    let done = written;
    while (done < total) {
      // The data may have been transferred elsewhere in the meantime.
      if (done > 0) checkBytes("data", bytes);
      const part = partOf(bytes, done, limit);
      const { length } = part;
      const own = lendOwn(part);
      const lease = own ?? lend(length);
      try {
        if (own === undefined) lease.bytes.set(part);
        const { code, count } = await this.#perform(
          "WriteFile",
          lease,
          advance(offset, done),
          signal,
        );
        done += count;
        if (code === ERROR_OPERATION_ABORTED) {
          if (done > 0) return done;
          throw this.#overlapped.refusal("write", signal);
        }
        if (this.#goesSmaller(code, length)) {
          limit = halved(length);
          continue;
        }
        if (code !== 0) throw this.#error("WriteFile", code, done);
        if (count < length && (count === 0 || !this.#seekable)) return done;
      } finally {
        lease.end();
      }
    }
    return done;
  }

  /** Tells what a read by one operation has come to. */
  async finishRead(
    { memory: bytes, offset, signal }: Performed<Uint8Array>,
    { code, count }: Outcome,
  ): Promise<number> {
    if (isShortage(code)) return await this.read(bytes, offset, signal);
    if (code === ERROR_OPERATION_ABORTED && count === 0) {
      throw this.#overlapped.refusal("read", signal);
    }
    // The buffer may have been freed in the meantime.
    checkBytes("buffer", bytes);
    if (isEnd(code)) return count > 0 ? count : ENDED;
    if (code !== 0 && !isPart(code)) throw this.#error("ReadFile", code, count);
    return count;
  }

  /** Makes the rest of a write after one operation. */
  async finishWrite(
    { memory: bytes, length, offset, signal }: Performed<Uint8Array>,
    { code, count }: Outcome,
  ): Promise<number> {
    if (isShortage(code)) return await this.write(bytes, offset, signal);
    if (code === ERROR_OPERATION_ABORTED && count === 0) {
      throw this.#overlapped.refusal("write", signal);
    }
    if (code !== 0 && !isPart(code)) {
      throw this.#error("WriteFile", code, count);
    }
    const isDone = code !== 0 || count === 0 || count === length;
    if (isDone || !this.#seekable) return count;
    return await this.write(bytes, offset, signal, count);
  }

  /** Reads into segments, in one operation if the system can. */
  async readScatter(
    parts: readonly Uint8Array[],
    offset: Offset,
    signal?: AbortSignal,
  ): Promise<number> {
    return await this.finishScatter(
      { memory: parts, offset, signal },
      await this.#performSegments("ReadFileScatter", parts, offset, signal),
    );
  }

  /** Tells what a read into segments by one operation has come to. */
  async finishScatter(
    { memory: parts, offset, signal }: PerformedSegments,
    { code, count }: Outcome,
  ): Promise<number> {
    if (isShortage(code) || isRefusedPart(code, parts)) {
      return await inParts(
        parts,
        offset,
        (part, place) => this.read(part, place, signal),
      );
    }
    if (code === ERROR_OPERATION_ABORTED && count === 0) {
      throw this.#overlapped.refusal("readScatter", signal);
    }
    // Some of the buffers may have been freed in the meantime.
    checkList("buffers", parts);
    if (isEnd(code)) return count > 0 ? count : ENDED;
    if (code !== 0 && !isPart(code)) {
      throw this.#error("ReadFileScatter", code, count);
    }
    return count;
  }

  /** Writes segments, in one operation if the system can. */
  async writeGather(
    parts: readonly Uint8Array[],
    offset: Offset,
    signal?: AbortSignal,
  ): Promise<number> {
    return await this.finishGather(
      { memory: parts, offset, signal },
      await this.#performSegments("WriteFileGather", parts, offset, signal),
    );
  }

  /** Tells what a write of segments by one operation has come to. */
  async finishGather(
    { memory: parts, offset, signal }: PerformedSegments,
    { code, count }: Outcome,
  ): Promise<number> {
    if (isShortage(code) || isRefusedPart(code, parts)) {
      return await inParts(
        parts,
        offset,
        (part, place) => this.write(part, place, signal),
      );
    }
    if (code === ERROR_OPERATION_ABORTED) {
      if (count > 0) return count;
      throw this.#overlapped.refusal("writeGather", signal);
    }
    if (code !== 0) throw this.#error("WriteFileGather", code, count);
    return count;
  }

  #perform(
    syscall: "ReadFile" | "WriteFile",
    lease: Lease,
    offset: Offset,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const { address, bytes: { length } } = lease;
    const transfer = syscall === "ReadFile"
      ? kernel32.ReadFile
      : kernel32.WriteFile;
    return this.#overlapped.perform({
      offset,
      length,
      signal,
      call: (overlapped) =>
        transfer(this.#handle, address, length, null, overlapped),
    });
  }

  async #performSegments(
    syscall: "ReadFileScatter" | "WriteFileGather",
    buffers: readonly Uint8Array[],
    offset: Offset,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    // Some of the buffers may have been freed while others were let in.
    checkList("buffers", buffers);
    const array = segmentArray(buffers);
    const length = totalLength(buffers);
    const transfer = syscall === "ReadFileScatter"
      ? kernel32.ReadFileScatter
      : kernel32.WriteFileGather;
    try {
      return await this.#overlapped.perform({
        offset,
        length,
        signal,
        call: (overlapped) =>
          transfer(this.#handle, array.address, length, null, overlapped),
      });
    } finally {
      array.end();
    }
  }

  /** The most that one operation takes of the bytes. */
  #limit(bytes: Uint8Array): number {
    if (!this.#seekable) return MAX_LENGTH;
    return ownerOf(bytes) === undefined ? MAX_COPIED : MAX_LENGTH;
  }

  /** Whether what the system is short of memory for goes in smaller parts. */
  #goesSmaller(code: number, length: number): boolean {
    return isShortage(code) && this.#seekable && length > MIN_LENGTH;
  }

  #error(syscall: string, code: number, bytesTransferred: number): Win32Error {
    const path = this.#path;
    return new Win32Error(syscall, code, { path, bytesTransferred });
  }
}

/** Some bytes are there: part of a message, or what came before an abort. */
function isPart(code: number): boolean {
  return code === ERROR_MORE_DATA || code === ERROR_OPERATION_ABORTED;
}

/** Wine wants the last page to be whole too, where Windows wants sectors. */
function isRefusedPart(code: number, buffers: readonly Uint8Array[]): boolean {
  return code === ERROR_INVALID_PARAMETER &&
    !isMultiple(totalLength(buffers), PAGE_SIZE);
}

/** What one operation takes of the bytes. */
function partOf(bytes: Uint8Array, done: number, limit: number): Uint8Array {
  return done === 0 && bytes.length <= limit
    ? bytes
    : bytes.subarray(done, done + limit);
}

/** Less than before, and still a whole number of sectors. */
function halved(length: number): number {
  return Math.max(MIN_LENGTH, 2 ** Math.floor(Math.log2(length - 1)));
}
