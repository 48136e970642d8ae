/**
 * Arrays of FILE_SEGMENT_ELEMENT, for scatter/gather I/O.
 *
 * @module
 */
import { AlignedBuffer, hold, letGo, ownerOf } from "./aligned_buffer.ts";
import { FILE_SEGMENT_ELEMENT } from "../win32/offsets.ts";

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

/** So many pages go into an array that is kept for later. */
const PAGES_KEPT = PAGE_SIZE / FILE_SEGMENT_ELEMENT.size - 1;
/** So many arrays are kept. */
const MAX_KEPT = 64;

const kept: SegmentArray[] = [];

/** An array in native memory, which keeps the memory of its pages too. */
export class SegmentArray {
  readonly #memory: AlignedBuffer;
  /** As two halves of 32 bits: no bigint for every page. */
  readonly #words: Uint32Array;
  readonly #owners: AlignedBuffer[] = [];

  /** Makes one with room for so many pages. */
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

  /** Ends the use of it, when the operation has ended. */
  end(): void {
    const owners = this.#owners;
    while (owners.length > 0) letGo(owners.pop()!);
    const isUsual = this.bytes.length === PAGE_SIZE;
    if (isUsual && kept.length < MAX_KEPT) kept.push(this);
    else this.#memory.free();
  }

  /** Writes the elements. */
  fill(buffers: readonly Uint8Array[]): void {
    const words = this.#words;
    let owner: AlignedBuffer | undefined;
    let base = 0;
    let at = 0;
    for (let i = 0; i < buffers.length; i++) {
      const view = buffers[i]!;
      if (view.buffer !== owner?.bytes.buffer) {
        owner = ownerOf(view)!;
        base = Number(owner.address);
        hold(owner);
        this.#owners.push(owner);
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
  }
}

/**
 * Makes the array: "Each … element must be the size of a memory page", so that
 * a longer buffer becomes several, and a zero element ends it. It must stay
 * until the operation has ended, and so does the memory of the buffers.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
 */
export function segmentArray(buffers: readonly Uint8Array[]): SegmentArray {
  let pages = 0;
  for (let i = 0; i < buffers.length; i++) {
    pages += Math.ceil(buffers[i]!.length / PAGE_SIZE);
  }
  const array = (pages <= PAGES_KEPT ? kept.pop() : undefined) ??
    new SegmentArray(Math.max(pages, PAGES_KEPT));
  array.fill(buffers);
  return array;
}
