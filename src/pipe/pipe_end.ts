/**
 * Ends of pipes.
 *
 * @module
 */
import { byteLengthOf } from "../../ffi/views.ts";
import { MAX_LENGTH } from "../file/transfer_limits.ts";
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

/** An end, and what it refuses. */
export class PipeEnd {
  /** The name of the pipe. */
  readonly path: string;
  /** What is known of it. */
  readonly traits: PipeEndTraits;

  constructor(path: string, traits: PipeEndTraits) {
    this.path = path;
    this.traits = traits;
  }

  /** Whether the pipe is one of messages. */
  get isMessage(): boolean {
    return this.traits.mode === "message";
  }

  /** @throws {TypeError} If it has only the other direction. */
  checkDirection(method: string, needs: "read" | "write"): void {
    const { direction } = this.traits;
    if (direction !== (needs === "read" ? "out" : "in")) return;
    const does = needs === "read" ? "writes" : "reads";
    throw new TypeError(
      `${method}() needs another direction: this end of '${this.path}' has ` +
        `direction "${direction}" and only ${does}`,
    );
  }

  /** @throws {TypeError} If the pipe is one of bytes. */
  checkMessages(method: string): void {
    if (this.isMessage) return;
    throw new TypeError(
      `${method}() is for pipes of messages, and '${this.path}' carries ` +
        'bytes: have the server listen with mode: "message"',
    );
  }

  /** @throws {RangeError} If data are more than one message can have. */
  checkLength(data: ArrayBufferView): void {
    const length = byteLengthOf(data);
    if (!this.isMessage || length <= MAX_LENGTH) return;
    throw new RangeError(
      `A message must have at most ${MAX_LENGTH} bytes: got ${length}`,
    );
  }
}
