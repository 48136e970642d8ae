import { AlignedBuffer } from "../mod.ts";

/** What memory is filled with. Memory that was never written is one page of zeros, over and over. */
const FILLING = 0xA5;

/** Memory of the runtime's own kind. */
export function plainBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length)).fill(FILLING);
}

/** Memory that unbuffered files take without a copy. What uses the address must hold the object. */
export function alignedMemory(length: number): AlignedBuffer {
  const memory = new AlignedBuffer(length);
  memory.bytes.fill(FILLING);
  return memory;
}
