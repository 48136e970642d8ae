/**
 * Reads of a serial port.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import { ERROR_HANDLE_EOF } from "../errors/codes.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkBytes } from "../file/arguments.ts";
import { delay } from "../file/event_loop.ts";
import { isReason } from "../file/signal.ts";
import { ThreadQueue } from "../file/thread_queue.ts";
import type { Offset } from "../file/transfer_limits.ts";
import type { Reads } from "../overlapped/full_transfers.ts";
import type { ConnectionReader } from "../overlapped/overlapped_connection.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { Transfers } from "../overlapped/transfers.ts";
import type { CommControl } from "./comm_control.ts";
import { withRemovalHint } from "./hints.ts";
import { LINE_ERRORS, SerialLineError } from "./line_error.ts";

type Signal = AbortSignal | undefined;

const PAUSE_MS = 1;

/**
 * The most that one transfer asks for, in bytes: it may end with the first one,
 * and native memory is rented for all.
 */
const LARGEST_READ = 65_536;

/**
 * Reads one port, one read at a time. A read of several transfers that fails
 * takes nothing: what it has read comes first in the next read.
 */
export class SerialReader implements ConnectionReader<number> {
  readonly #handle: OverlappedHandle;
  readonly #transfers: Transfers;
  readonly #control: CommControl;
  readonly #reads = new ThreadQueue(1);
  /** What reads that failed had read, in order. It comes first. */
  #returned: Uint8Array<ArrayBuffer>[] = [];
  /** An error of the line behind the bytes that were read last. */
  #lineError: SerialLineError | undefined;
  readonly #errors = new Uint32Array(1);

  constructor(
    handle: OverlappedHandle,
    transfers: Transfers,
    control: CommControl,
  ) {
    this.#handle = handle;
    this.#transfers = transfers;
    this.#control = control;
  }

  /**
   * Reads what there is, or waits for a byte. The result is 0 after a time-out.
   *
   * @throws {Win32Error} ERROR_HANDLE_EOF if no more will come.
   */
  read(buffer: ArrayBufferView, signal: Signal): Promise<number> {
    return this.#reads.run(async () => {
      const count = await this.#read(buffer, signal);
      if (count !== null) return count;
      const { path } = this.#handle;
      const error = new Win32Error("ReadFile", ERROR_HANDLE_EOF, { path });
      throw withRemovalHint(error);
    }, signal);
  }

  /** Does work with reads, all or none of which count. */
  exclusively<T>(
    work: (reads: Reads) => Promise<T>,
    signal: Signal,
  ): Promise<T> {
    return this.#reads.run(async () => {
      const taken: Uint8Array<ArrayBuffer>[] = [];
      const read = async (
        buffer: ArrayBufferView,
        _offset: Offset,
        signal: Signal,
      ) => {
        const count = await this.#read(buffer, signal);
        if (count) taken.push(bytesOf(buffer, 0, count).slice());
        return count;
      };
      try {
        return await work({ read });
      } catch (error) {
        this.#returned.unshift(...taken);
        throw error;
      }
    }, signal);
  }

  /** Drops bytes that a failed read has returned, and errors of the line. */
  discard(): void {
    this.#returned = [];
    this.#lineError = undefined;
    this.takeLineErrors();
  }

  /**
   * Returns the errors of the line since the last time: CE_ values. A driver
   * that cannot say has none.
   *
   * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-clearcommerror
   */
  takeLineErrors(): number {
    // The handle is open only while something of it is in flight.
    if (this.#handle.closing) return 0;
    const { handle } = this.#handle;
    const known = preservingLastError(() =>
      kernel32.ClearCommError(handle, this.#errors, null)
    );
    return known ? this.#errors[0]! & LINE_ERRORS : 0;
  }

  async #read(
    buffer: ArrayBufferView,
    signal: Signal,
  ): Promise<number | null> {
    if (this.#returned.length > 0) return this.#takeReturned(buffer);
    if (this.#lineError !== undefined) {
      const error = this.#lineError;
      this.#lineError = undefined;
      throw error;
    }
    for (;;) {
      const count = await this.#transfer(buffer, signal);
      const flags = this.takeLineErrors();
      if (flags !== 0) {
        const error = new SerialLineError(this.#handle.path, flags);
        if (count === null || count === 0) throw error;
        this.#lineError = error;
      }
      const { readTimeout } = this.#control.settings;
      if (count !== 0 || readTimeout !== Infinity) return count;
      // Windows has no longer time-out, and some drivers know no such time-outs
      // and return at once.
      await delay(PAUSE_MS).ended;
    }
  }

  async #transfer(
    buffer: ArrayBufferView,
    signal: Signal,
  ): Promise<number | null> {
    const isLarge = byteLengthOf(buffer) > LARGEST_READ;
    const part = isLarge ? bytesOf(buffer, 0, LARGEST_READ) : buffer;
    try {
      return await this.#transfers.read(part, 0, signal);
    } catch (error) {
      throw isReason(error, signal) ? error : withRemovalHint(error);
    }
  }

  #takeReturned(buffer: ArrayBufferView): number {
    // The memory may have been transferred elsewhere since the method's call.
    checkBytes("buffer", buffer);
    const first = this.#returned[0]!;
    const count = Math.min(first.length, byteLengthOf(buffer));
    bytesOf(buffer).set(first.subarray(0, count));
    if (count === first.length) this.#returned.shift();
    else this.#returned[0] = first.subarray(count);
    return count;
  }
}
