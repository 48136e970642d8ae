/**
 * Overlapped reads and writes of any length, at any offset, on a file that
 * takes whole sectors only.
 *
 * @module
 */
import {
  byteLengthOf,
  byteOffsetOf,
  bytesOf,
  totalLength,
} from "../../ffi/views.ts";
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkBytes } from "../file/arguments.ts";
import { setEndOfFile, sizeOf } from "../file/file_info.ts";
import { toExactOffset } from "../file/position.ts";
import { isAborted } from "../file/signal.ts";
import { END_OF_FILE, type Offset } from "../file/transfer_limits.ts";
import { ownerOf } from "../memory/aligned_buffer.ts";
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { areSegments } from "../memory/segments.ts";
import { multipleAbove } from "../memory/multiples.ts";
import {
  BOUNCE_SIZE,
  SectorPlan,
  type SectorStep,
  type SectorSteps,
} from "../sectors/sector_plan.ts";
import type { SectorSize } from "../file/sector_size.ts";
import { SharedLock } from "../sectors/shared_lock.ts";
import { abortError, type OverlappedHandle } from "./overlapped_handle.ts";
import { GATHER, SCATTER, type TransferKind, WRITE } from "./transfer.ts";
import {
  inTurn,
  isCancellation,
  type OverlappedIo,
  type Transfers,
} from "./transfers.ts";

type Signal = AbortSignal | undefined;
type Views = readonly ArrayBufferView[];

/**
 * Makes a file of whole sectors look like an ordinary one. Transfers of whole
 * sectors run side by side; a write of a part of a sector reads the sector
 * first, and no other transfer of the file comes in between.
 */
export class SectorIo implements OverlappedIo {
  readonly #handle: OverlappedHandle;
  readonly #transfers: Transfers;
  readonly #sector: SectorSize;
  readonly #plan: SectorPlan;
  /** Whether the handle has FILE_FLAG_NO_BUFFERING, which raw devices need not. */
  readonly #isUnbuffered: boolean;
  readonly #lock = new SharedLock();

