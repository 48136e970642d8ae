/**
 * OVERLAPPED structures for the operations of a thread.
 *
 * @module
 */
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { STATUS_PENDING } from "../errors/ntstatus.ts";
import { OVERLAPPED } from "../win32/offsets.ts";

/** Who is told how an operation has ended. */
export interface Waiter {
  /** The Win32 code, 0 if it succeeded, and the bytes transferred. */
  complete(code: number, count: number): void;
}

const SLAB_SIZE = 65_536;

/** An OVERLAPPED in native memory, and who waits for its operation. */
export class OverlappedSlot {
  /** Its address. */
  readonly address: bigint;
  /** Who waits, while the kernel has it. */
  waiter: Waiter | undefined;
  /** Whether somebody has its address beyond the completion, to cancel by. */
  isKept = false;
  readonly #view: DataView;
  readonly #at: number;

  /** Makes one of a part of a slab. */
  constructor(address: bigint, view: DataView, at: number) {
    this.address = address;
    this.#view = view;
    this.#at = at;
  }

  /**
   * Zeroes it but for the offset, given in two halves of 32 bits, and the status.
   * The functions set that themselves; an operation of one that did not would
   * else be taken to have ended.
   */
  reset(offset: number, offsetHigh: number): void {
    const view = this.#view;
    const at = this.#at;
    // Of no bits at all, as 0n is, but no bigint.
    view.setUint32(at + OVERLAPPED.Internal, STATUS_PENDING, true);
    view.setUint32(at + OVERLAPPED.Internal + 4, 0, true);
    view.setFloat64(at + OVERLAPPED.InternalHigh, 0, true);
    view.setUint32(at + OVERLAPPED.Offset, offset, true);
    view.setUint32(at + OVERLAPPED.OffsetHigh, offsetHigh, true);
    view.setFloat64(at + OVERLAPPED.hEvent, 0, true);
  }

  /** The NTSTATUS of the operation: STATUS_PENDING until it has ended. */
  get status(): number {
    return this.#view.getUint32(this.#at + OVERLAPPED.Internal, true);
  }

  /** The bytes transferred, once it has completed. */
  get count(): number {
    return this.#view.getUint32(this.#at + OVERLAPPED.InternalHigh, true);
  }
}

/**
 * The structures of one thread. Each belongs to one operation until its packet
 * has been taken from the port; the memory is never given back.
 */
export class OverlappedPool {
  readonly #free: OverlappedSlot[] = [];
  /**
   * By address without the low 16 bits, as a number: a slab is aligned to its
   * size. What is looked up for every packet must not allocate.
   */
  readonly #slabs = new Map<number, readonly OverlappedSlot[]>();
  readonly #memory: AlignedBuffer[] = [];

  /** Has one ready, so that taking it cannot fail. */
  reserve(): void {
    if (this.#free.length === 0) this.#grow();
  }

  /** Takes one for an operation at an offset, in two halves of 32 bits. */
  take(offset: number, offsetHigh: number): OverlappedSlot {
    this.reserve();
    const slot = this.#free.pop()!;
    slot.reset(offset, offsetHigh);
    return slot;
  }

  /** Takes one back, when nobody has its address any more. */
  give(slot: OverlappedSlot): void {
    this.#free.push(slot);
  }

  /** Finds the one at an address, given in two halves of 32 bits. */
  find(low: number, high: number): OverlappedSlot | undefined {
    const slab = this.#slabs.get(high * 65_536 + (low >>> 16));
    return slab?.[(low & 0xFFFF) / OVERLAPPED.size];
  }

  #grow(): void {
    const slab = new AlignedBuffer(SLAB_SIZE);
    const view = new DataView(slab.bytes.buffer);
    const slots: OverlappedSlot[] = [];
    for (let at = 0; at < SLAB_SIZE; at += OVERLAPPED.size) {
      slots.push(new OverlappedSlot(slab.address + BigInt(at), view, at));
    }
    this.#memory.push(slab);
    this.#slabs.set(Number(slab.address >> 16n), slots);
    for (let i = slots.length; i-- > 0;) this.#free.push(slots[i]!);
  }
}
