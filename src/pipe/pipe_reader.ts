/**
 * Reads of a pipe, by bytes and by messages.
 *
 * @module
 */
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import { ERROR_BROKEN_PIPE, ERROR_MORE_DATA } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkBytes } from "../file/arguments.ts";
import { join } from "../file/joined_buffers.ts";
import type { Offset } from "../file/transfer_limits.ts";
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { ThreadQueue } from "../file/thread_queue.ts";
import type { Reads } from "../overlapped/full_transfers.ts";
import type { ConnectionReader } from "../overlapped/overlapped_connection.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { Transfers } from "../overlapped/transfers.ts";

type Signal = AbortSignal | undefined;

/** What a read of a message asks for at first, and at most, in bytes. */
const SMALLEST_READ = 4096;
const LARGEST_READ = 65_536;

/**
 * Reads one end of a pipe, one read at a time. What an aborted read of a message
 * has read of it comes first in the next read.
 */
export class PipeReader implements ConnectionReader<number | null> {
  readonly #handle: OverlappedHandle;
  readonly #transfers: Transfers;
  readonly #reads = new ThreadQueue(1);
  /** The beginning of a message, whose rest is still in the pipe. */
  #begun: Uint8Array<ArrayBuffer>[] = [];
  #begunLength = 0;
  /** The length that a message has exceeded, while its rest is discarded. */
  #exceeded: number | undefined;
  #expected = SMALLEST_READ;

  constructor(handle: OverlappedHandle, transfers: Transfers) {
    this.#handle = handle;
    this.#transfers = transfers;
  }

  /** Whether the next read begins with a new message. */
  get isBetweenMessages(): boolean {
    return !this.#handle.isInMessage;
  }

  /** Reads what one transfer gives. The result is null at the end. */
  read(buffer: ArrayBufferView, signal: Signal): Promise<number | null> {
    return this.#reads.run(() => this.#read(buffer, signal), signal);
  }

  exclusively<T>(
    work: (reads: Reads) => Promise<T>,
    signal: Signal,
  ): Promise<T> {
    const read = (buffer: ArrayBufferView, _offset: Offset, signal: Signal) =>
      this.#read(buffer, signal);
    return this.#reads.run(() => work({ read }), signal);
  }

  /**
   * Reads a message. The result is null at the end.
   *
   * @throws {Win32Error} ERROR_MORE_DATA if the message is longer. It is gone
   * then, and the next one can be read.
   */
  readMessage(
    maxLength: number,
    signal: Signal,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#reads.run(() => this.#readMessage(maxLength, signal), signal);
  }

  async #read(
    buffer: ArrayBufferView,
    signal: Signal,
  ): Promise<number | null> {
    if (this.#exceeded !== undefined) await this.#discard(signal);
    if (this.#begunLength > 0) return this.#takeBegun(buffer);
    return await this.#transfers.read(buffer, 0, signal);
  }

  async #readMessage(
    maxLength: number,
    signal: Signal,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#exceeded !== undefined) await this.#discard(signal);
    const memory = rentBuffer(Math.min(maxLength, this.#expected));
    try {
      while (await this.#readPart(memory, maxLength, signal)) {
        if (this.#handle.isInMessage) continue;
        return this.#message();
      }
    } finally {
      memory.release();
    }
    if (this.#begunLength === 0) return null;
    const bytesTransferred = this.#begunLength;
    this.#message();
    const { path } = this.#handle;
    throw new Win32Error("ReadFile", ERROR_BROKEN_PIPE, {
      path,
      bytesTransferred,
      hint: "The pipe ended in the middle of a message.",
    });
  }

  /** Reads a part of a message. Returns false at the end of the pipe. */
  async #readPart(
    { bytes }: PooledBuffer,
    maxLength: number,
    signal: Signal,
  ): Promise<boolean> {
    const room = maxLength - this.#begunLength;
    if (room <= 0) {
      this.#exceeded = maxLength;
      this.#message();
      await this.#discard(signal);
    }
    const part = bytes.subarray(0, Math.min(room, bytes.length));
    const count = await this.#transfers.read(part, 0, signal);
    if (count === null) return false;
    this.#begun.push(part.slice(0, count));
    this.#begunLength += count;
    return true;
  }

  /** Takes what has been read of the message, joined. */
  #message(): Uint8Array<ArrayBuffer> {
    const pieces = this.#begun;
    const length = this.#begunLength;
    this.#begun = [];
    this.#begunLength = 0;
    this.#expected = Math.min(LARGEST_READ, Math.max(this.#expected, length));
    if (pieces.length === 1) return pieces[0]!;
    const message = new Uint8Array(length);
    join(pieces, message);
    return message;
  }

  #takeBegun(buffer: ArrayBufferView): number {
    // The memory may have been transferred elsewhere since the method's call.
    checkBytes("buffer", buffer);
    const begun = this.#message();
    const count = Math.min(begun.length, byteLengthOf(buffer));
    bytesOf(buffer).set(begun.subarray(0, count));
    if (count < begun.length) {
      this.#begun = [begun.subarray(count)];
      this.#begunLength = begun.length - count;
    }
    return count;
  }

  /**
   * Reads the rest of a message that is too long.
   *
   * @throws {Win32Error} ERROR_MORE_DATA when that is done.
   */
  async #discard(signal: Signal): Promise<never> {
    const memory = rentBuffer(LARGEST_READ);
    try {
      while (this.#handle.isInMessage) {
        if (await this.#transfers.read(memory.bytes, 0, signal) === null) break;
      }
    } finally {
      memory.release();
    }
    const length = this.#exceeded;
    this.#exceeded = undefined;
    throw new Win32Error("ReadFile", ERROR_MORE_DATA, {
      path: this.#handle.path,
      hint: `A message was longer than maxLength, ${length} bytes, and has ` +
        "been discarded: the next one can be read.",
    });
  }
}
