/**
 * A handle with FILE_FLAG_OVERLAPPED, and the operations on it.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import { DeviceKind } from "../file/device_kind.ts";
import { delay } from "../file/event_loop.ts";
import type { RawDevice } from "../file/raw_device.ts";
import { isAborted, reasonOf } from "../file/signal.ts";
import { type CompletionPort, completionPort } from "./completion_port.ts";
import { type InFlightLimit, InFlightLimiter } from "./in_flight_limiter.ts";
import { ASYNCHRONOUS, type HandleKind } from "../file/control.ts";

/**
 * How often a handle that is being closed is cancelled: a call on another
 * thread may enter the kernel only after the first time.
 */
const CANCEL_INTERVAL_MS = 20;

/** What is known of a handle that becomes an `OverlappedHandle`. */
export interface OverlappedHandleOptions {
  /** Whether other users of the handle must not be disturbed. */
  readonly isShared?: boolean;
  /** What a transfer of 0 bytes means on it. */
  readonly device: DeviceKind;
  /** What is known of it as a raw disk or volume, if it is one. */
  readonly raw?: RawDevice | undefined;
  /** How much may be in flight at once. */
  readonly limit?: InFlightLimit | undefined;
}

/**
 * A handle that is bound to the completion port of this thread. To close it:
 * refuse new operations, cancel, wait for all, then close.
 */
export class OverlappedHandle {
  /** The handle. */
  readonly handle: Handle;
  /** What errors call it. */
  readonly path: string;
  /** That it was opened with FILE_FLAG_OVERLAPPED. */
  readonly kind: HandleKind = ASYNCHRONOUS;
  /** Whether it is a file's, a volume's or a disk's. */
  readonly isDisk: boolean;
  /** What is known of it as a raw disk or volume, if it is one. */
  readonly raw: RawDevice | undefined;
  /** What a transfer of 0 bytes means on it. */
  readonly device: DeviceKind;
  /** The port that it is bound to. */
  readonly port: CompletionPort;
  /** The completion key of its packets. */
  readonly key: number;
  /** Whether other users of the handle must not be disturbed. */
  readonly isShared: boolean;
  /** Whether success in the call queues no packet. */
  readonly skipsOnSuccess: boolean;
  /** Admits its transfers. */
  readonly limiter: InFlightLimiter;
  /**
   * The object that closes the handle. An operation in flight leads to it, so
   * that the garbage collector does not find it dropped meanwhile.
   */
  owner: object | undefined;
  /** Whether the read that ended last left a part of a message behind. */
  isInMessage = false;
  /** Operations, and whatever else uses the handle. */
  #users = 0;
  #closing = false;
  #drained: (() => void) | undefined;
  #draining: Promise<void> | undefined;
  #closingController: AbortController | undefined;

  /**
   * Binds the handle.
   *
   * @throws {Win32Error} ERROR_INVALID_PARAMETER if it is bound to a port.
   */
  constructor(handle: Handle, path: string, options: OverlappedHandleOptions) {
    const { isShared = false, raw, device, limit } = options;
    this.handle = handle;
    this.path = path;
    this.isDisk = device.name === "disk";
    this.raw = raw;
    this.device = device;
    this.limiter = new InFlightLimiter(limit);
    this.port = completionPort();
    this.key = this.port.bind(handle, path);
    this.isShared = isShared;
    // A read of a part of a message is neither success nor failure, so that
    // every packet is wanted of pipes.
    this.skipsOnSuccess = this.isDisk && this.port.skipOnSuccess(handle);
  }

  /** Whether the handle is being closed. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Is aborted with a FileClosedError when the handle is being closed. */
  get closingSignal(): AbortSignal {
    if (this.#closingController === undefined) {
      this.#closingController = new AbortController();
      if (this.#closing) this.#abortWaits();
    }
    return this.#closingController.signal;
  }

  #abortWaits(): void {
    this.#closingController?.abort(new FileClosedError("close", this.path));
  }

  /**
   * Begins to use the handle: it stays open until `leave()`.
   *
   * @throws {FileClosedError} If it is being closed.
   */
  enter(method: string): void {
    if (this.#closing) throw new FileClosedError(method, this.path);
    this.#users++;
  }

  /** Ends what `enter()` began. */
  leave(): void {
    if (--this.#users === 0) this.#drained?.();
  }

  /** Holds the handle open while work is done with it. */
  async during<T>(method: string, work: () => Promise<T>): Promise<T> {
    this.enter(method);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /**
   * Asks the kernel to cancel an operation, which may have ended all the same.
   *
   * @param overlapped Its OVERLAPPED; null for all on the handle.
   * @returns Whether the kernel had any.
   */
  cancel(overlapped: bigint | null): boolean {
    return preservingLastError(() =>
      kernel32.CancelIoEx(this.handle, overlapped)
    );
  }

  /**
   * Refuses new operations, cancels those in flight, waits for them and closes
   * the handle.
   *
   * @throws {Win32Error} ERROR_INVALID_HANDLE if it has been closed elsewhere.
   */
  async close(): Promise<void> {
    await this.drain();
    const { handle, path } = this;
    preservingLastError(() => {
      if (kernel32.CloseHandle(handle)) return;
      throw Win32Error.last("CloseHandle", { path });
    });
  }

  /** Refuses new operations, cancels those in flight and waits for them. */
  drain(): Promise<void> {
    return this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    this.#closing = true;
    this.limiter.expelAll();
    this.#abortWaits();
    const { isShared, port, key } = this;
    const drained = new Promise<void>((resolve) => this.#drained = resolve);
    while (this.#users > 0) {
      // ERROR_NOT_FOUND, where nothing is to be cancelled, is no failure.
      for (const overlapped of isShared ? port.pendingOn(key) : [null]) {
        this.cancel(overlapped);
      }
      const { ended, cancel } = delay(CANCEL_INTERVAL_MS);
      await Promise.race([drained, ended]);
      cancel();
    }
    // A handle that other code has stays bound.
    if (!isShared) port.unbind();
  }
}

/**
 * Binds the handle of a connection, or closes it if that fails.
 *
 * @param kind What it is open on.
 * @throws {Win32Error} What CreateIoCompletionPort reports.
 */
export function bindConnection(
  handle: Handle,
  path: string,
  kind: "pipe" | "serial",
): OverlappedHandle {
  try {
    const device = new DeviceKind(kind, path);
    return new OverlappedHandle(handle, path, { device });
  } catch (error) {
    preservingLastError(() => kernel32.CloseHandle(handle));
    throw error;
  }
}

/** Returns the error of an operation that the kernel has cancelled. */
export function abortError(
  { path, closing }: Pick<OverlappedHandle, "path" | "closing">,
  { method, syscall }: { readonly method: string; readonly syscall: string },
  signal: AbortSignal | undefined,
): unknown {
  if (isAborted(signal)) return reasonOf(signal!);
  if (closing) return new FileClosedError(method, path);
  return new Win32Error(syscall, ERROR_OPERATION_ABORTED, { path });
}
