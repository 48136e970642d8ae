/**
 * Ends of pipes.
 *
 * @module
 */
import { byteLengthOf } from "../../ffi/views.ts";
import { checkBytes } from "../file/arguments.ts";
import { MAX_LENGTH } from "../file/transfer_limits.ts";
import { Endpoint } from "../overlapped/endpoint.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import type { PipeDirection } from "./options.ts";

/** What is known of an end. */
export interface PipeEndTraits {
  /** Whether it is the server's end. */
  readonly isServer: boolean;
  /** Whether the pipe is one of messages. */
  readonly isMessage: boolean;
  /** The direction of data, seen from this end. */
  readonly direction: PipeDirection;
  /** Called when the handle has been closed. */
  readonly onClosed?: () => void;
}

/** An end that is connected, and what it refuses. */
export class PipeEnd extends Endpoint {
  /** Whether it is the server's end. */
  readonly isServer: boolean;
  /** Whether the pipe is one of messages. */
  readonly isMessage: boolean;
  readonly #direction: PipeDirection;

  constructor(overlapped: OverlappedHandle, traits: PipeEndTraits) {
    super(overlapped, traits.onClosed);
    this.isServer = traits.isServer;
    this.isMessage = traits.isMessage;
    this.#direction = traits.direction;
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
