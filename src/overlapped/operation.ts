/**
 * One overlapped operation, from the request to the settling of its promise.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED, isShortage } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { now, yieldTurn } from "../file/event_loop.ts";
import type { Offset } from "../file/transfer_limits.ts";
import { isAborted, listen, unlisten } from "../file/signal.ts";
import type { StartableOperation } from "./completion_port.ts";
import type { Waiting } from "./in_flight_limiter.ts";
import { abortError, type OverlappedHandle } from "./overlapped_handle.ts";

/** What an operation does, for its call and its errors. */
export interface OperationKind {
  /** The method that it serves: "read". */
  readonly method: string;
  /** The function of kernel32 that it calls: "ReadFile". */
  readonly syscall: string;
}

/** How long an operation is started again in a shortage, in milliseconds. */
const LONGEST_SHORTAGE_MS = 1000;

/** Settles a promise of any type. */
type Resolve = (result: unknown) => void;

/** The resolving function of the promise that was created last. */
let lastResolve: Resolve;
/** One executor for all promises: a closure each would cost memory. */
function takeResolve(resolve: (result: never) => void): void {
  lastResolve = resolve as Resolve;
}

/**
 * An overlapped operation: the only thing that starts one. It waits for room in
 * the limit of its file, hands its memory and an OVERLAPPED to the kernel, asks
 * to cancel when its signal is aborted, and settles its promise only when the
 * kernel has ended with the memory. What it has acquired is released in one
 * place, on every way out.
 */
