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
  AlignedBuffer,
  ownerOf,
  releaseMemory,
  retainMemory,
} from "./aligned_buffer.ts";

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

/** An array of so many pages fills a page itself, and is reused. */
const POOLED_PAGES = PAGE_SIZE / FILE_SEGMENT_ELEMENT.size - 1;
const MAX_POOLED_ARRAYS = 64;

const unused: SegmentArray[] = [];

/** An array in native memory. It retains the memory of its pages, too. */
export class SegmentArray {
  readonly #memory: AlignedBuffer;
  /** As two halves of 32 bits: no bigint for every page. */
  readonly #words: Uint32Array;
  readonly #owners: AlignedBuffer[] = [];

  /** Allocates room for so many pages; `segmentArray()` reuses. */
  constructor(pages: number) {
    const size = (pages + 1) * FILE_SEGMENT_ELEMENT.size;
    this.#memory = new AlignedBuffer(size);
    this.#words = new Uint32Array(this.#memory.bytes.buffer);
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
    const isReusable = this.bytes.length === PAGE_SIZE;
    if (isReusable && unused.length < MAX_POOLED_ARRAYS) unused.push(this);
    else this.#memory.free();
  }

  /** Writes the elements and retains the memory that they point to. */
  fill(buffers: readonly ArrayBufferView[]): void {
    const words = this.#words;
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

/**
 * Fills an array: "Each … element must be the size of a memory page", so that a
 * longer buffer becomes several, and a zero element ends it. The caller releases
 * it when the operation has ended.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
 */
export function segmentArray(
  buffers: readonly ArrayBufferView[],
): SegmentArray {
  let pages = 0;
  for (let i = 0; i < buffers.length; i++) {
    pages += Math.ceil(byteLengthOf(buffers[i]!) / PAGE_SIZE);
  }
  const array = (pages <= POOLED_PAGES ? unused.pop() : undefined) ??
    new SegmentArray(Math.max(pages, POOLED_PAGES));
  array.fill(buffers);
  return array;
}
