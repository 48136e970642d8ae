/**
 * Native memory for operations that go on after the call that started them.
 *
 * @module
 */
import { AlignedBuffer } from "./aligned_buffer.ts";

const SMALLEST = 4096;

/**
 * The most that is copied for one operation, and the largest buffer that is
 * pooled, in bytes: what is copied is pooled while the pool has room.
 */
export const MAX_COPIED: number = 2 ** 20;

/** The size of the pool in bytes, a multiple of the largest buffer. */
const POOL_SIZE = 16 * MAX_COPIED;

/** A rented buffer: page-aligned native memory of one operation. */
export class PooledBuffer {
  /** The address of the first byte. */
  readonly address: bigint;
  /** All of the memory, which may be longer than what was asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The pool that it is a part of; undefined if it has memory of its own. */
  readonly #pool: Pool | undefined;
  readonly #memory: AlignedBuffer;

  /** Takes a part of memory, or all of it. */
  constructor(
    memory: AlignedBuffer,
    offset: number,
    length: number,
    pool?: Pool,
  ) {
    this.#memory = memory;
    this.#pool = pool;
    this.address = memory.address + BigInt(offset);
    this.bytes = memory.bytes.subarray(offset, offset + length);
  }

  /** Releases the memory, once the kernel has ended with it. */
  release(): void {
    if (this.#pool === undefined) this.#memory.free();
    else this.#pool.release(this);
  }
}

/**
 * A pool: one allocation, divided into buffers whose lengths are powers of two.
 * It is never freed, so that files work where the program may allocate no more
 * native memory, as in Deno without the permission.
 */
class Pool {
  readonly #memory = new AlignedBuffer(POOL_SIZE);
  /** Unused buffers by length. */
  readonly #unused = new Map<number, PooledBuffer[]>();
  /** How many bytes are unused. */
  unusedBytes: number = POOL_SIZE;

  constructor() {
    for (let length = SMALLEST; length <= MAX_COPIED; length *= 2) {
      this.#unused.set(length, []);
    }
    for (let at = POOL_SIZE; (at -= MAX_COPIED) >= 0;) {
      this.#add(at, MAX_COPIED);
    }
  }

  /** Rents a buffer, or returns undefined if none of the length is unused. */
  rent(length: number): PooledBuffer | undefined {
    const buffer = this.#take(length);
    if (buffer !== undefined) this.unusedBytes -= length;
    return buffer;
  }

  release(buffer: PooledBuffer): void {
    const { length } = buffer.bytes;
    this.unusedBytes += length;
    this.#unused.get(length)!.push(buffer);
  }

  /** Overwrites all unused buffers with zeros. */
  clear(): void {
    for (const buffers of this.#unused.values()) {
      for (const { bytes } of buffers) bytes.fill(0);
    }
  }

  #take(length: number): PooledBuffer | undefined {
    const buffer = this.#unused.get(length)!.pop() ?? this.#split(length);
    if (buffer !== undefined || this.unusedBytes < length) return buffer;
    this.#merge();
    return this.#unused.get(length)!.pop() ?? this.#split(length);
  }

  /** Halves a longer buffer until one has the length. */
  #split(length: number): PooledBuffer | undefined {
    if (length >= MAX_COPIED) return undefined;
    const longer = this.#unused.get(2 * length)!.pop() ??
      this.#split(2 * length);
    if (longer === undefined) return undefined;
    const at = longer.bytes.byteOffset;
    this.#add(at + length, length);
    return new PooledBuffer(this.#memory, at, length, this);
  }

  /** Joins the unused halves of each longer buffer. */
  #merge(): void {
    for (let length = SMALLEST; length < MAX_COPIED; length *= 2) {
      const byOffset = new Map(
        this.#unused.get(length)!.map((half) => [half.bytes.byteOffset, half]),
      );
      for (const at of byOffset.keys()) {
        if (at % (2 * length) !== 0 || !byOffset.has(at + length)) continue;
        byOffset.delete(at);
        byOffset.delete(at + length);
        this.#add(at, 2 * length);
      }
      this.#unused.set(length, [...byOffset.values()]);
    }
  }

  #add(at: number, length: number): void {
    const buffer = new PooledBuffer(this.#memory, at, length, this);
    this.#unused.get(length)!.push(buffer);
  }
}

let pool: Pool | undefined;

/** Allocates the pool of this thread, so that renting needs no allocation. */
export function preparePool(): void {
  pool ??= new Pool();
}

/**
 * Rents memory of at least so many bytes.
 *
 * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
 */
export function rentBuffer(length: number): PooledBuffer {
  let size = SMALLEST;
  while (size < length) size *= 2;
  preparePool();
  const pooled = size <= MAX_COPIED ? pool!.rent(size) : undefined;
  if (pooled !== undefined) return pooled;
  const own = size <= MAX_COPIED ? size : length;
  return new PooledBuffer(new AlignedBuffer(own), 0, own);
}

/** Returns how much memory the pool has that no operation uses, in bytes. */
export function pooledMemory(): number {
  return pool?.unusedBytes ?? 0;
}

/**
 * Overwrites the memory that transfers of this thread have used and use no more.
 * Overlapped transfers, streams and the parts of sectors are copied there, up to
 * 16 MiB, and what was copied stays until other transfers need the room. The
 * caller's own buffers are the caller's to overwrite.
 *
 * @example Leave no copy of a key
 * ```ts
 * import { clearPooledMemory, open } from "@kernel32/io";
 *
 * await using file = await open("key.tmp", {
 *   write: true,
 *   create: true,
 *   deleteOnClose: true,
 * });
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * await file.writeAll(key);
 * key.fill(0);
 * clearPooledMemory();
 * ```
 */
export function clearPooledMemory(): void {
  pool?.clear();
}
