/**
 * Ends of pipes.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import { checkBytes } from "../file/arguments.ts";
import { MAX_LENGTH } from "../file/transfer_limits.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { PipeDirection, PipeMode } from "./options.ts";

/** What is known of an end. */
export interface PipeEndTraits {
  /** Whether it is the server's end. */
  readonly isServer: boolean;
  /** The type of the pipe. */
  readonly mode: PipeMode;
  /** The direction of data, seen from this end. */
  readonly direction: PipeDirection;
  /** Called when the handle has been closed. */
  readonly onClosed?: () => void;
}

/** An end that is connected, and what it refuses. */
export class PipeEnd {
  /** Its handle. */
  readonly overlapped: OverlappedHandle;
  /** Whether it is the server's end. */
  readonly isServer: boolean;
  /** Whether the pipe is one of messages. */
  readonly isMessage: boolean;
  readonly #direction: PipeDirection;
  readonly #onClosed: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(overlapped: OverlappedHandle, traits: PipeEndTraits) {
    this.overlapped = overlapped;
    this.isServer = traits.isServer;
    this.isMessage = traits.mode === "message";
    this.#direction = traits.direction;
    this.#onClosed = traits.onClosed;
  }

  /** When it has been closed; undefined before `close()`. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  /** Closes the handle, as `closeHandle()` does. */
  close(): Promise<void> {
    return this.#closing ??= closeHandle(this.overlapped)
      .finally(() => this.#onClosed?.());
  }

  /** @throws {FileClosedError} If it has been closed. */
  check(method: string): void {
    if (this.#closing === undefined) return;
    throw new FileClosedError(method, this.overlapped.path);
  }

  /**
   * Checks that it reads.
   *
   * @throws {TypeError} If it only writes.
   * @throws {FileClosedError} If it has been closed.
   */
  checkReads(method: string): void {
    this.#checkDirection(method, "out", "writes");
  }

  /**
   * Checks that it writes.
   *
   * @throws {TypeError} If it only reads.
   * @throws {FileClosedError} If it has been closed.
   */
  checkWrites(method: string): void {
    this.#checkDirection(method, "in", "reads");
  }

  #checkDirection(method: string, excluded: "in" | "out", does: string): void {
    this.check(method);
    if (this.#direction !== excluded) return;
    throw new TypeError(
      `${method}() needs another direction: this end of ` +
        `'${this.overlapped.path}' has direction "${excluded}" and only ${does}`,
    );
  }

  /** @throws {TypeError} If the pipe is one of bytes. */
  checkMessages(method: string): void {
    if (this.isMessage) return;
    throw new TypeError(
      `${method}() is for pipes of messages, and '${this.overlapped.path}' ` +
        'carries bytes: have the server listen with mode: "message"',
    );
  }

  /**
   * Checks what is to be written.
   *
   * @throws {TypeError} If it is no buffer.
   * @throws {RangeError} If it is more than one message can have.
   */
  checkData(data: ArrayBufferView): void {
    checkBytes("data", data);
    const length = byteLengthOf(data);
    if (!this.isMessage || length <= MAX_LENGTH) return;
    throw new RangeError(
      `A message must have at most ${MAX_LENGTH} bytes: got ${length}`,
    );
  }
}

/**
 * Cancels what is in flight on a handle, waits for it and closes the handle.
 *
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it has been closed elsewhere.
 */
export async function closeHandle(overlapped: OverlappedHandle): Promise<void> {
  await overlapped.drain();
  const { handle, path } = overlapped;
  preservingLastError(() => {
    if (kernel32.CloseHandle(handle)) return;
    throw Win32Error.last("CloseHandle", { path });
  });
}
