/**
 * The native memory of a thread: a page for machine code, and behind it blocks
 * of 128 bytes, for calls and their results.
 *
 * @module
 */
import type { Backend, WordFunction } from "./backend.ts";
import { CODE_SIZE } from "./code_image.ts";

/** The size of a block, in bytes. */
export const BLOCK_SIZE = 128;

/** What VirtualAlloc gives at least. */
const SIZE = 65_536;

const MEM_COMMIT_RESERVE = 0x3000n;
const PAGE_READWRITE = 0x04n;

/** A block. */
export interface Block {
  readonly address: bigint;
  readonly view: DataView;
}

/** The memory of one thread, which lives as long as that. */
export class Blocks {
  /** Where the page for code is. */
  readonly code: bigint;
  readonly #memory: ArrayBuffer;
  readonly #free: number[] = [];
  #next: number;

  /**
   * Allocates.
   *
   * @param reserved How many of the first blocks `take()` leaves alone.
   * @throws {Error} If there is no memory.
   */
  constructor(backend: Backend, VirtualAlloc: WordFunction, reserved: number) {
    this.code = VirtualAlloc(
      0n,
      BigInt(SIZE),
      MEM_COMMIT_RESERVE,
      PAGE_READWRITE,
    );
    if (this.code === 0n) {
      throw new Error("There is no memory left for @kernel32/io to start with");
    }
    this.#memory = backend.memory(this.code, SIZE);
    this.#next = CODE_SIZE + reserved * BLOCK_SIZE;
  }

  /** Copies code to where it is to be run. */
  write(code: Uint8Array): void {
    new Uint8Array(this.#memory).set(code);
  }

  /** Gives a block that stands so far from the start of the code. */
  at(offset: number): Block {
    return {
      address: this.code + BigInt(offset),
      view: new DataView(this.#memory, offset, BLOCK_SIZE),
    };
  }

  /**
   * Takes a block, zeroed.
   *
   * @throws {Error} If there are none left.
   */
  take(): Block {
    const offset = this.#free.pop() ?? this.#next;
    if (offset + BLOCK_SIZE > SIZE) {
      throw new Error("Too many calls on other threads are under way");
    }
    if (offset === this.#next) this.#next += BLOCK_SIZE;
    new Uint8Array(this.#memory, offset, BLOCK_SIZE).fill(0);
    return this.at(offset);
  }

  /** Gives a block back. */
  giveBack({ view }: Block): void {
    this.#free.push(view.byteOffset);
  }
}
