/**
 * Overlapped reads and writes of any length from and to any memory.
 *
 * @module
 */
import { isAligned } from "./align.ts";
import { checkBytes } from "./arguments.ts";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_MORE_DATA,
  ERROR_OPERATION_ABORTED,
} from "./codes.ts";
import type { Outcome } from "./completion.ts";
import { Win32Error } from "./error.ts";
import { type Lease, lend, lendOwn } from "./lease.ts";
import { ownerOf } from "./memory.ts";
import type { Offset, OverlappedHandle } from "./overlapped.ts";
import { type Handle, kernel32 } from "./raw.ts";
import { PAGE_SIZE, segmentArray, totalLength } from "./segments.ts";
import { END_OF_FILE, ENDED, isEnd } from "./transfers.ts";

/** The most that is copied for one operation, in bytes. */
const MAX_COPIED = 2 ** 22;
/** The most that one operation is asked for, in bytes. */
const MAX_LENGTH = 2 ** 30;

/** The reads and writes of one overlapped handle. */
export class OverlappedTransfers {
  readonly #handle: Handle;
  readonly #path: string;
  readonly #overlapped: OverlappedHandle;

  /** Makes those of a handle. */
  constructor(handle: Handle, path: string, overlapped: OverlappedHandle) {
    this.#handle = handle;
    this.#path = path;
    this.#overlapped = overlapped;
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
    let done = 0;
    while (done < bytes.length) {
      const part = partOf(bytes, done);
      const own = lendOwn(part);
      const lease = own ?? lend(part.length);
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
        if (code !== 0 && !isPart(code)) {
          throw this.#error("ReadFile", code, done);
        }
        if (count < part.length || isPart(code)) return done;
      } finally {
        lease.end();
      }
    }
    return done;
  }

  /** Writes. Returns the count: less than all only on a pipe. */
  async write(
    bytes: Uint8Array,
    offset: Offset,
    signal?: AbortSignal,
  ): Promise<number> {
    let done = 0;
    while (done < bytes.length) {
      const part = partOf(bytes, done);
      const own = lendOwn(part);
      const lease = own ?? lend(part.length);
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
        if (code !== 0) throw this.#error("WriteFile", code, done);
        if (count < part.length) return done;
      } finally {
        lease.end();
      }
    }
    return done;
  }

  /**
   * Reads into pages of native memory in one operation. Returns the count,
   * `ENDED`, or nothing if the system cannot do it in one.
   */
  async readScatter(
    buffers: readonly Uint8Array[],
    offset: Offset,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const { code, count } = await this.#performSegments(
      "ReadFileScatter",
      buffers,
      offset,
      signal,
    );
    if (isRefusedPart(code, buffers)) return undefined;
    if (code === ERROR_OPERATION_ABORTED && count === 0) {
      throw this.#overlapped.refusal("readScatter", signal);
    }
    if (isEnd(code)) return count > 0 ? count : ENDED;
    if (code !== 0 && !isPart(code)) {
      throw this.#error("ReadFileScatter", code, count);
    }
    return count;
  }

  /**
   * Writes pages of native memory in one operation. Returns the count, or
   * nothing if the system cannot do it in one.
   */
  async writeGather(
    buffers: readonly Uint8Array[],
    offset: Offset,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const { code, count } = await this.#performSegments(
      "WriteFileGather",
      buffers,
      offset,
      signal,
    );
    if (isRefusedPart(code, buffers)) return undefined;
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
    const transfer = kernel32[syscall];
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
    const leases = buffers.map((buffer) => lendOwn(buffer)!);
    const array = segmentArray(buffers);
    const length = totalLength(buffers);
    const transfer = kernel32[syscall];
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
      for (const lease of leases) lease.end();
    }
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
    !isAligned(totalLength(buffers), PAGE_SIZE);
}

/** What one operation takes of the bytes. */
function partOf(bytes: Uint8Array, done: number): Uint8Array {
  const limit = ownerOf(bytes) === undefined ? MAX_COPIED : MAX_LENGTH;
  return done === 0 && bytes.length <= limit
    ? bytes
    : bytes.subarray(done, done + limit);
}

/** The offset of what follows the first `count` bytes. */
export function advance(offset: Offset, count: number): Offset {
  if (offset === END_OF_FILE) return offset;
  return typeof offset === "number" ? offset + count : offset + BigInt(count);
}