  constructor(
    handle: OverlappedHandle,
    transfers: Transfers,
    sector: SectorSize,
    isUnbuffered: boolean,
  ) {
    this.#isUnbuffered = isUnbuffered;
    this.#handle = handle;
    this.#transfers = transfers;
    this.#sector = sector;
    this.#plan = new SectorPlan(
      sector,
      isAlignedMemory,
      handle.path,
      handle.raw,
    );
  }

  read(
    buffer: ArrayBufferView,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null> {
    checkBytes("buffer", buffer);
    const length = byteLengthOf(buffer);
    const at = toExactOffset(offset, length);
    const isWhole = this.#isWhole(buffer, at) &&
      this.#plan.endsWithin(length, at);
    if (isWhole && this.#lock.tryShare()) {
      return this.#transfers.read(buffer, at, signal, this.#lock);
    }
    return this.#readInTurn(buffer, at, signal, isWhole);
  }

  /** Reads parts of sectors, or waits until whole ones can be read. */
  #readInTurn(
    buffer: ArrayBufferView,
    at: number,
    signal: Signal,
    isWhole: boolean,
  ): Promise<number | null> {
    return this.#inTurn("read", false, async (lock) => {
      if (isWhole) {
        lock.shareAgain();
        return await this.#transfers.read(buffer, at, signal, lock);
      }
      checkBytes("buffer", buffer);
      const count = await this.#run(
        buffer,
        "buffer",
        signal,
        (memory) => this.#plan.read(bytesOf(buffer), at, memory),
      );
      return count || null;
    });
  }

  write(
    data: ArrayBufferView,
    offset: Offset,
    signal: Signal,
    extending = false,
  ): Promise<number> {
    checkBytes("data", data);
    if (offset === END_OF_FILE) {
      return this.#writeInTurn(data, undefined, signal, extending, false);
    }
    const at = toExactOffset(offset, byteLengthOf(data));
    const isWhole = this.#isWhole(data, at);
    if (isWhole && this.#lock.tryShare()) {
      return this.#transfers.write(data, at, signal, extending, this.#lock);
    }
    return this.#writeInTurn(data, at, signal, extending, isWhole);
  }

  /**
   * Writes parts of sectors, or waits until whole ones can be written.
   *
   * @param at Where; undefined for the end of the file.
   */
  #writeInTurn(
    data: ArrayBufferView,
    at: number | undefined,
    signal: Signal,
    extending: boolean,
    isWhole: boolean,
  ): Promise<number> {
    const isAlone = at === undefined ||
      (!isWhole && this.#plan.splitsSectors(byteLengthOf(data), at));
    // The end of the file is set after the last operation, while the handle is
    // held open.
    return this.#inTurn("write", isAlone, async (lock) => {
      if (isWhole) {
        lock.shareAgain();
        return await this.#transfers.write(data, at!, signal, extending, lock);
      }
      const offset = at ?? this.#size();
      return await this.#run(
        data,
        "data",
        signal,
        (memory) => this.#plan.write(bytesOf(data), offset, memory),
        extending,
      );
    });
  }

  readScatter(
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null> {
    return this.#segments(SCATTER, buffers, offset, signal) ??
      inTurn(
        buffers,
        offset,
        signal,
        (buffer, at) => this.read(buffer, at, signal),
      );
  }

  writeGather(
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    return (this.#segments(GATHER, buffers, offset, signal) ??
      inTurn(
        buffers,
        offset,
        signal,
        (buffer, at) => this.write(buffer, at, signal),
      )) as Promise<number>;
  }

  /** Transfers pages by one operation, or returns undefined if they are none. */
  #segments(
    kind: TransferKind,
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null> | undefined {
    const { logical } = this.#sector;
    const arePages = this.#isUnbuffered && offset !== END_OF_FILE &&
      areSegments(buffers, logical);
    if (!arePages) return;
    const length = totalLength(buffers);
    const at = toExactOffset(offset, length);
    if (at % logical !== 0) return;
    if (kind.reads && !this.#plan.endsWithin(length, at)) return;
    const lock = this.#lock;
    const transfer = () =>
      this.#transfers.begin(kind, buffers, at, signal, lock);
    if (lock.tryShare()) return transfer();
    return this.#inTurn(kind.method, false, () => {
      lock.shareAgain();
      return transfer();
    });
  }

  /** Waits for the lock of shared sectors, and holds the handle open. */
  #inTurn<T>(
    method: string,
    isAlone: boolean,
    work: (lock: SharedLock) => Promise<T>,
  ): Promise<T> {
    const lock = this.#lock;
    return this.#handle.during(
      method,
      () =>
        isAlone
          ? lock.exclusive(() => work(lock))
          : lock.shared(() => work(lock)),
    );
  }

  /** Whether a transfer needs no plan: whole sectors, in memory that will do. */
  #isWhole(view: ArrayBufferView, offset: number): boolean {
    const { logical, physical } = this.#sector;
    const isNative = ownerOf(view) !== undefined;
    return offset % logical === 0 && byteLengthOf(view) % logical === 0 &&
      // Other memory is copied to memory that is aligned.
      (!isNative || byteOffsetOf(view) % physical === 0);
  }

  #size(): number {
    return sizeOf(this.#handle);
  }

  /**
   * Takes the steps of a plan. What was transferred before an abort counts, as
   * in one operation.
   *
   * @param view The caller's memory, which may be gone after a step.
   * @param start Starts the plan with aligned memory to work in.
   */
  async #run(
    view: ArrayBufferView,
    name: string,
    signal: Signal,
    start: (memory: () => Uint8Array) => SectorSteps<number>,
    extending = false,
  ): Promise<number> {
    let rented: PooledBuffer | undefined;
    const memory = () => {
      checkBytes(name, view);
      const { logical } = this.#sector;
      // Room for a part of a sector at both ends.
      const wanted = multipleAbove(byteLengthOf(view), logical) + 2 * logical;
      rented ??= rentBuffer(
        Math.min(wanted, multipleAbove(BOUNCE_SIZE, logical)),
      );
      return rented.bytes;
    };
    try {
      const steps = start(memory);
      let result = steps.next();
      while (!result.done) {
        const step = result.value;
        let answer = 0;
        try {
          answer = await this.#take(step, signal, extending);
          if (step.kind === "read") checkBytes(name, view);
        } catch (error) {
          result = steps.throw(
            isCancellation(error, signal) ? this.#cancelled(error, 0) : error,
          );
          continue;
        }
        result = step.kind === "write" && answer < step.length
          // The rest must not pass for written.
          ? steps.throw(
            this.#cancelled(abortError(this.#handle, WRITE, signal), answer),
          )
          : steps.next(answer);
      }
      return result.value;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      if (error.bytesTransferred! > 0) return error.bytesTransferred!;
      throw error.cause;
    } finally {
      rented?.release();
    }
  }

  /**
   * The error of a step that was cancelled, to which the plan adds what it has
   * transferred.
   *
   * @param cause What the caller gets if that is nothing.
   */
  #cancelled(cause: unknown, bytesTransferred: number): Win32Error {
    const { path } = this.#handle;
    const details = { path, bytesTransferred, cause };
    return new Win32Error("WriteFile", ERROR_OPERATION_ABORTED, details);
  }

  async #take(
    step: SectorStep,
    signal: Signal,
    extending: boolean,
  ): Promise<number> {
    const { handle, path } = this.#handle;
    switch (step.kind) {
      case "read": {
        const bytes = step.bytes.subarray(0, step.length);
        return await this.#transfers.read(bytes, step.offset, signal) ?? 0;
      }
      case "write": {
        const bytes = step.bytes.subarray(0, step.length);
        const { offset, length } = step;
        const count = await this.#transfers.write(
          bytes,
          offset,
          signal,
          extending,
        );
        const { closing, device } = this.#handle;
        // A device that takes nothing has not been cancelled.
        if (count === 0 && !closing && !isAborted(signal)) {
          device.checkWritten(0, length, 0);
        }
        return count;
      }
      case "size":
        return this.#size();
      case "setEnd":
        setEndOfFile(handle, step.size, path);
        return step.size;
    }
  }
}

/** Whether the kernel may have a view as it is: native memory, aligned. */
function isAlignedMemory(view: Uint8Array, alignment: number): boolean {
  return ownerOf(view) !== undefined && byteOffsetOf(view) % alignment === 0;
}

/** Whether an error is that of a step that was cancelled. */
function isCancelled(error: unknown): error is Win32Error {
  return error instanceof Win32Error &&
    error.win32 === ERROR_OPERATION_ABORTED;
}
