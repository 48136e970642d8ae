/**
 * Overlapped operations on one handle: started, awaited, cancelled, drained.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED, isShortage } from "./codes.ts";
import {
  type CompletionPort,
  completionPort,
  type Operation,
  type Outcome,
} from "./completion.ts";
import { FileClosedError } from "./error.ts";
import { type Handle, kernel32 } from "./raw.ts";

const TWO_32 = 2 ** 32;

/** Where an operation starts. Devices without offsets want 0. */
export type Offset = number | bigint;

/**
 * A handle with FILE_FLAG_OVERLAPPED and the operations that are under way on
 * it. Whoever closes it refuses new ones, cancels, waits for all, then closes.
 */
export class OverlappedHandle {
  readonly #handle: Handle;
  readonly #path: string;
  readonly #port: CompletionPort;
  readonly #skipsOnSuccess: boolean;
  #underWay = 0;
  #closing = false;
  #drained: (() => void) | undefined;

  /**
   * Binds the handle to the completion port of this thread.
   *
   * @param isDisk Whether it is a file's or a volume's. On a pipe, a part of a
   * message is neither success nor failure: every packet is wanted there.
   */
  constructor(handle: Handle, path: string, isDisk: boolean) {
    this.#handle = handle;
    this.#path = path;
    this.#port = completionPort();
    this.#port.bind(handle, path);
    this.#skipsOnSuccess = isDisk && this.#port.skipOnSuccess(handle);
  }

  /**
   * Performs an operation. What its call points to must stay until the promise
   * has settled, and may go then.
   *
   * @returns How it ended: the code is not yet looked at, but for that of an
   * operation that was cancelled.
   */
  async perform(
    method: string,
    offset: Offset,
    signal: AbortSignal | undefined,
    call: (overlapped: bigint) => boolean,
  ): Promise<Outcome> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#closing) throw new FileClosedError(method, this.#path);
      const outcome = await this.#settled(this.#start(offset, call), signal);
      if (isShortage(outcome.code) && this.#port.pending > 0) {
        // "Too many outstanding asynchronous I/O requests": one less is soon.
        await this.#port.next();
        continue;
      }
      if (outcome.code !== ERROR_OPERATION_ABORTED || outcome.count > 0) {
        return outcome;
      }
      signal?.throwIfAborted();
      if (this.#closing) throw new FileClosedError(method, this.#path);
      return outcome;
    }
  }

  /** Refuses new operations, cancels those under way and waits for them. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#underWay === 0) return;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    // That there is nothing to cancel (ERROR_NOT_FOUND) is no failure.
    kernel32.CancelIoEx(this.#handle, null);
    await drained;
  }

  #start(offset: Offset, call: (overlapped: bigint) => boolean): Operation {
    const [low, high] = typeof offset === "number"
      ? [offset >>> 0, (offset - (offset >>> 0)) / TWO_32]
      : [Number(offset & 0xFFFF_FFFFn), Number(offset >> 32n)];
    return this.#port.start(this.#skipsOnSuccess, low, high, call);
  }

  async #settled(
    { overlapped, outcome }: Operation,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    if (!(outcome instanceof Promise)) return outcome;
    // Cancelling only asks: the outcome is awaited all the same.
    const cancel = () => kernel32.CancelIoEx(this.#handle, overlapped);
    signal?.addEventListener("abort", cancel, { once: true });
    this.#underWay++;
    try {
      return await outcome;
    } finally {
      signal?.removeEventListener("abort", cancel);
      // Not before: what is cancelled must not be another operation's.
      this.#port.recycle(overlapped);
      if (--this.#underWay === 0) this.#drained?.();
    }
  }
}
