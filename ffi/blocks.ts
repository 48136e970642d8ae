/**
 * The native memory of a thread: a page for machine code, and blocks of 128
 * bytes for calls and their results.
 *
 * @module
 */
import type { Backend, WordFunction } from "./backend.ts";
import { BLOCK_SIZE } from "./capture/block.ts";
import { CODE_SIZE } from "./capture/image.ts";

/** VirtualAlloc reserves no less. */
const REGION_SIZE = 65_536;

const MEM_COMMIT_RESERVE = 0x3000n;
const PAGE_READWRITE = 0x04n;

/** A block, which lives as long as the thread unless it is released. */
export interface Block {
  /** The address of its first byte. */
  readonly address: bigint;
  /** Its bytes. */
  readonly view: DataView;
}

/** The memory of one thread. */
export class Blocks {
  /** The address of the page for code. */
  readonly code: bigint;
  readonly #backend: Backend;
  readonly #virtualAlloc: WordFunction;
  readonly #free: Block[] = [];
  #address: bigint;
  #memory: ArrayBuffer;
  /** Allocated, but not in use yet. */
  #region: bigint | undefined;
  /** Where the first block is that has never been acquired. */
  #next = CODE_SIZE;

  /**
   * Allocates the page for code, and the first blocks behind it.
   *
   * @throws {Error} If there is no memory.
   */
  constructor(backend: Backend, virtualAlloc: WordFunction) {
    this.#backend = backend;
    this.#virtualAlloc = virtualAlloc;
    this.code = this.#address = this.#allocate();
    this.#memory = backend.memory(this.code, REGION_SIZE);
  }

  /** Copies code to its page. */
  write(code: Uint8Array): void {
    new Uint8Array(this.#memory).set(code);
  }

  /**
   * Acquires a zeroed block, aligned to 128 bytes.
   *
   * @throws {Error} If there is no memory.
   */
  acquire(): Block {
    const free = this.#free.pop();
    if (free !== undefined) {
      for (let i = 0; i < BLOCK_SIZE; i += 8) free.view.setBigUint64(i, 0n);
      return free;
    }
    if (this.#next === REGION_SIZE) {
      // A region that the runtime does not show is the next to be tried.
      const region = this.#region ??= this.#allocate();
      this.#memory = this.#backend.memory(region, REGION_SIZE);
      this.#address = region;
      this.#region = undefined;
      this.#next = 0;
    }
    const offset = this.#next;
    this.#next += BLOCK_SIZE;
    return {
      address: this.#address + BigInt(offset),
      view: new DataView(this.#memory, offset, BLOCK_SIZE),
    };
  }

  /** Releases a block that no call uses any more. */
  release(block: Block): void {
    this.#free.push(block);
  }

  #allocate(): bigint {
    const address = this.#virtualAlloc(
      0n,
      BigInt(REGION_SIZE),
      MEM_COMMIT_RESERVE,
      PAGE_READWRITE,
    );
    if (address !== 0n) return address;
    throw Object.assign(
      new Error(
        "VirtualAlloc failed: @kernel32/io has no memory for its calls",
      ),
      { code: "ENOMEM" },
    );
  }
}
