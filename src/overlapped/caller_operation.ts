/**
 * Overlapped calls that callers make themselves.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { argumentError, describe } from "../errors/describe.ts";
import { thread } from "../../ffi/thread.ts";
import { ERROR_IO_PENDING, ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { checkOffset, checkSignal } from "../file/arguments.ts";
import type { Offset } from "../file/transfer_limits.ts";
import {
  AlignedBuffer,
  releaseMemory,
  retainMemory,
} from "../memory/aligned_buffer.ts";
import { Operation } from "./operation.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";
import { settingsOf } from "../file/option_values.ts";

/**
 * Starts an overlapped operation with the OVERLAPPED at an address, and returns
 * what the function returned, before it calls another: an operation that is
 * under way is cancelled if neither the result nor the last error says so.
 */
export type OverlappedCall = (overlapped: bigint, handle: Handle) => boolean;

/** What an overlapped call of one's own is about, beside the call. */
export interface OverlappedCallOptions {
  /** The memory that the operation uses. It stays until the operation has ended. */
  readonly buffers?: readonly AlignedBuffer[] | undefined;
  /** `Offset` and `OffsetHigh` of the OVERLAPPED. @default {0} */
  readonly at?: number | bigint | undefined;
  /** What errors call the function. @default {"callOverlapped"} */
  readonly name?: string | undefined;
  /** Cancels the operation. */
  readonly signal?: AbortSignal | undefined;
}

/** An operation whose call is the caller's. */
export class CallerOperation extends Operation<number> {
  readonly #call: OverlappedCall;
  readonly #buffers: readonly AlignedBuffer[];

  /** @param buffers Memory that the caller names; it is retained here. */
  constructor(
    handle: OverlappedHandle,
    call: OverlappedCall,
    buffers: readonly AlignedBuffer[],
    syscall: string,
    offset: Offset,
    signal: AbortSignal | undefined,
  ) {
    super(handle, { method: "callOverlapped", syscall }, 0, offset, signal);
    this.#call = call;
    this.#buffers = buffers;
    for (const buffer of buffers) retainMemory(buffer);
  }

  call(overlapped: bigint): boolean {
    const result: unknown = this.#call(overlapped, this.handle.handle);
    // Anything else, such as a promise, does not say whether it has started.
    if (typeof result !== "boolean") {
      throw new TypeError(
        "call must return what the function returned, true or false: got " +
          describe(result),
      );
    }
    const here = thread();
    if (!result && here.lastError === ERROR_IO_PENDING) return false;
    // The last error may be that of another call: the kernel knows what it has.
    if (!this.cancel(overlapped)) return result;
    here.lastError = ERROR_IO_PENDING;
    return false;
  }

  protected override get isLimited(): boolean {
    return false;
  }

  protected conclude(code: number, count: number): number {
    if (code === 0) return count;
    if (code === ERROR_OPERATION_ABORTED) {
      // What came before an abort counts.
      if (count > 0) return count;
      throw this.abortError();
    }
    throw this.win32Error(code, count);
  }

  protected releaseMemory(): void {
    for (const buffer of this.#buffers) releaseMemory(buffer);
  }
}

/**
 * Makes the operation of a call.
 *
 * @throws {TypeError} If an argument has the wrong type.
 * @throws {RangeError} If the offset is out of range, or memory has been freed.
 */
export function callerOperation(
  handle: OverlappedHandle,
  call: OverlappedCall,
  options: OverlappedCallOptions,
): CallerOperation {
  if (typeof call !== "function") {
    throw argumentError(
      "call",
      "a function that takes the address of an OVERLAPPED",
      call,
    );
  }
  const { buffers, at, name, signal } = settingsOf(
    "callOverlapped()",
    options,
    {
      buffers: [],
      at: 0,
      name: "callOverlapped",
      signal: undefined,
    },
  );
  checkOffset("at", at);
  checkSignal(signal);
  if (typeof name !== "string") {
    throw argumentError("name", "a string", name);
  }
  const list = checkedBuffers(buffers);
  return new CallerOperation(handle, call, list, name, at, signal);
}

function checkedBuffers(buffers: unknown): readonly AlignedBuffer[] {
  if (!Array.isArray(buffers)) {
    throw argumentError("buffers", "a list of AlignedBuffers", buffers);
  }
  const list: AlignedBuffer[] = [];
  for (let i = 0; i < buffers.length; i++) {
    const buffer: unknown = buffers[i];
    if (!(buffer instanceof AlignedBuffer)) {
      throw argumentError(
        "each of buffers",
        "an AlignedBuffer, whose memory does not move",
        buffer,
      );
    }
    list.push(buffer);
  }
  // When all have been read, since a getter may free another.
  for (const buffer of list) {
    // The getter that all have: memory that is gone would be freed again.
    if (Reflect.get(AlignedBuffer.prototype, "byteLength", buffer) === 0) {
      throw new RangeError("one of buffers has been freed");
    }
  }
  return list;
}
