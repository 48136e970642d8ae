/**
 * Overlapped operations on one handle: started, awaited, cancelled, drained.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import type { OverlappedTransfer } from "../../ffi/transfer.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { ERROR_OPERATION_ABORTED, isShortage } from "../errors/codes.ts";
import {
  type CompletionPort,
  completionPort,
  type Operation,
  type Outcome,
} from "./completion_port.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import { Gate, type InFlightLimit } from "./in_flight_limit.ts";
import type { Waiter } from "./overlapped_pool.ts";
import type { Handle } from "../../ffi/handle.ts";
import { listen, unlisten } from "../file/signal.ts";
import { yieldTurn } from "../file/event_loop.ts";

const TWO_32 = 2 ** 32;

/** After so long it is tried again what the system had no resources for. */
const SHORTAGE_MS = 20;

/** How an operation ends that is cancelled before it was started. */
const CANCELLED: Outcome = { code: ERROR_OPERATION_ABORTED, count: 0 };

/** Where an operation starts. Devices without offsets want 0. */
export type Offset = number | bigint;

/** What is to be done. */
export interface Request {
  /** Where it starts. */
  readonly offset: Offset;
  /** How many bytes are to be transferred. */
  readonly length: number;
  /** Cancels it. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the call into the system. */
  readonly call: (overlapped: bigint) => boolean;
}

/**
 * A handle with FILE_FLAG_OVERLAPPED and the operations that are under way on
 * it. Whoever closes it refuses new ones, cancels, waits for all, then closes.
 */
export class OverlappedHandle {
  readonly #handle: Handle;
  readonly #path: string;
  readonly #port: CompletionPort;
  readonly #skipsOnSuccess: boolean;
  readonly #gate: Gate;
  #underWay = 0;
  #closing = false;
  #drained: (() => void) | undefined;

  /**
   * Binds the handle to the completion port of this thread.
   *
   * @param isDisk Whether it is a file's or a volume's. On a pipe, a part of a
   * message is neither success nor failure: every packet is wanted there.
   * @param limit How much may be under way at once.
   */
  constructor(
    handle: Handle,
    path: string,
    isDisk: boolean,
    limit?: InFlightLimit,
  ) {
    this.#handle = handle;
    this.#path = path;
    this.#gate = new Gate(limit);
    this.#port = completionPort();
    this.#port.bind(handle, path);
    this.#skipsOnSuccess = isDisk && this.#port.skipOnSuccess(handle);
  }

  /** Whether the handle is being closed. */
  get closing(): boolean {
    return this.#closing;
  }

  /**
   * Performs an operation. What its call points to must stay until the promise
   * has settled, and may go then.
   *
   * @returns How it ended. ERROR_OPERATION_ABORTED is what became of one that
   * was cancelled: see `refusal()`.
   */
  async perform(request: Request): Promise<Outcome> {
    const { length, signal } = request;
    const room = this.#gate.enter(length, signal);
    this.#underWay++;
    try {
      if (room !== undefined) {
        await room;
        this.#gate.comeThrough();
      }
      const outcome = await this.#performNow(request);
      // What completes at once would keep a loop of such from ever ending its
      // turn of the event loop.
      const turn = yieldTurn();
      if (turn !== undefined) await turn;
      return outcome;
    } finally {
      this.#gate.leave(length);
      this.leave();
    }
  }

  /** Has an OVERLAPPED ready, so that starting a transfer cannot fail. */
  reserve(): void {
    this.#port.reserve();
  }

  /**
   * Enters a transfer that goes without detours, if there is room at once.
   * Whoever is let in calls `leaveGate()` when the operation has ended, and
   * `leave()` when nothing of it is left to do.
   */
  tryEnter(length: number): boolean {
    if (this.#closing || !this.#gate.tryEnter(length)) return false;
    this.#underWay++;
    return true;
  }

  /** Makes room for others. */
  leaveGate(length: number): void {
    this.#gate.leave(length);
  }

  /** Ends what `tryEnter()` began. */
  leave(): void {
    if (--this.#underWay === 0) this.#drained?.();
  }

  /**
   * Starts a transfer that was let in.
   *
   * @returns The address of its OVERLAPPED, by which it can be cancelled until
   * the waiter is told; nothing if it has ended.
   */
  startTransfer(
    transfer: OverlappedTransfer,
    address: bigint,
    length: number,
    offset: number,
    waiter: Waiter,
  ): bigint | undefined {
    return this.#port.startTransfer(
      this.#skipsOnSuccess,
      offset,
      transfer,
      this.#handle,
      address,
      length,
      waiter,
    );
  }

  /** Asks to cancel an operation, which may have ended all the same. */
  cancel(overlapped: bigint): void {
    // That there is nothing to cancel (ERROR_NOT_FOUND) is no failure.
    preservingLastError(() => kernel32.CancelIoEx(this.#handle, overlapped));
  }

  /** Why an operation has been cancelled. */
  refusal(method: string, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (this.#closing) return new FileClosedError(method, this.#path);
    const path = this.#path;
    return new Win32Error(method, ERROR_OPERATION_ABORTED, { path });
  }

  /** Holds the handle open while something else uses it. */
  async during<T>(method: string, work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new FileClosedError(method, this.#path);
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.leave();
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

  async #performNow(request: Request): Promise<Outcome> {
    const { offset, signal, call } = request;
    for (;;) {
      if (signal?.aborted || this.#closing) return CANCELLED;
      const operation = this.#start(offset, call);
      const { outcome } = operation;
      const ended = outcome instanceof Promise
        ? await this.#completion(operation.overlapped, outcome, signal)
        : outcome;
      if (!isShortage(ended.code) || this.#port.pending === 0) return ended;
      await this.#lessUnderWay();
    }
  }

  /**
   * "Too many outstanding asynchronous I/O requests": one less is soon, of this
   * thread or of another process, which nobody tells of.
   */
  #lessUnderWay(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SHORTAGE_MS);
      this.#port.next().then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #start(offset: Offset, call: (overlapped: bigint) => boolean): Operation {
    if (typeof offset === "bigint") {
      const low = Number(offset & 0xFFFF_FFFFn);
      const high = Number(offset >> 32n);
      return this.#port.start(this.#skipsOnSuccess, low, high, call);
    }
    const low = offset >>> 0;
    const high = (offset - low) / TWO_32;
    return this.#port.start(this.#skipsOnSuccess, low, high, call);
  }

  async #completion(
    overlapped: bigint,
    outcome: Promise<Outcome>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    // Cancelling only asks: the outcome is awaited all the same.
    const cancel = () => this.cancel(overlapped);
    listen(signal, cancel);
    try {
      return await outcome;
    } finally {
      unlisten(signal, cancel);
      // Not before: what is cancelled must not be another operation's.
      this.#port.recycle(overlapped);
    }
  }
}
