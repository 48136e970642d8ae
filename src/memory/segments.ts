/**
 * Arrays of FILE_SEGMENT_ELEMENT, for scatter/gather I/O.
 *
 * @module
 */
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  totalLength,
} from "../../ffi/views.ts";
import { FILE_SEGMENT_ELEMENT } from "../win32/offsets.ts";
import {
  type AlignedBuffer,
  ownerOf,
  releaseMemory,
  retainMemory,
} from "./aligned_buffer.ts";
import { type PooledBuffer, rentBuffer } from "./pooled_memory.ts";

/** The size of a page, in bytes, on x64 and arm64. */
export const PAGE_SIZE = 4096;

const TWO_32 = 2 ** 32;

/** The most that one call transfers: a DWORD's worth of whole pages. */
const MAX_SEGMENTS_LENGTH = 2 ** 32 - PAGE_SIZE;

/**
 * Whether one call can transfer all buffers: native memory, aligned to pages
 * and whole pages long, only the last one a whole number of sectors.
 *
 * @param sectorSize A power of two.
 */
export function areSegments(
  buffers: readonly ArrayBufferView[],
  sectorSize: number,
): boolean {
  const last = buffers.length - 1;
  for (let i = 0; i <= last; i++) {
    const view = buffers[i]!;
    const length = byteLengthOf(view);
    const unit = i === last ? sectorSize : PAGE_SIZE;
    if (length === 0 || length % unit !== 0) return false;
    if (byteOffsetOf(view) % PAGE_SIZE !== 0) return false;
    if (ownerOf(view) === undefined) return false;
  }
  return last >= 0 && totalLength(buffers) <= MAX_SEGMENTS_LENGTH;
}

/** An array in native memory. It retains the memory of its pages, too. */
export class SegmentArray {
  readonly #memory: PooledBuffer;
  readonly #owners: AlignedBuffer[] = [];

  /**
   * Makes the array of buffers: "Each … element must be the size of a memory
   * page", so that a longer buffer becomes several, and a zero element ends it.
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
   *
   * @throws {Win32Error} ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT.
   */
  constructor(buffers: readonly ArrayBufferView[]) {
    let pages = 0;
    for (let i = 0; i < buffers.length; i++) {
      pages += Math.ceil(byteLengthOf(buffers[i]!) / PAGE_SIZE);
    }
    this.#memory = rentBuffer((pages + 1) * FILE_SEGMENT_ELEMENT.size);
    this.#fill(buffers);
  }

  /** The address of the first element. */
  get address(): bigint {
    return this.#memory.address;
  }

  /** The memory of the elements. */
  get bytes(): Uint8Array {
    return this.#memory.bytes;
  }

  /** Releases the array and its pages, when the operation has ended. */
  release(): void {
    const owners = this.#owners;
    while (owners.length > 0) releaseMemory(owners.pop()!);
    this.#memory.release();
  }

  /** Writes the elements and retains the memory that they point to. */
  #fill(buffers: readonly ArrayBufferView[]): void {
    const { buffer, byteOffset, length } = this.bytes;
    // As two halves of 32 bits: no bigint for every page.
    const words = new Uint32Array(buffer, byteOffset, length / 4);
    let memory: ArrayBufferLike | undefined;
    let base = 0;
    let at = 0;
    for (let i = 0; i < buffers.length; i++) {
      const view = buffers[i]!;
      if (bufferOf(view) !== memory) {
        const owner = ownerOf(view)!;
        memory = bufferOf(view);
        base = Number(owner.address);
        retainMemory(owner);
        this.#owners.push(owner);
      }
      const start = byteOffsetOf(view);
      const end = start + byteLengthOf(view);
      for (let page = start; page < end; page += PAGE_SIZE) {
        const address = base + page;
        words[at++] = address;
        words[at++] = address / TWO_32;
      }
    }
    words[at++] = 0;
    words[at] = 0;
  }
}
