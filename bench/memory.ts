import process from "node:process";
import { AlignedBuffer } from "../mod.ts";
import { koffi } from "./peers.ts";
import { RUNTIME } from "./runtime.ts";

/** Large enough for any sector. */
const ALIGNMENT = 4096;

/** What memory is filled with. Memory that was never written is one page of zeros, over and over. */
export const FILLING = 0xA5;

/** Memory of the runtime's own kind. */
export function plainBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length)).fill(FILLING);
}

/**
 * Memory that unbuffered files take without a copy.
 *
 * @throws {Error} On Node, if koffi is not installed.
 */
export function alignedBytes(length: number): Uint8Array<ArrayBuffer> {
  return RUNTIME === "node"
    ? alignedInNode(length)
    : new AlignedBuffer(length).bytes.fill(FILLING);
}

/** Node has no memory that is aligned, but its memory stays where it is. */
function alignedInNode(length: number): Uint8Array<ArrayBuffer> {
  const peer = koffi();
  if ("missing" in peer) throw new Error(peer.missing);
  const bytes = plainBytes(length + ALIGNMENT);
  const beyond = Number(peer.module.address(bytes) % BigInt(ALIGNMENT));
  const start = beyond === 0 ? 0 : ALIGNMENT - beyond;
  return bytes.subarray(start, start + length);
}

/** The process's working set, in bytes. */
export function workingSet(): number {
  return process.memoryUsage.rss();
}
