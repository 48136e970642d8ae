/**
 * OVERLAPPED structures for the operations of a thread.
 *
 * @module
 */
import { STATUS_PENDING } from "../errors/ntstatus.ts";
import { AlignedBuffer } from "../memory/aligned_buffer.ts";
import { OVERLAPPED } from "../win32/offsets.ts";

/** What a slot is there for. */
export type SlotState =
  /** For the next operation. */
  | "free"
  /** For an operation that the kernel has. */
  | "pending"
  /** For the packet of an operation that has ended in its call. */
  | "owed";

/** An operation that the kernel has. */
export interface PendingOperation {
  /** Takes the Win32 code, 0 for success, and the bytes transferred. */
  complete(code: number, count: number): void;
}

const SLAB_SIZE = 65_536;
const TWO_32 = 2 ** 32;

/**
 * An OVERLAPPED in native memory. The states are a cycle: free, pending, free;
 * or free, owed, free.
 */
export class OverlappedSlot {
  /** Its address. */
  readonly address: bigint;
  state: SlotState = "free";
  /** The completion key of the handle that the operation is on. */
  key = 0;
  /** The operation, while the state is "pending". */
  operation: PendingOperation | undefined;
  /** The slot that is reused after this one, while both are free. */
  next: OverlappedSlot | undefined;
  readonly #view: DataView;
  readonly #at: number;

  /** Takes a part of a slab. */
  constructor(address: bigint, view: DataView, at: number) {
    this.address = address;
    this.#view = view;
    this.#at = at;
  }

  /**
   * Zeroes the structure but for the offset and the status. Every function that
   * starts an operation sets the status to STATUS_PENDING itself; set before the
   * call, it also holds for a packet that comes in between.
   */
  reset(offset: number | bigint): void {
    const view = this.#view;
    const at = this.#at;
    // Words of 32 bits, and zeros as doubles: no bigint for every operation.
    view.setUint32(at + OVERLAPPED.Internal, STATUS_PENDING, true);
    view.setUint32(at + OVERLAPPED.Internal + 4, 0, true);
    view.setFloat64(at + OVERLAPPED.InternalHigh, 0, true);
    if (typeof offset === "bigint") {
      view.setBigInt64(at + OVERLAPPED.Offset, offset, true);
    } else {
      const low = offset >>> 0;
      view.setUint32(at + OVERLAPPED.Offset, low, true);
      view.setInt32(at + OVERLAPPED.OffsetHigh, (offset - low) / TWO_32, true);
    }
    view.setFloat64(at + OVERLAPPED.hEvent, 0, true);
  }

  /**
   * The NTSTATUS of the operation: STATUS_PENDING until it has ended. Only read
   * after a call into the kernel on this thread that returned its end, so that
   * plain loads of status and count see what the kernel wrote, on arm64 too.
   */
  get status(): number {
    return this.#view.getUint32(this.#at + OVERLAPPED.Internal, true);
  }

  /** The bytes transferred, once the operation has ended. */
  get count(): number {
    return this.#view.getUint32(this.#at + OVERLAPPED.InternalHigh, true);
  }
}

/**
 * The slots of one thread. Their memory is never freed. Free slots are reused
 * oldest first, so that a packet that no operation expects finds its slot free
 * for as long as can be.
 */
export class OverlappedSlots {
  #oldest: OverlappedSlot | undefined;
  #newest: OverlappedSlot | undefined;
  /**
   * By address without the low 16 bits, as a number: a slab is aligned to its
   * size.
   */
  readonly #slabs = new Map<number, readonly OverlappedSlot[]>();
  readonly #memory: AlignedBuffer[] = [];

  /**
   * Acquires a slot for an operation.
   *
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
   */
  acquire(key: number, offset: number | bigint): OverlappedSlot {
    const slot = this.#oldest ?? this.#grow();
    this.#oldest = slot.next;
    if (slot.next === undefined) this.#newest = undefined;
    slot.next = undefined;
    slot.key = key;
    slot.reset(offset);
    return slot;
  }

  /** Releases a slot that neither the kernel nor a packet refers to. */
  release(slot: OverlappedSlot): void {
    slot.state = "free";
    slot.operation = undefined;
    if (this.#newest === undefined) this.#oldest = slot;
    else this.#newest.next = slot;
    this.#newest = slot;
  }

  /** Finds the slot at an address, given in two halves of 32 bits. */
  find(low: number, high: number): OverlappedSlot | undefined {
    const slab = this.#slabs.get(high * 65_536 + (low >>> 16));
    return slab?.[(low & 0xFFFF) / OVERLAPPED.size];
  }

  /** Lists the addresses of a handle's operations that the kernel has. */
  *pendingOn(key: number): Iterable<bigint> {
    for (const slots of this.#slabs.values()) {
      for (const { state, key: its, address } of slots) {
        if (state === "pending" && its === key) yield address;
      }
    }
  }

  #grow(): OverlappedSlot {
    const slab = new AlignedBuffer(SLAB_SIZE);
    const view = new DataView(slab.bytes.buffer);
    const slots: OverlappedSlot[] = [];
    for (let at = 0; at < SLAB_SIZE; at += OVERLAPPED.size) {
      slots.push(new OverlappedSlot(slab.address + BigInt(at), view, at));
    }
    this.#memory.push(slab);
    this.#slabs.set(Number(slab.address >> 16n), slots);
    for (const slot of slots) this.release(slot);
    return this.#oldest!;
  }
}
