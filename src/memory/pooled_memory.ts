/**
 * Memory for operations that go on after the call that started them.
 *
 * @module
 */
import { AlignedBuffer, hold, letGo, ownerOf } from "./aligned_buffer.ts";

/** Native memory that an operation uses. */
export interface Lease {
  /** The address of the first byte. */
  readonly address: bigint;
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** Ends it, when the kernel uses the memory no more. */
  end(): void;
}

const SMALLEST = 4096;
const LARGEST_KEPT = 2 ** 20;
const MAX_KEPT = 16 * 2 ** 20;

/** Unused buffers by size, each a power of two. */
const kept = new Map<number, AlignedBuffer[]>();
let keptBytes = 0;

/**
 * Lends native memory of its own, if the view is one of an AlignedBuffer, whose
 * memory stays even if the buffer is freed meanwhile.
 *
 * JS memory is never lent beyond one call: its owner may transfer or drop it,
 * and the collector may give it back while the kernel still uses it.
 */
export function lendOwn(view: Uint8Array): Lease | undefined {
  const owner = ownerOf(view);
  if (owner === undefined) return undefined;
  hold(owner);
  const address = owner.address + BigInt(view.byteOffset);
  return { address, bytes: view, end: () => letGo(owner) };
}

/** Lends memory from a pool, aligned to a page. */
export function lend(length: number): Lease {
  const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length)));
  const buffer = kept.get(size)?.pop();
  if (buffer !== undefined) keptBytes -= size;
  const lent = buffer ?? new AlignedBuffer(size);
  return {
    address: lent.address,
    bytes: lent.bytes.subarray(0, length),
    end: () => giveBack(lent),
  };
}

/** How much memory is kept for later, in bytes. */
export function keptMemory(): number {
  return keptBytes;
}

function giveBack(buffer: AlignedBuffer): void {
  const size = buffer.byteLength;
  if (size > LARGEST_KEPT || keptBytes + size > MAX_KEPT) return buffer.free();
  keptBytes += size;
  const list = kept.get(size);
  if (list === undefined) kept.set(size, [buffer]);
  else list.push(buffer);
}