export abstract class Operation<Result>
  implements StartableOperation, Waiting, EventListenerObject {
  /** The handle that it is on. */
  readonly handle: OverlappedHandle;
  /** What it does. */
  readonly kind: OperationKind;
  /** How many bytes it is to transfer. */
  readonly length: number;
  /** Where it starts. */
  readonly offset: Offset;
  /** What may cancel it. */
  readonly signal: AbortSignal | undefined;
  /** The address of its OVERLAPPED, while the kernel has it. */
  #overlapped: bigint | undefined;
  /** Whether `start()` is running: the operation may end within. */
  #starts = false;
  #hasRoom = false;
  /** Until when it is started again in a shortage of resources. */
  #lastStart: number | undefined;
  #resolve!: Resolve;

  constructor(
    handle: OverlappedHandle,
    kind: OperationKind,
    length: number,
    offset: Offset,
    signal: AbortSignal | undefined,
  ) {
    this.handle = handle;
    this.kind = kind;
    this.length = length;
    this.offset = offset;
    this.signal = signal;
  }

  /** Makes the call with the OVERLAPPED at an address. */
  abstract call(overlapped: bigint): boolean;

  /**
   * Turns the outcome into the result, or throws. The memory is still there.
   *
   * @param code The Win32 code, 0 for success.
   */
  protected abstract conclude(
    code: number,
    count: number,
  ): Result | Promise<Result>;

  /** Releases the memory. Called once, when the kernel has ended with it. */
  protected abstract releaseMemory(): void;

  /** Whether it takes room in the limit of its file. */
  protected get isLimited(): boolean {
    return true;
  }

  /** Starts it. The memory that it has is released from now on, in any case. */
  begin(): Promise<Result> {
    try {
      this.handle.enter(this.kind.method);
    } catch (error) {
      this.releaseMemory();
      return Promise.reject(error);
    }
    const promise = new Promise<Result>(takeResolve);
    this.#resolve = lastResolve;
    const { handle: { limiter }, length, signal } = this;
    if (isAborted(signal)) this.complete(ERROR_OPERATION_ABORTED, 0);
    else if (!this.isLimited || limiter.tryAcquire(length)) this.#start();
    else {
      limiter.enqueue(this);
      listen(signal, this);
    }
    return promise;
  }

  admit(): void {
    unlisten(this.signal, this);
    this.#start();
  }

  expel(): void {
    this.complete(ERROR_OPERATION_ABORTED, 0);
  }

  /** Starts it. It has room, if it takes any. */
  #start(): void {
    this.#hasRoom = this.isLimited;
    const { handle, offset, signal } = this;
    const { port, key, skipsOnSuccess } = handle;
    this.#starts = true;
    try {
      this.#overlapped = port.start(key, skipsOnSuccess, offset, this);
    } catch (error) {
      this.fail(error);
    } finally {
      this.#starts = false;
    }
    const overlapped = this.#overlapped;
    if (overlapped === undefined) return;
    // The call may be the caller's, which aborted the signal itself.
    if (isAborted(signal)) this.cancel(overlapped);
    else listen(signal, this);
  }

  /** Handles the abort of the signal. */
  handleEvent(): void {
    // This only asks: the kernel still has the memory until `complete()`.
    if (this.#overlapped !== undefined) this.cancel(this.#overlapped);
    else if (this.handle.limiter.remove(this)) this.expel();
  }

  cancel(overlapped: bigint): boolean {
    return this.handle.cancel(overlapped);
  }

  complete(code: number, count: number): void {
    // First: the OVERLAPPED is another operation's next.
    this.#overlapped = undefined;
    unlisten(this.signal, this);
    if (isShortage(code) && this.#mayStartAgain()) {
      return this.#startAfterShortage();
    }
    let result: Result | Promise<Result>;
    try {
      result = this.conclude(code, count);
    } catch (error) {
      return this.fail(error);
    }
    this.#settle(result);
  }

  fail(error: unknown): void {
    this.#overlapped = undefined;
    unlisten(this.signal, this);
    this.#settle(Promise.reject(error));
  }

  /** The error of an operation that the kernel has cancelled. */
  protected abortError(): unknown {
    return abortError(this.handle, this.kind, this.signal);
  }

  /** The error of a failed operation. */
  protected win32Error(code: number, bytesTransferred?: number): Win32Error {
    const { handle: { path }, kind } = this;
    return new Win32Error(kind.syscall, code, { path, bytesTransferred });
  }

  /**
   * Whether resources may become free soon. What is pending may also be an idle
   * pipe, which frees none, and a transfer may be too large at any time.
   */
  #mayStartAgain(): boolean {
    return this.handle.port.pending > 0 &&
      now() < (this.#lastStart ??= now() + LONGEST_SHORTAGE_MS);
  }

  /**
   * "Too many outstanding asynchronous I/O requests": starts again when fewer
   * are outstanding. On a pipe, later ones must not overtake it meanwhile.
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   */
  #startAfterShortage(): void {
    const { isDisk, limiter, port } = this.handle;
    const hold = isDisk ? 0 : 1;
    limiter.hold(hold);
    port.afterShortage().then(() => {
      if (isAborted(this.signal) || this.handle.closing) {
        this.complete(ERROR_OPERATION_ABORTED, 0);
      } else this.#start();
      limiter.hold(-hold);
    });
  }

  /** Releases everything, then settles the promise. */
  #settle(result: Result | Promise<Result>): void {
    const turn = this.#starts ? yieldTurn() : undefined;
    try {
      this.releaseMemory();
    } catch (error) {
      // Thrown, it would end the operation a second time.
      result = Promise.reject(error);
    }
    if (this.#hasRoom) this.handle.limiter.release(this.length);
    this.handle.leave();
    if (turn === undefined) this.#resolve(result);
    else this.#resolveAfter(turn, result);
  }

  /**
   * What ends in its call must not keep the event loop from turning. A method of
   * its own: V8 allocates what a closure captures at the start of its method,
   * with each operation.
   */
  #resolveAfter(
    turn: Promise<void>,
    result: Result | Promise<Result>,
  ): void {
    // It may reject before the turn, when nothing handles that yet.
    if (result instanceof Promise) result.catch(() => {});
    turn.then(() => this.#resolve(result));
  }
}
