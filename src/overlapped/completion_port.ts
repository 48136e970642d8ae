/**
 * Overlapped operations and their completion.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import {
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
} from "../win32/constants.ts";
import {
  argumentOffset,
  NO_ARGUMENT,
  RESULT,
} from "../../ffi/capture/block.ts";
import {
  type Frame,
  thread as frames,
  type ThreadCall as AsideFrame,
} from "../../ffi/thread.ts";
import type { OverlappedTransfer } from "../../ffi/transfer.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { ERROR_IO_PENDING, ERROR_MORE_DATA } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { STATUS_PENDING } from "../errors/ntstatus.ts";
import { OVERLAPPED_ENTRY } from "../win32/offsets.ts";
import {
  OverlappedPool,
  type OverlappedSlot,
  type Waiter,
} from "./overlapped_pool.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import type { Handle } from "../../ffi/handle.ts";
import { codeOfStatus } from "../errors/status.ts";
import { yieldTurn } from "../file/event_loop.ts";

/** How an operation ended. */
export interface Outcome {
  /** The Win32 error code; 0 if it succeeded. */
  readonly code: number;
  /** How many bytes were transferred. */
  readonly count: number;
}

/** An operation that has been handed to the kernel. */
export interface Operation {
  /** The address of its OVERLAPPED, by which it can be cancelled. */
  readonly overlapped: bigint;
  /** How it ended, or will; if a promise, the OVERLAPPED is to be recycled. */
  readonly outcome: Outcome | Promise<Outcome>;
}

/**
 * A wait ends after so long and is begun anew: when the JS thread has been
 * terminated, nobody else ends it, and Bun waits for its Workers at the end.
 */
const LONGEST_WAIT_MS = 500;

/**
 * From so many packets on of operations that have ended before, another thread
 * takes them: under Wine each costs what a short transfer does.
 */
const MANY_LATE = 48;

const TWO_32 = 2 ** 32;

/** How many packets one look takes from the port. */
const CAPACITY = 128;
const COUNT_AT = CAPACITY * OVERLAPPED_ENTRY.size;
const ENTRY = {
  overlapped: OVERLAPPED_ENTRY.lpOverlapped,
  count: OVERLAPPED_ENTRY.dwNumberOfBytesTransferred,
};

/**
 * A completion port, the OVERLAPPED structures of this thread's operations, and
 * the wait for them. The JS thread never blocks: it looks for packets once
 * without waiting, since many operations have completed by then, and leaves the
 * wait to another thread only if there are none.
 */
export class CompletionPort {
  readonly #port: Handle;
  #pending = 0;
  /** How many packets are to come of operations that have ended already. */
  #late = 0;
  readonly #overlapped = new OverlappedPool();
  /** What a look without waiting, and what the waiting thread writes to. */
  readonly #looked = new AlignedBuffer(COUNT_AT + 4);
  readonly #waited = new AlignedBuffer(COUNT_AT + 4);
  readonly #lookedView = new DataView(this.#looked.bytes.buffer);
  readonly #waitedView = new DataView(this.#waited.bytes.buffer);
  readonly #here: Frame;
  readonly #aside: AsideFrame;
  readonly #lookNow = () => this.#takePackets();
  #nextCompletion: PromiseWithResolvers<void> | undefined;
  #willLook = false;
  #waits = false;

  /**
   * Makes one.
   *
   * @throws {Error} If the runtime cannot wait on another thread.
   */
  constructor() {
    const name = "GetQueuedCompletionStatusEx";
    this.#aside = frames().threadCall(name);
    this.#here = frames().frame(name, 6);
    this.#here.buffersAt(NO_ARGUMENT, NO_ARGUMENT);
    this.#port = kernel32.CreateIoCompletionPort(
      INVALID_HANDLE_VALUE,
      null,
      0n,
      1,
    );
    if (this.#port === 0n) throw Win32Error.last("CreateIoCompletionPort");
    this.#prepare(this.#here.view, this.#looked, 0);
    this.#prepare(this.#aside.view, this.#waited, LONGEST_WAIT_MS);
  }

