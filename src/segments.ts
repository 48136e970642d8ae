/**
 * Arrays of FILE_SEGMENT_ELEMENT, for scatter/gather I/O.
 *
 * @module
 */
import { isAligned } from "./align.ts";
import { type Lease, lend } from "./lease.ts";
import { ownerOf } from "./memory.ts";
import { FILE_SEGMENT_ELEMENT } from "./structs.ts";

/** The size of a page, in bytes, on x64 and arm64. */
export const PAGE_SIZE = 4096;

/** The most that one call transfers: a DWORD's worth of whole pages. */
const MAX_LENGTH = 2 ** 32 - PAGE_SIZE;

/**
 * Tells whether buffers can be transferred by one call: native memory, aligned
 * to pages and whole pages long, only the last one a whole number of sectors.
 */
export function areSegments(
  buffers: readonly Uint8Array[],
  sectorSize: number,
): boolean {
  const last = buffers.length - 1;
  return last >= 0 && totalLength(buffers) <= MAX_LENGTH &&
    buffers.every((buffer, index) =>
      buffer.length > 0 && ownerOf(buffer) !== undefined &&
      isAligned(buffer.byteOffset, PAGE_SIZE) &&
      isAligned(buffer.length, index === last ? sectorSize : PAGE_SIZE)
    );
}

/** The length of all buffers together, in bytes. */
export function totalLength(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Makes the array: "Each … element must be the size of a memory page", so that
 * a longer buffer becomes several, and a zero element ends it. It must stay
 * until the operation has ended.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
 */
export function segmentArray(buffers: readonly Uint8Array[]): Lease {
  const size = FILE_SEGMENT_ELEMENT.size;
  const pages = buffers.reduce(
    (sum, { length }) => sum + Math.ceil(length / PAGE_SIZE),
    0,
  );
  const array = lend((pages + 1) * size);
  const view = new DataView(array.bytes.buffer, array.bytes.byteOffset);
  let at = 0;
  for (const buffer of buffers) {
    const base = ownerOf(buffer)!.address + BigInt(buffer.byteOffset);
    for (let offset = 0; offset < buffer.length; offset += PAGE_SIZE) {
      view.setBigUint64(at, base + BigInt(offset), true);
      at += size;
    }
  }
  view.setBigUint64(at, 0n, true);
  return array;
}
