/**
 * Writes to a pipe, by bytes and by messages.
 *
 * @module
 */
import { byteLengthOf } from "../../ffi/views.ts";
import { ERROR_NO_DATA } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { joinedLength } from "../file/joined_buffers.ts";
import { isAborted, reasonOf } from "../file/signal.ts";
import { ThreadQueue } from "../file/thread_queue.ts";
import { writeFully } from "../overlapped/full_transfers.ts";
import { writeJoined } from "../overlapped/joined_transfers.ts";
import type { ConnectionWriter } from "../overlapped/overlapped_connection.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { Transfers } from "../overlapped/transfers.ts";
import type { PipeEnd } from "./pipe_end.ts";

type Signal = AbortSignal | undefined;

/** Writes to one end of a pipe, one write at a time. */
export class PipeWriter implements ConnectionWriter {
  readonly #handle: OverlappedHandle;
  readonly #end: PipeEnd;
  readonly #transfers: Transfers;
  readonly #writes = new ThreadQueue(1);

  constructor(handle: OverlappedHandle, end: PipeEnd, transfers: Transfers) {
    this.#handle = handle;
    this.#end = end;
    this.#transfers = transfers;
  }

  /** Writes by one call: one message. Nothing is none to a pipe of bytes. */
  async write(data: ArrayBufferView, signal: Signal): Promise<number> {
    this.#end.checkLength(data);
    if (byteLengthOf(data) === 0 && !this.#end.isMessage) return 0;
    return await this.#writes.run(
      () => this.#transfers.write(data, 0, signal),
      signal,
    );
  }

  /** Writes all of the data: one message, or none if there are no data. */
  async writeAll(data: ArrayBufferView, signal: Signal): Promise<void> {
    this.#end.checkLength(data);
    const { device } = this.#handle;
    await this.#writes.run(
      () => writeFully(this.#transfers, data, 0, signal, device),
      signal,
    );
  }

  /** Writes several buffers by one call. */
  async writeGather(
    views: readonly ArrayBufferView[],
    signal: Signal,
  ): Promise<number> {
    if (joinedLength(views) === 0 && !this.#end.isMessage) return 0;
    const write = (joined: Uint8Array) =>
      this.#transfers.write(joined, 0, signal);
    return await this.#writes.run(() => writeJoined(views, write), signal);
  }

  /**
   * Writes one message.
   *
   * @throws {Win32Error} ERROR_NO_DATA if not all of it has been written.
   */
  async writeMessage(data: ArrayBufferView, signal: Signal): Promise<void> {
    const count = await this.write(data, signal);
    if (count >= byteLengthOf(data)) return;
    if (isAborted(signal)) throw reasonOf(signal!);
    throw new Win32Error("WriteFile", ERROR_NO_DATA, {
      path: this.#handle.path,
      bytesTransferred: count,
    });
  }
}
