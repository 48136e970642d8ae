/**
 * Writes to a serial port.
 *
 * @module
 */
import { byteLengthOf } from "../../ffi/views.ts";
import {
  ERROR_INVALID_FUNCTION,
  ERROR_NOT_SUPPORTED,
  ERROR_OPERATION_ABORTED,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { isReason, untilAborted } from "../file/signal.ts";
import { ThreadQueue } from "../file/thread_queue.ts";
import { Flusher } from "../overlapped/flush.ts";
import { writeFully } from "../overlapped/full_transfers.ts";
import type { ConnectionWriter } from "../overlapped/overlapped_connection.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { Transfers } from "../overlapped/transfers.ts";
import { withRemovalHint } from "./hints.ts";

type Signal = AbortSignal | undefined;

/** Writes to one port, one write at a time. */
export class SerialWriter implements ConnectionWriter {
  readonly #handle: OverlappedHandle;
  readonly #transfers: Transfers;
  readonly #writes = new ThreadQueue(1);
  readonly #flusher: Flusher;
  #discards = 0;

  constructor(handle: OverlappedHandle, transfers: Transfers) {
    this.#handle = handle;
    this.#transfers = transfers;
    this.#flusher = new Flusher(handle, "drain");
  }

  /** Writes until a time-out. */
  async write(data: ArrayBufferView, signal: Signal): Promise<number> {
    if (byteLengthOf(data) === 0) return 0;
    return await this.#inOrder(
      byteLengthOf(data),
      () => this.#transfers.write(data, 0, signal),
      signal,
    );
  }

  /** @throws {Win32Error} ERROR_TIMEOUT if not all is sent in time. */
  async writeAll(data: ArrayBufferView, signal: Signal): Promise<void> {
    const { device } = this.#handle;
    await this.#inOrder(
      byteLengthOf(data),
      () => writeFully(this.#transfers, data, 0, signal, device),
      signal,
    );
  }

  /**
   * Waits until the writes before it have left the driver.
   *
   * @param signal Ends the wait. The driver goes on.
   */
  async drain(signal: Signal): Promise<void> {
    const drained = this.#writes.run(() => this.#flush(), signal);
    await untilAborted(drained, signal);
  }

  /** Has the writes fail that have been called before. */
  discard(): void {
    this.#discards++;
  }

  async #flush(): Promise<void> {
    try {
      await this.#flusher.flush();
    } catch (error) {
      const knowsNoFlush = error instanceof Win32Error &&
        (error.win32 === ERROR_INVALID_FUNCTION ||
          error.win32 === ERROR_NOT_SUPPORTED);
      if (!knowsNoFlush) throw withRemovalHint(error);
    }
  }

  #inOrder(
    length: number,
    work: () => Promise<number>,
    signal: Signal,
  ): Promise<number> {
    const discards = this.#discards;
    return this.#writes.run(async () => {
      let count = 0;
      try {
        if (discards === this.#discards) count = await work();
      } catch (error) {
        const isOfPort = error instanceof Win32Error &&
          !isReason(error, signal);
        if (!isOfPort) throw error;
        if (discards === this.#discards) throw withRemovalHint(error);
        count = error.bytesTransferred ?? 0;
      }
      if (count === length || discards === this.#discards) return count;
      throw new Win32Error("WriteFile", ERROR_OPERATION_ABORTED, {
        path: this.#handle.path,
        bytesTransferred: count,
        hint: "discard() has dropped the rest.",
      });
    }, signal);
  }
}
