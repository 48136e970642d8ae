/**
 * The completion port of a thread: which operations the kernel has, and which
 * have ended.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_IO_PENDING, ERROR_MORE_DATA } from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { STATUS_PENDING } from "../errors/ntstatus.ts";
import { codeOfStatus } from "../errors/status.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { afterJob, delay, yieldTurn } from "../file/event_loop.ts";
import { preparePool } from "../memory/pooled_memory.ts";
import {
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
} from "../win32/constants.ts";
import {
  type OverlappedSlot,
  OverlappedSlots,
  type PendingOperation,
} from "./overlapped_slots.ts";
import { MAX_PACKETS, type PacketBuffer, PacketQueue } from "./packet_queue.ts";

/** An operation that can be handed to the kernel. */
export interface StartableOperation extends PendingOperation {
  /** Makes the call with the OVERLAPPED at an address. */
  call(overlapped: bigint): boolean;
  /** Asks the kernel to cancel it. Returns whether the kernel has it. */
  cancel(overlapped: bigint): boolean;
  /** Ends it with an error instead of an outcome. */
  fail(error: unknown): void;
  /**
   * Makes the call on another thread instead, if it would block this one.
   * Resolves with the last error if the call failed.
   */
  callOnThread?(overlapped: bigint): Promise<number | undefined> | undefined;
}

/** How long a shortage of resources lasts at most without a completion. */
const SHORTAGE_MS = 20;

/**
 * A completion port, the OVERLAPPED structures of this thread's operations, and
 * the wait for them. The JS thread never blocks: it asks for packets without
 * waiting, since many operations have completed by then, and another thread
 * waits only if there are none.
 */
export class CompletionPort {
  readonly #queue = new PacketQueue();
  /** How many handles are bound to it. */
  #bound = 0;
  readonly #slots = new OverlappedSlots();
  #lastKey = 0;
  /** How many operations the kernel has. */
  #pending = 0;
  /** How many packets are to come of operations that have ended. */
  #owed = 0;
  /**
   * How many calls have failed since packets were taken last. A driver may queue
   * a packet for a lock that it refuses at once, whatever the skip mode.
   */
  #failed = 0;
  /** How many packets belonged to no operation. */
  #dropped = 0;
  readonly #takePackets = () => this.#takePacketsNow();
  readonly #settlePacket = (low: number, high: number, key: number) =>
    this.#settleOne(low, high, key);
  #nextCompletion: PromiseWithResolvers<void> | undefined;
  #willTakePackets = false;

  /**
   * Binds all that waiting for packets takes, and allocates the pool.
   *
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY and others.
   * @throws {Error} If the runtime cannot wait on another thread.
   */
  constructor() {
    preparePool();
  }

