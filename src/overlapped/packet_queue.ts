/**
 * The queue of packets that a completion port is to the system.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { argumentOffset, RESULT } from "../../ffi/capture/block.ts";
import { type Frame, thread, type ThreadCall } from "../../ffi/thread.ts";
import { workerCaller } from "../../ffi/worker.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import { OVERLAPPED_ENTRY } from "../win32/offsets.ts";

/**
 * The longest wait on another thread. It is begun anew while operations are
 * pending: the wait of a JS thread that has been terminated must end by itself.
 */
const LONGEST_WAIT_MS = 500;

/** How many packets one call takes from the port. */
export const MAX_PACKETS = 128;
const COUNT_AT = MAX_PACKETS * OVERLAPPED_ENTRY.size;

const NO_PORT = 0n as Handle;

/** Native memory for packets, with their number behind them. */
export class PacketBuffer {
  readonly #memory = new AlignedBuffer(COUNT_AT + 4);
  readonly address: bigint = this.#memory.address;
  readonly #view: DataView = new DataView(this.#memory.bytes.buffer);

  /**
   * Calls a function with the two halves of the address of each packet's
   * OVERLAPPED, and its key.
   */
  forEach(take: (low: number, high: number, key: number) => void): void {
    const view = this.#view;
    const total = view.getUint32(COUNT_AT, true);
    for (let i = 0; i < total; i++) {
      const at = i * OVERLAPPED_ENTRY.size;
      const low = view.getInt32(at + OVERLAPPED_ENTRY.lpOverlapped, true);
      const high = view.getUint32(at + OVERLAPPED_ENTRY.lpOverlapped + 4, true);
      const key = view.getUint32(at + OVERLAPPED_ENTRY.lpCompletionKey, true);
      // Key 0 is that of the packet that ends a wait.
      if (key !== 0) take(low, high, key);
    }
  }
}

/** A completion port, from which packets are taken with and without waiting. */
export class PacketQueue {
  #port: Handle = NO_PORT;
  #waits = false;
  /** Where a call without waiting puts packets, and where the waiting thread. */
  readonly #packets = new PacketBuffer();
  readonly #waitedPackets = new PacketBuffer();
  readonly #dequeue: Frame;
  readonly #waitingDequeue: ThreadCall;

  /**
   * Binds all that taking packets needs.
   *
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY and others.
   * @throws {Error} If the runtime cannot wait on another thread.
   */
  constructor() {
    const name = "GetQueuedCompletionStatusEx";
    this.#waitingDequeue = thread().threadCall(name, workerCaller);
    this.#dequeue = thread().frame(name, 6);
  }

  /** Whether the port is there. */
  get isOpen(): boolean {
    return this.#port !== NO_PORT;
  }

  /** Whether another thread waits for packets. */
  get waits(): boolean {
    return this.#waits;
  }

  /**
   * Creates the port.
   *
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY and others.
   */
  open(): void {
    const port = kernel32.CreateIoCompletionPort(
      INVALID_HANDLE_VALUE,
      null,
      0n,
      1,
    );
    if (port === 0n) throw Win32Error.last("CreateIoCompletionPort");
    this.#port = port;
    this.#writeArguments(this.#dequeue.view, this.#packets, 0);
    this.#writeArguments(
      this.#waitingDequeue.view,
      this.#waitedPackets,
      LONGEST_WAIT_MS,
    );
  }

  /** Closes the port. No thread may wait. */
  close(): void {
    const port = this.#port;
    this.#port = NO_PORT;
    preservingLastError(() => kernel32.CloseHandle(port));
  }

  /** Binds a handle, for as long as it is open. Returns whether it is bound. */
  bind(handle: Handle, key: number): boolean {
    const port = this.#port;
    return kernel32.CreateIoCompletionPort(handle, port, BigInt(key), 0) !== 0n;
  }

  /**
   * Takes the packets that are there, until the next call.
   *
   * @param expected How many can come at most.
   */
  take(expected: number): PacketBuffer | undefined {
    const { view, call0 } = this.#dequeue;
    writeMaximum(view, expected);
    preservingLastError(call0);
    return view.getInt32(RESULT, true) === 0 ? undefined : this.#packets;
  }

  /**
   * Does as `take()` after a wait on another thread. One waits at a time.
   *
   * @param take Gets the packets, at once: the next wait overwrites them.
   */
  wait(
    expected: number,
    take: (packets: PacketBuffer | undefined) => void,
  ): void {
    this.#waits = true;
    const { view } = this.#waitingDequeue;
    writeMaximum(view, expected);
    this.#waitingDequeue.call().then(() => {
      this.#waits = false;
      const isThere = view.getInt32(RESULT, true) !== 0;
      take(isThere ? this.#waitedPackets : undefined);
    });
  }

  /**
   * Ends the wait, if there is one: it would delay the end of the program. If
   * that fails, the wait ends by itself.
   */
  endWait(): void {
    if (!this.#waits) return;
    preservingLastError(() =>
      kernel32.PostQueuedCompletionStatus(this.#port, 0, 0n, null)
    );
  }

  #writeArguments(
    block: DataView,
    { address }: PacketBuffer,
    milliseconds: number,
  ): void {
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
}

/** Asks for no more packets than can come: each further one is a system call. */
function writeMaximum(block: DataView, expected: number): void {
  block.setUint32(argumentOffset(2), Math.min(expected, MAX_PACKETS), true);
}
