/**
 * Overlapped reads and writes, by one operation each.
 *
 * @module
 */
import { thread } from "../../ffi/thread.ts";
import { OverlappedTransfer, type TransferName } from "../../ffi/transfer.ts";
import {
  byteLengthOf,
  byteOffsetOf,
  copyBytes,
  totalLength,
} from "../../ffi/views.ts";
import { ERROR_MORE_DATA, ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkBytes, checkList } from "../file/arguments.ts";
import { refusedWriteHint } from "../file/raw_device.ts";
import { isAborted, isReason } from "../file/signal.ts";
import { codeOfThreadCall, diskThreads } from "../file/thread_queue.ts";
import { isEndOfFile, type Offset } from "../file/transfer_limits.ts";
import {
  AlignedBuffer,
  ownerOf,
  releaseMemory,
  retainMemory,
} from "../memory/aligned_buffer.ts";
import { PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { SegmentArray } from "../memory/segments.ts";
import type { SharedLock } from "../sectors/shared_lock.ts";
import { Operation, type OperationKind } from "./operation.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/** One of the four functions that transfer bytes. */
export interface TransferKind extends OperationKind {
  readonly syscall: TransferName;
  /** Whether it reads. */
  readonly reads: boolean;
  /** Whether its call is made on another thread. */
  readonly onThread: boolean;
  /** The function of this thread, bound on first use. */
  bound: OverlappedTransfer | undefined;
}

/** @__NO_SIDE_EFFECTS__ */
function kind(
  method: string,
  syscall: TransferName,
  reads: boolean,
  onThread = false,
): TransferKind {
  return { method, syscall, reads, onThread, bound: undefined };
}

/** ReadFile. */
export const READ: TransferKind = kind("read", "ReadFile", true);
/** WriteFile. */
export const WRITE: TransferKind = kind("write", "WriteFile", false);
/**
 * WriteFile for what makes a file longer: NTFS completes such writes in the call,
 * "to maintain security", and those of compressed and encrypted files.
 * https://learn.microsoft.com/previous-versions/troubleshoot/windows/win32/asynchronous-disk-io-synchronous
 */
export const EXTEND: TransferKind = kind("write", "WriteFile", false, true);
/** ReadFileScatter. */
export const SCATTER: TransferKind = kind(
  "readScatter",
  "ReadFileScatter",
  true,
);
/** WriteFileGather. */
export const GATHER: TransferKind = kind(
  "writeGather",
  "WriteFileGather",
  false,
);

/** What makes the rest of a transfer that one operation did not complete. */
export interface TransferOwner {
  /**
   * Makes the rest, or returns undefined where the outcome is final.
   *
   * @param code The Win32 code that the operation ended with.
   */
  rest(
    transfer: Transfer,
    code: number,
    count: number,
  ): Promise<number | null> | undefined;
}

/**
 * A read or write by one operation. The kernel has native memory: that of the
 * caller's AlignedBuffers, or a pooled buffer with a copy. JS memory is never
 * handed to the kernel beyond one call, since its owner may transfer or drop it.
 */
export class Transfer extends Operation<number | null> {
  declare readonly kind: TransferKind;
  /** The caller's buffer, or its list of buffers. */
  readonly target: ArrayBufferView | readonly ArrayBufferView[];
  /** The lock of shared sectors that it has a share of. */
  readonly lock: SharedLock | undefined;
  readonly #owner: TransferOwner;
  readonly #memory: AlignedBuffer | PooledBuffer | SegmentArray;
  /** Where in the memory it begins. */
  readonly #at: number;

  /**
   * Acquires the memory.
   *
   * @param lock A lock of which the caller has acquired a share. The transfer
   * releases it, unless this constructor throws.
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
   */
  constructor(
    handle: OverlappedHandle,
    owner: TransferOwner,
    kind: TransferKind,
    target: ArrayBufferView | readonly ArrayBufferView[],
    offset: Offset,
    signal: AbortSignal | undefined,
    lock: SharedLock | undefined,
  ) {
    const length = ArrayBuffer.isView(target)
      ? byteLengthOf(target)
      : totalLength(target);
    super(handle, kind, length, offset, signal);
    kind.bound ??= new OverlappedTransfer(kind.syscall, thread());
    this.target = target;
    this.lock = lock;
    this.#owner = owner;
    if (!ArrayBuffer.isView(target)) {
      this.#memory = new SegmentArray(target);
      this.#at = 0;
      return;
    }
    const native = ownerOf(target);
    if (native !== undefined) {
      retainMemory(native);
      this.#memory = native;
      this.#at = byteOffsetOf(target);
      return;
    }
    this.#memory = rentBuffer(length);
    this.#at = 0;
    if (!kind.reads) copyBytes(target, this.#memory.bytes);
  }

  callOnThread(overlapped: bigint): Promise<number | undefined> | undefined {
    return this.kind.onThread ? this.#callOnThread(overlapped) : undefined;
  }

  async #callOnThread(overlapped: bigint): Promise<number | undefined> {
    const { handle, kind, length, signal } = this;
    const address = this.#memory.address + BigInt(this.#at);
    const args = [handle.handle, address, BigInt(length), 0n, overlapped];
    const { closingSignal } = handle;
    try {
      return await diskThreads.run(
        // The kernel cannot cancel what waits for a thread.
        async () =>
          isAborted(signal)
            ? ERROR_OPERATION_ABORTED
            : await codeOfThreadCall(kind.syscall, args),
        closingSignal,
      );
    } catch (error) {
      if (isReason(error, closingSignal)) return ERROR_OPERATION_ABORTED;
      throw error;
    }
  }

  call(overlapped: bigint): boolean {
    return this.kind.bound!.start(
      this.handle.handle,
      this.#memory.address,
      this.#at,
      this.length,
      overlapped,
    );
  }

  protected conclude(
    code: number,
    count: number,
  ): number | null | Promise<number | null> {
    if (code === ERROR_OPERATION_ABORTED && count === 0) {
      throw this.abortError();
    }
    // What came before an abort or a time-out counts, and of a message what
    // fitted.
    const { device } = this.handle;
    const isPart = code === ERROR_OPERATION_ABORTED ||
      code === ERROR_MORE_DATA || device.isTimeout(code);
    if (!this.kind.reads) {
      if (isPart || (code === 0 && count === this.length)) return count;
      const rest = this.#owner.rest(this, code, count);
      if (rest !== undefined) return rest;
      if (code === 0) return count;
      throw this.win32Error(code, count);
    }
    this.handle.isInMessage = code === ERROR_MORE_DATA;
    this.#deliver(count);
    if (code === 0 || isPart) {
      return count === 0 && device.emptyRead === "end" ? null : count;
    }
    if (isEndOfFile(code)) return count || null;
    const rest = this.#owner.rest(this, code, count);
    if (rest !== undefined) return rest;
    throw this.win32Error(code, count);
  }

  protected override win32Error(
    code: number,
    bytesTransferred?: number,
  ): Win32Error {
    const { handle: { path, raw }, kind: { syscall, reads } } = this;
    const hint = reads ? undefined : refusedWriteHint(raw, code);
    return new Win32Error(syscall, code, { path, bytesTransferred, hint });
  }

  protected releaseMemory(): void {
    const memory = this.#memory;
    try {
      if (memory instanceof AlignedBuffer) releaseMemory(memory);
      else memory.release();
    } finally {
      this.lock?.leave();
    }
  }

  /** Hands over what was read. The caller's memory may be gone meanwhile. */
  #deliver(count: number): void {
    const { target, length } = this;
    const memory = this.#memory;
    if (!ArrayBuffer.isView(target)) {
      if (totalLength(target) !== length) checkList("buffers", target);
      return;
    }
    if (byteLengthOf(target) !== length) checkBytes("buffer", target);
    if (memory instanceof PooledBuffer) {
      copyBytes(memory.bytes.subarray(0, count), target);
    }
  }
}