  /**
   * Creates the port, unless it is there.
   *
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY and others.
   */
  open(): void {
    if (this.#queue.isOpen) return;
    this.#queue.open();
    // The file that it is for may fail to open.
    afterJob(() => this.#closeIfUnused());
  }

  /** How many operations the kernel has. */
  get pending(): number {
    return this.#pending;
  }

  /** How many packets came that no operation expected. */
  get droppedPackets(): number {
    return this.#dropped;
  }

  /**
   * Binds a handle, for as long as it is open.
   *
   * @returns The completion key of its packets.
   */
  bind(handle: Handle, path: string): number {
    this.open();
    const key = ++this.#lastKey;
    if (!this.#queue.bind(handle, key)) {
      this.#closeIfUnused();
      throw Win32Error.last("CreateIoCompletionPort", { path });
    }
    this.#bound++;
    return key;
  }

  /**
   * Says that a handle which was bound is being closed. The port is closed with
   * the last one, so that a thread whose files are closed has no handle left.
   */
  unbind(): void {
    this.#bound--;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    // A wait that has not yet entered the kernel must not find another handle.
    if (this.#bound > 0 || this.#queue.waits || !this.#queue.isOpen) return;
    // One call does not take them all.
    while (this.#owed > 0) {
      const owed = this.#owed;
      this.#takeWithoutWaiting();
      if (this.#owed === owed) return;
    }
    this.#queue.close();
  }

  /**
   * Has the kernel queue no packet for what succeeds in its call.
   *
   * @returns Whether the system can do that for the handle.
   */
  skipOnSuccess(handle: Handle): boolean {
    return kernel32.SetFileCompletionNotificationModes(
      handle,
      FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE,
    );
  }

  /**
   * Hands an operation to the kernel. What its call points to must stay until
   * `complete()`, which is called before this method returns if the operation
   * has ended in its call.
   *
   * @param key The completion key of its handle.
   * @param skipsOnSuccess Whether success in the call queues no packet.
   * @returns The address of its OVERLAPPED, for CancelIoEx before `complete()`;
   * undefined if it has ended.
   * @throws What the call throws. The kernel does not have the operation then.
   */
  start(
    key: number,
    skipsOnSuccess: boolean,
    offset: number | bigint,
    operation: StartableOperation,
  ): bigint | undefined {
    const slot = this.#slots.acquire(key, offset);
    const onThread = operation.callOnThread?.(slot.address);
    if (onThread !== undefined) {
      return this.#awaitThread(slot, operation, onThread, skipsOnSuccess);
    }
    let succeeded: boolean;
    let code = 0;
    try {
      succeeded = operation.call(slot.address);
      if (!succeeded) code = getLastWin32Error();
    } catch (error) {
      return this.#awaitFailed(slot, operation, error);
    }
    if (code === ERROR_IO_PENDING) return this.#await(slot, operation);
    const { count } = slot;
    if (code === ERROR_MORE_DATA || (succeeded && !skipsOnSuccess)) {
      // "TRUE … an I/O completion packet is queued" all the same, and so it is
      // for the part of a message or an answer that fitted: that is no success.
      slot.state = "owed";
      this.#owed++;
      this.#scheduleTake();
    } else {
      this.#slots.release(slot);
      // Packets of failed calls must not pile up until their slots are reused.
      if (!succeeded && ++this.#failed >= MAX_PACKETS) {
        this.#scheduleTake();
      }
    }
    operation.complete(code, count);
    return undefined;
  }

  /**
   * Fails an operation whose call has thrown: once the kernel has ended it, if
   * the kernel has it already.
   */
  #awaitFailed(
    slot: OverlappedSlot,
    operation: StartableOperation,
    error: unknown,
  ): bigint {
    if (operation.cancel(slot.address)) {
      return this.#await(slot, { complete: () => operation.fail(error) });
    }
    this.#slots.release(slot);
    throw error;
  }

  #await(slot: OverlappedSlot, operation: PendingOperation): bigint {
    slot.state = "pending";
    slot.operation = operation;
    this.#pending++;
    this.#scheduleTake();
    return slot.address;
  }

  /**
   * Waits for an operation whose call is made on another thread. Its packet may
   * come before the call has returned there.
   */
  #awaitThread(
    slot: OverlappedSlot,
    operation: StartableOperation,
    call: Promise<number | undefined>,
    skipsOnSuccess: boolean,
  ): bigint {
    const take = (): boolean => {
      if (slot.operation !== operation) return false;
      this.#pending--;
      this.#slots.release(slot);
      if (this.#pending === 0) this.#queue.endWait();
      return true;
    };
    call.then((code = 0) => {
      const isQueued = code === 0 ? !skipsOnSuccess : code === ERROR_IO_PENDING;
      const { count } = slot;
      if (!isQueued && take()) operation.complete(code, count);
    }, (error) => {
      if (take()) operation.fail(error);
    });
    return this.#await(slot, operation);
  }

  /** Lists the OVERLAPPEDs of a handle's operations that the kernel has. */
  pendingOn(key: number): Iterable<bigint> {
    return this.#slots.pendingOn(key);
  }

  /**
   * Waits until the system may have resources again: until an operation of this
   * thread has completed, or for a short time, as another process may have.
   */
  async afterShortage(): Promise<void> {
    this.#nextCompletion ??= Promise.withResolvers();
    const { ended, cancel } = delay(SHORTAGE_MS);
    await Promise.race([ended, this.#nextCompletion.promise]);
    cancel();
  }

  /** How many packets can come at most. */
  get #expected(): number {
    return this.#pending + this.#owed + this.#failed;
  }

  #scheduleTake(): void {
    if (this.#willTakePackets) return;
    this.#willTakePackets = true;
    afterJob(this.#takePackets);
  }

  #takePacketsNow(): void {
    const turn = yieldTurn();
    if (turn !== undefined) {
      turn.then(this.#takePackets);
      return;
    }
    this.#willTakePackets = false;
    if (this.#expected === 0 || !this.#queue.isOpen) return;
    this.#takeWithoutWaiting();
    this.#wait();
  }

  #takeWithoutWaiting(): void {
    const packets = this.#queue.take(this.#expected);
    this.#failed = 0;
    if (packets !== undefined) this.#settle(packets);
  }

  /** Waits on another thread while the kernel has operations. */
  #wait(): void {
    if (this.#queue.waits || this.#pending === 0) return;
    this.#queue.wait(this.#expected, (packets) => {
      if (packets !== undefined) this.#settle(packets);
      if (this.#pending > 0) this.#scheduleTake();
      else this.#closeIfUnused();
    });
  }

  /** Settles the operations that packets are there for. */
  #settle(packets: PacketBuffer): void {
    packets.forEach(this.#settlePacket);
    this.#nextCompletion?.resolve();
    this.#nextCompletion = undefined;
    if (this.#pending === 0) this.#queue.endWait();
  }

  /**
   * Settles the operation of one packet. The packet only says which slot to look
   * at: the status and the count are the slot's. A packet whose slot expects
   * none, is another handle's or still pending belongs to an operation that
   * failed in its call, and is dropped.
   */
  #settleOne(low: number, high: number, key: number): void {
    const slot = this.#slots.find(low, high);
    if (
      slot === undefined || slot.state === "free" || slot.key !== key ||
      slot.status === STATUS_PENDING
    ) {
      this.#dropped++;
      return;
    }
    const { status, count, operation } = slot;
    if (slot.state === "owed") this.#owed--;
    else this.#pending--;
    this.#slots.release(slot);
    operation?.complete(codeOfStatus(status), count);
  }
}

let port: CompletionPort | undefined;

/** Returns the completion port of this thread, if it has been created. */
export function existingPort(): CompletionPort | undefined {
  return port;
}

/** Returns the completion port of this thread, created on first use. */
export function completionPort(): CompletionPort {
  port ??= new CompletionPort();
  port.open();
  return port;
}
