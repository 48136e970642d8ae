/**
 * Bytes whose number is not known beforehand.
 *
 * @module
 */

const SMALLEST = 4096;

/** Collects bytes in memory that grows. */
export class Collector {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** Makes one for about so many bytes, if any. */
  constructor(expected: number) {
    // One more: room is left to see that the end has come.
    this.#bytes = new Uint8Array(Math.max(SMALLEST, expected + 1));
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** Where the next bytes go. Never empty. */
  room(): Uint8Array<ArrayBuffer> {
    if (this.#length === this.#bytes.length) {
      const more = new Uint8Array(2 * this.#length);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    return this.#bytes.subarray(this.#length);
  }

  /** Takes over so many bytes of the room. */
  took(count: number): void {
    this.#length += count;
  }

  /** All bytes, in memory of their own size. */
  result(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
