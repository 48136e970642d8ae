/**
 * One kind of transfer of a thread: ReadFile or WriteFile, at the file pointer
 * or at an offset.
 *
 * @module
 */
import type { TransferCaller } from "./backend.ts";
import { TRANSFER_BLOCK } from "./transfer_code.ts";

/** Where the two halves of the offset stand. */
const OFFSET = TRANSFER_BLOCK.overlapped + 16;
const OFFSET_HIGH = TRANSFER_BLOCK.overlapped + 20;

/** The part of a handle that counts: see `ffi/transfer_code.ts`. */
export function handleWord(handle: bigint): number {
  return Number(BigInt.asIntN(32, handle));
}

/** A transfer, ready to be made. */
export class TransferFrame {
  /** Makes it, as {@linkcode TransferCaller} says. */
  readonly call: TransferCaller;
  /**
   * Says where the next transfer starts, in two halves of 32 bits: "the system
   * updates the OVERLAPPED offset before WriteFile returns", so that it is said
   * before every call.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   */
  readonly startAt: (offset: number, offsetHigh: number) => void;
  readonly #block: DataView;

  /** Takes what makes it, and its block. */
  constructor(call: TransferCaller, block: DataView) {
    this.call = call;
    this.#block = block;
    // No method: what a closure has is a constant to Bun, a private member is
    // looked up, which takes 60 ns behind a system call.
    this.startAt = (offset, offsetHigh) => {
      block.setUint32(OFFSET, offset, true);
      block.setUint32(OFFSET_HIGH, offsetHigh, true);
    };
  }

  /** Whether the last call succeeded, as the function itself says. */
  get succeeded(): boolean {
    return this.#block.getInt32(TRANSFER_BLOCK.result, true) !== 0;
  }

  /** The bytes that the last call transferred. */
  get count(): number {
    return this.#block.getUint32(TRANSFER_BLOCK.count, true);
  }
}
