/**
 * Overlapped operations that transfer no bytes of a file.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import type { Offset } from "../file/transfer_limits.ts";
import { Operation, type OperationKind } from "./operation.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/** What a control operation is about, beside its call. */
export interface ControlOptions {
  /** What OVERLAPPED has for an offset. @default {0} */
  readonly offset?: Offset;
  /** What may cancel it. */
  readonly signal?: AbortSignal | undefined;
  /** A code beside 0 that is a success. */
  readonly succeedsWith?: number;
}

/**
 * An operation such as a lock or the wait for a pipe's client. It may wait for
 * long and has no bytes, so that it takes no room in the limit of transfers.
 */
export class ControlOperation extends Operation<number> {
  readonly #call: (overlapped: bigint) => boolean;
  readonly #succeedsWith: number;

  constructor(
    handle: OverlappedHandle,
    kind: OperationKind,
    call: (overlapped: bigint) => boolean,
    { offset = 0, signal, succeedsWith = 0 }: ControlOptions,
  ) {
    super(handle, kind, 0, offset, signal);
    this.#call = call;
    this.#succeedsWith = succeedsWith;
  }

  call(overlapped: bigint): boolean {
    return this.#call(overlapped);
  }

  protected override get isLimited(): boolean {
    return false;
  }

  protected conclude(code: number, count: number): number {
    if (code === 0 || code === this.#succeedsWith) return count;
    if (code === ERROR_OPERATION_ABORTED) throw this.abortError();
    throw this.win32Error(code);
  }

  protected releaseMemory(): void {
    // The call points to no memory but its OVERLAPPED.
  }
}
