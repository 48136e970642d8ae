import { AlignedBuffer } from "../mod.ts";
import { koffi } from "./packages.ts";
import { RUNTIME } from "./runtime.ts";

/** Large enough for any sector, and a page. */
const ALIGNMENT = 4096;

/** What memory is filled with. Memory that was never written is one page of zeros, over and over. */
export const FILLING = 0xA5;

/** Memory of the runtime's own kind. */
export function plainBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length)).fill(FILLING);
}

/** Memory that unbuffered files take without a copy. Whoever uses the address keeps the object. */
export interface AlignedMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly address: bigint;
}

/**
 * Allocates memory that unbuffered files take without a copy.
 *
 * @throws {SkippedError} On Node, if koffi is not installed.
 */
export function alignedMemory(length: number): AlignedMemory {
  const memory = RUNTIME === "node"
    ? alignedInNode(length)
    : new AlignedBuffer(length);
  memory.bytes.fill(FILLING);
  return memory;
}

/** Node has no memory that is aligned, but its memory stays where it is. */
function alignedInNode(length: number): AlignedMemory {
  const { address } = koffi();
  const bytes = new Uint8Array(length + ALIGNMENT);
  const beyond = Number(address(bytes) % BigInt(ALIGNMENT));
  const start = beyond === 0 ? 0 : ALIGNMENT - beyond;
  const aligned = bytes.subarray(start, start + length);
  return { bytes: aligned, address: address(aligned) };
}
