/**
 * Native memory for operations that go on after the call that started them.
 *
 * @module
 */
import { AlignedBuffer } from "./aligned_buffer.ts";

const SMALLEST = 4096;

/**
 * The most that is copied for one operation, and the largest buffer that is
 * pooled, in bytes: what is copied is always pooled.
 */
export const MAX_COPIED: number = 2 ** 20;

/** How much unused memory the pool holds at most, in bytes. */
const MAX_POOLED = 16 * 2 ** 20;

/** Unused buffers by size, each a power of two. */
const unused = new Map<number, PooledBuffer[]>();
let unusedBytes = 0;

/** A rented buffer: page-aligned native memory of one operation. */
export class PooledBuffer {
  /** The address of the first byte. */
  readonly address: bigint;
  /** All of the memory, which may be longer than what was asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #memory: AlignedBuffer;

  /** Allocates; `rentBuffer()` reuses. */
  constructor(size: number) {
    this.#memory = new AlignedBuffer(size);
    this.address = this.#memory.address;
    this.bytes = this.#memory.bytes;
  }

  /** Returns the buffer to the pool, once the kernel has ended with it. */
  release(): void {
    const { length } = this.bytes;
    if (length > MAX_COPIED || unusedBytes + length > MAX_POOLED) {
      return this.#memory.free();
    }
    unusedBytes += length;
    const list = unused.get(length);
    if (list === undefined) unused.set(length, [this]);
    else list.push(this);
  }
}

/**
 * Rents memory of at least so many bytes.
 *
 * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
 */
export function rentBuffer(length: number): PooledBuffer {
  let size = SMALLEST;
  while (size < length) size *= 2;
  const buffer = unused.get(size)?.pop();
  if (buffer === undefined) return new PooledBuffer(size);
  unusedBytes -= size;
  return buffer;
}

/** Returns how much unused memory the pool holds, in bytes. */
export function pooledMemory(): number {
  return unusedBytes;
}
