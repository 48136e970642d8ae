/**
 * Overlapped reads and writes of any length, from and to any memory.
 *
 * @module
 */
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import { withMoreTransferred } from "../errors/bytes_transferred.ts";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_OPERATION_ABORTED,
  isShortage,
} from "../errors/codes.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import { checkBytes, checkList } from "../file/arguments.ts";
import {
  advance,
  END_OF_FILE,
  halved,
  MAX_LENGTH,
  MAX_WHOLE,
  MIN_LENGTH,
  type Offset,
} from "../file/transfer_limits.ts";
import { isReason } from "../file/signal.ts";
import { ownerOf } from "../memory/aligned_buffer.ts";
import { MAX_COPIED } from "../memory/pooled_memory.ts";
import { PAGE_SIZE } from "../memory/segments.ts";
import type { SharedLock } from "../sectors/shared_lock.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";
import {
  EXTEND,
  READ,
  Transfer,
  type TransferKind,
  type TransferOwner,
  WRITE,
} from "./transfer.ts";

type Signal = AbortSignal | undefined;
type Views = readonly ArrayBufferView[];

/** What an overlapped file reads and writes by. */
export interface OverlappedIo {
  /** Reads what one transfer gives. The result is null at the end. */
  read(
    buffer: ArrayBufferView,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null>;
  /**
   * Writes. Less than all only on a pipe, or after an abort.
   *
   * @param extending Whether the file becomes longer, so that the call is made on
   * another thread.
   */
  write(
    data: ArrayBufferView,
    offset: Offset,
    signal: Signal,
    extending?: boolean,
  ): Promise<number>;
  /** Reads into several buffers. The result is null at the end. */
  readScatter(
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null>;
  /** Writes several buffers. */
  writeGather(buffers: Views, offset: Offset, signal: Signal): Promise<number>;
}

/** How many pieces of a large transfer are in flight at once. */
const PIECES_IN_FLIGHT = 4;

/** The transfers of one handle. */
export class Transfers implements OverlappedIo, TransferOwner {
  readonly #handle: OverlappedHandle;

  constructor(handle: OverlappedHandle) {
    this.#handle = handle;
  }

  /** @param lock A lock of which the caller has a share, which is released. */
  read(
    buffer: ArrayBufferView,
    offset: Offset,
    signal: Signal,
    lock?: SharedLock,
  ): Promise<number | null> {
    return this.#transfer(READ, buffer, offset, signal, lock);
  }

  /** @param lock A lock of which the caller has a share, which is released. */
  write(
    data: ArrayBufferView,
    offset: Offset,
    signal: Signal,
    extending = false,
    lock?: SharedLock,
  ): Promise<number> {
    const kind = extending ? EXTEND : WRITE;
    // Only reads have null for a result.
    return this.#transfer(kind, data, offset, signal, lock) as Promise<number>;
  }

  readScatter(
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null> {
    return this.#inTurn(READ, buffers, offset, signal);
  }

  writeGather(
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number> {
    return this.#inTurn(WRITE, buffers, offset, signal) as Promise<number>;
  }

  rest(
    transfer: Transfer,
    code: number,
    count: number,
  ): Promise<number | null> | undefined {
    const { kind, target, length, offset, signal, lock } = transfer;
    const { isDisk } = this.#handle;
    if (!ArrayBuffer.isView(target)) {
      // Wine wants the last page to be whole too, where Windows wants sectors.
      const isRefused = code === ERROR_INVALID_PARAMETER &&
        length % PAGE_SIZE !== 0;
      if (!isShortage(code) && !isRefused) return undefined;
      const single = kind.reads ? READ : WRITE;
      return shared(lock, () => this.#inTurn(single, target, offset, signal));
    }
    // On a pipe, two smaller messages would not be the same.
    if (!isDisk) return undefined;
    const isDivided = isShortage(code) && length > MIN_LENGTH &&
      !isWhole(length, offset);
    // A short write says that the disk is full, though it has succeeded: the
    // next one fails, and says so.
    const isShort = code === 0 && count > 0;
    if (!isDivided && !isShort) return undefined;
    const piece = isDivided ? halved(length) : length;
    return shared(
      lock,
      () => this.#inPieces(kind, target, offset, signal, piece, 1, count),
    );
  }

  #transfer(
    kind: TransferKind,
    view: ArrayBufferView,
    offset: Offset,
    signal: Signal,
    lock?: SharedLock,
  ): Promise<number | null> {
    const length = byteLengthOf(view);
    const { isDisk } = this.#handle;
    const isCopied = ownerOf(view) === undefined;
    const limit = isDisk && isCopied && !isWhole(length, offset)
      ? MAX_COPIED
      : MAX_LENGTH;
    if (length <= limit) return this.begin(kind, view, offset, signal, lock);
    if (!isDisk && kind.reads) {
      const start = bytesOf(view, 0, limit);
      return this.begin(kind, start, offset, signal, lock);
    }
    // What is appended stands in order only if it is written in order.
    const pieces = isDisk && offset !== END_OF_FILE ? PIECES_IN_FLIGHT : 1;
    const result = this.#inPieces(kind, view, offset, signal, limit, pieces, 0);
    return lock === undefined ? result : thenLeave(lock, result);
  }

  /**
   * Transfers by one operation: a buffer, or pages.
   *
   * @param kind `SCATTER` or `GATHER` for pages.
   * @param lock A lock of which the caller has a share, which is released.
   */
  begin(
    kind: TransferKind,
    target: ArrayBufferView | Views,
    offset: Offset,
    signal: Signal,
    lock?: SharedLock,
  ): Promise<number | null> {
    try {
      // The memory may have been transferred elsewhere since the method's call.
      if (!ArrayBuffer.isView(target)) checkList("buffers", target);
      else checkBytes(kind.reads ? "buffer" : "data", target);
      return new Transfer(
        this.#handle,
        this,
        kind,
        target,
        // "This member must be zero when seeking is not supported."
        // https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
        this.#handle.isDisk ? offset : 0,
        signal,
        lock,
      ).begin();
    } catch (error) {
      lock?.leave();
      return Promise.reject(error);
    }
  }

  /**
   * Transfers a large buffer in pieces, several of them in flight at once.
   *
   * @param done How many bytes have been transferred before.
   * @returns How many bytes were transferred without a gap, or null at the end.
   */
  async #inPieces(
    kind: TransferKind,
    view: ArrayBufferView,
    offset: Offset,
    signal: Signal,
    pieceLength: number,
    maxInFlight: number,
    done: number,
  ): Promise<number | null> {
    const total = byteLengthOf(view);
    const inFlight: { length: number; count: Promise<number | null> }[] = [];
    let next = done;
    try {
      for (;;) {
        while (next < total && inFlight.length < maxInFlight) {
          checkBytes(kind.reads ? "buffer" : "data", view);
          const length = Math.min(pieceLength, total - next);
          const piece = bytesOf(view, next, length);
          const at = advance(offset, next);
          const count = this.begin(kind, piece, at, signal);
          count.catch(() => {}); // It is thrown when it comes first.
          inFlight.push({ length, count });
          next += length;
        }
        const first = inFlight[0];
        if (first === undefined) return done;
        const count = await first.count;
        inFlight.shift();
        done += count ?? 0;
        if (count === first.length) continue;
        return count === null ? done || null : done;
      }
    } catch (error) {
      // What was transferred before an abort counts, as in one operation.
      if (done > 0 && isCancellation(error, signal)) return done;
      throw withMoreTransferred(error, done);
    } finally {
      await Promise.allSettled(inFlight.map(({ count }) => count));
    }
  }

  #inTurn(
    kind: TransferKind,
    buffers: Views,
    offset: Offset,
    signal: Signal,
  ): Promise<number | null> {
    return inTurn(
      buffers,
      offset,
      signal,
      (buffer, at) => this.#transfer(kind, buffer, at, signal),
    );
  }
}

/**
 * Transfers buffers one after the other, up to the first that is not full.
 *
 * @param signal What may cancel the transfers.
 * @returns How many bytes were transferred, or null at the end.
 */
export async function inTurn(
  buffers: Views,
  offset: Offset,
  signal: Signal,
  transfer: (buffer: ArrayBufferView, at: Offset) => Promise<number | null>,
): Promise<number | null> {
  let done = 0;
  try {
    for (const buffer of buffers) {
      // The memory may have been transferred elsewhere since the method's call.
      checkBytes("each of buffers", buffer);
      const length = byteLengthOf(buffer);
      if (length === 0) continue;
      const count = await transfer(buffer, advance(offset, done));
      if (count === null) return done || null;
      done += count;
      if (count < length) break;
    }
    return done;
  } catch (error) {
    // What came from a pipe before an abort would be lost otherwise.
    if (done > 0 && isCancellation(error, signal)) return done;
    throw withMoreTransferred(error, done);
  }
}

/** Whether a write must be one call, lest others append in its midst. */
function isWhole(length: number, offset: Offset): boolean {
  return offset === END_OF_FILE && length <= MAX_WHOLE;
}

/** Whether an error is that of an operation that was cancelled. */
export function isCancellation(error: unknown, signal: Signal): boolean {
  return isReason(error, signal) || error instanceof FileClosedError ||
    (error instanceof Win32Error && error.win32 === ERROR_OPERATION_ABORTED);
}

/** Releases a share of a lock when a promise has settled. */
function thenLeave<T>(lock: SharedLock, result: Promise<T>): Promise<T> {
  return result.finally(() => lock.leave());
}

/** Runs work while sharing a lock that the caller has a share of, too. */
async function shared<T>(
  lock: SharedLock | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (lock === undefined) return await work();
  lock.shareAgain();
  try {
    return await work();
  } finally {
    lock.leave();
  }
}