  /**
   * Has a call take no more packets than there can be: under Wine, looking for
   * one that is not there costs as much as taking one.
   */
  #expect(block: DataView): void {
    const count = Math.min(this.#pending + this.#late, CAPACITY);
    block.setUint32(argumentOffset(2), count, true);
  }

  /** Writes the arguments that are always the same. */
  #prepare(
    block: DataView,
    packets: AlignedBuffer,
    milliseconds: number,
  ): void {
    const { address } = packets;
    const args = [
      this.#port,
      address,
      0n, // Written for each call.
      address + BigInt(COUNT_AT),
      BigInt(milliseconds),
      0n,
    ];
    args.forEach((value, index) =>
      block.setBigUint64(argumentOffset(index), value, true)
    );
  }

  /** How many operations are with the kernel. */
  get pending(): number {
    return this.#pending;
  }

  /** Waits until some operation has completed. */
  next(): Promise<void> {
    this.#nextCompletion ??= Promise.withResolvers();
    return this.#nextCompletion.promise;
  }

  /** Binds a handle, for as long as it is open. */
  bind(handle: Handle, path: string): void {
    const port = kernel32.CreateIoCompletionPort(handle, this.#port, 0n, 0);
    if (port === 0n) throw Win32Error.last("CreateIoCompletionPort", { path });
  }

  /**
   * Has no packet sent for what succeeds at once. Returns false where that
   * cannot be had.
   */
  skipOnSuccess(handle: Handle): boolean {
    return kernel32.SetFileCompletionNotificationModes(
      handle,
      FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE,
    );
  }

  /**
   * Starts an operation. What its call points to must stay until the outcome.
   *
   * @param skipsOnSuccess Whether success at once sends no packet.
   * @param offset The offset, in two halves of 32 bits.
   * @param call Makes the call with the OVERLAPPED at an address.
   */
  start(
    skipsOnSuccess: boolean,
    offset: number,
    offsetHigh: number,
    call: (overlapped: bigint) => boolean,
  ): Operation {
    const slot = this.#overlapped.take(offset, offsetHigh);
    const overlapped = slot.address;
    let succeeded = false;
    let code = 0;
    try {
      succeeded = call(overlapped);
      if (!succeeded) code = getLastWin32Error();
    } catch (error) {
      this.#overlapped.give(slot);
      throw error;
    }
    const queued = isQueued(succeeded, code, skipsOnSuccess);
    if (queued && slot.status === STATUS_PENDING) {
      slot.isKept = true;
      const outcome = new Promise<Outcome>((resolve) =>
        slot.waiter = { complete: (code, count) => resolve({ code, count }) }
      );
      this.#awaitPacket();
      return { overlapped, outcome };
    }
    if (queued) code = codeOfStatus(slot.status);
    const count = queued || succeeded ? slot.count : 0;
    this.#letGo(slot, queued);
    return { overlapped, outcome: { code, count } };
  }

  /** Has an OVERLAPPED ready, so that taking one cannot fail. */
  reserve(): void {
    this.#overlapped.reserve();
  }

  /**
   * Starts a transfer without detours. The memory must stay until the waiter
   * is told, which it is before this returns if no packet is to come.
   *
   * @param offset The offset.
   * @returns The address of its OVERLAPPED, by which it can be cancelled until
   * the waiter is told; nothing if it has ended.
   */
  startTransfer(
    skipsOnSuccess: boolean,
    offset: number,
    transfer: OverlappedTransfer,
    file: Handle,
    address: bigint,
    length: number,
    waiter: Waiter,
  ): bigint | undefined {
    const low = offset >>> 0;
    const slot = this.#overlapped.take(low, (offset - low) / TWO_32);
    const succeeded = transfer.start(file, address, length, slot.address);
    let code = succeeded ? 0 : transfer.lastError;
    const queued = isQueued(succeeded, code, skipsOnSuccess);
    if (queued && slot.status === STATUS_PENDING) {
      slot.isKept = false;
      slot.waiter = waiter;
      this.#awaitPacket();
      return slot.address;
    }
    if (queued) code = codeOfStatus(slot.status);
    const count = queued || succeeded ? slot.count : 0;
    this.#letGo(slot, queued);
    waiter.complete(code, count);
    return undefined;
  }

  /** Takes back the OVERLAPPED of an operation that has ended. */
  recycle(overlapped: bigint): void {
    const high = Number(overlapped >> 32n);
    const low = Number(overlapped & 0xFFFF_FFFFn);
    this.#overlapped.give(this.#overlapped.find(low, high)!);
  }

  #awaitPacket(): void {
    this.#pending++;
    this.#look();
  }

  /**
   * Takes back the OVERLAPPED of an operation that has ended in its call. If a
   * packet is to come of it, it is the kernel's until then.
   */
  #letGo(slot: OverlappedSlot, queued: boolean): void {
    if (!queued) return this.#overlapped.give(slot);
    // If the other thread does not keep up, they are taken here.
    if (++this.#late < CAPACITY) this.#wait();
    else this.#look();
  }

  /** Looks for packets once this job of the event loop is done. */
  #look(): void {
    if (this.#willLook) return;
    this.#willLook = true;
    queueMicrotask(this.#lookNow);
  }

  #takePackets(): void {
    // What has completed by then would keep a loop of operations from ever
    // ending its turn of the event loop.
    const turn = yieldTurn();
    if (turn !== undefined) {
      turn.then(this.#lookNow);
      return;
    }
    this.#willLook = false;
    if (this.#pending + this.#late === 0) return;
    const { view, call0 } = this.#here;
    this.#expect(view);
    preservingLastError(call0);
    if (view.getInt32(RESULT, true) !== 0) this.#collect(this.#lookedView);
    this.#wait();
  }

  /** Waits on another thread while anything is pending or much is late. */
  #wait(): void {
    if (this.#waits) return;
    if (this.#pending === 0 && this.#late < MANY_LATE) return;
    this.#waits = true;
    this.#expect(this.#aside.view);
    this.#aside.call().then(() => {
      this.#waits = false;
      if (this.#aside.view.getInt32(RESULT, true) !== 0) {
        this.#collect(this.#waitedView);
      }
      if (this.#pending > 0) this.#look();
      else this.#wait();
    });
  }

  /** Settles the operations that packets are there for. */
  #collect(view: DataView): void {
    const total = view.getUint32(COUNT_AT, true);
    for (let i = 0; i < total; i++) {
      const entry = i * OVERLAPPED_ENTRY.size;
      const low = view.getUint32(entry + ENTRY.overlapped, true);
      const high = view.getUint32(entry + ENTRY.overlapped + 4, true);
      const slot = this.#overlapped.find(low, high);
      if (slot === undefined) continue; // The packet that ends a wait.
      const { status, isKept, waiter } = slot;
      if (waiter === undefined) {
        this.#overlapped.give(slot);
        this.#late--;
        continue;
      }
      slot.waiter = undefined;
      if (!isKept) this.#overlapped.give(slot);
      this.#pending--;
      waiter.complete(
        codeOfStatus(status),
        view.getUint32(entry + ENTRY.count, true),
      );
    }
    this.#nextCompletion?.resolve();
    this.#nextCompletion = undefined;
    if (this.#waits && this.#pending === 0) this.#endWait();
  }

  /** Nothing is pending any more: the wait must not keep the program alive. */
  #endWait(): void {
    preservingLastError(() => {
      if (!kernel32.PostQueuedCompletionStatus(this.#port, 0, 0n, null)) {
        throw Win32Error.last("PostQueuedCompletionStatus");
      }
    });
  }
}

let port: CompletionPort | undefined;

/** The completion port of this JS thread, made on first use. */
export function completionPort(): CompletionPort {
  return port ??= new CompletionPort();
}

/**
 * Whether a packet is to come: "TRUE … an I/O completion packet is queued" all
 * the same, and so it is for the part of a message that did not fit.
 */
function isQueued(
  succeeded: boolean,
  code: number,
  skipsOnSuccess: boolean,
): boolean {
  return code === ERROR_IO_PENDING ||
    ((succeeded || code === ERROR_MORE_DATA) && !skipsOnSuccess);
}
