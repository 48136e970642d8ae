/**
 * Arrays of FILE_SEGMENT_ELEMENT, for scatter/gather I/O.
 *
 * @module
 */
import { type Lease, lend } from "./lease.ts";
import { type AlignedBuffer, hold, letGo, ownerOf } from "./memory.ts";
import { FILE_SEGMENT_ELEMENT } from "./structs.ts";

/** The size of a page, in bytes, on x64 and arm64. */
export const PAGE_SIZE = 4096;

const TWO_32 = 2 ** 32;

/** The most that one call transfers: a DWORD's worth of whole pages. */
const MAX_LENGTH = 2 ** 32 - PAGE_SIZE;

/**
 * Tells whether buffers can be transferred by one call: native memory, aligned
 * to pages and whole pages long, only the last one a whole number of sectors.
 *
 * @param sectorSize A power of two.
 */
export function areSegments(
  buffers: readonly Uint8Array[],
  sectorSize: number,
): boolean {
  const last = buffers.length - 1;
  let memory: ArrayBufferLike | undefined;
  for (let i = 0; i <= last; i++) {
    const { buffer, byteOffset, length } = buffers[i]!;
    const unit = i === last ? sectorSize : PAGE_SIZE;
    if (length === 0 || length % unit !== 0 || byteOffset % PAGE_SIZE !== 0) {
      return false;
    }
    // Pages are often those of one buffer.
    if (buffer !== memory && ownerOf(buffers[i]!) === undefined) return false;
    memory = buffer;
  }
  return last >= 0 && totalLength(buffers) <= MAX_LENGTH;
}

/** The length of all buffers together, in bytes. */
export function totalLength(buffers: readonly Uint8Array[]): number {
  let sum = 0;
  for (let i = 0; i < buffers.length; i++) sum += buffers[i]!.length;
  return sum;
}

/**
 * Makes the array: "Each … element must be the size of a memory page", so that
 * a longer buffer becomes several, and a zero element ends it. It must stay
 * until the operation has ended, and so does the memory of the buffers.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
 */
export function segmentArray(buffers: readonly Uint8Array[]): Lease {
  let pages = 0;
  for (let i = 0; i < buffers.length; i++) {
    pages += Math.ceil(buffers[i]!.length / PAGE_SIZE);
  }
  const array = lend((pages + 1) * FILE_SEGMENT_ELEMENT.size);
  // As two halves of 32 bits: no bigint for every page.
  const words = new Uint32Array(
    array.bytes.buffer,
    array.bytes.byteOffset,
    2 * (pages + 1),
  );
  const owners: AlignedBuffer[] = [];
  let owner: AlignedBuffer | undefined;
  let base = 0;
  let at = 0;
  for (let i = 0; i < buffers.length; i++) {
    const view = buffers[i]!;
    if (view.buffer !== owner?.bytes.buffer) {
      owner = ownerOf(view)!;
      base = Number(owner.address);
      hold(owner);
      owners.push(owner);
    }
    const end = view.byteOffset + view.length;
    for (let page = view.byteOffset; page < end; page += PAGE_SIZE) {
      const address = base + page;
      words[at++] = address;
      words[at++] = address / TWO_32;
    }
  }
  words[at++] = 0;
  words[at] = 0;
  const end = () => {
    array.end();
    owners.forEach(letGo);
  };
  return { address: array.address, bytes: array.bytes, end };
}
