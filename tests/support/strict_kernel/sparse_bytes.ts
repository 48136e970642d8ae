const CHUNK = 65_536;

/** Bytes from 0 to any end, zero where nothing was written. */
export class SparseBytes {
  readonly #chunks = new Map<number, Uint8Array>();

  /** Copies bytes out. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#each(offset, length, (index, from, size, at) => {
      const chunk = this.#chunks.get(index);
      if (chunk !== undefined) bytes.set(chunk.subarray(from, from + size), at);
    });
    return bytes;
  }

  /** Copies bytes in. */
  write(offset: number, bytes: Uint8Array): void {
    this.#each(offset, bytes.length, (index, from, size, at) => {
      this.#chunk(index).set(bytes.subarray(at, at + size), from);
    });
  }

  /** Sets a range to one value. */
  fill(offset: number, length: number, value: number): void {
    this.#each(offset, length, (index, from, size) => {
      if (value !== 0 || this.#chunks.has(index)) {
        this.#chunk(index).fill(value, from, from + size);
      }
    });
  }

  /** Zeroes all from an offset on. */
  cut(offset: number): void {
    for (const [index, chunk] of this.#chunks) {
      if (index * CHUNK >= offset) this.#chunks.delete(index);
      else if (index * CHUNK + CHUNK > offset) {
        chunk.fill(0, offset - index * CHUNK);
      }
    }
  }

  #chunk(index: number): Uint8Array {
    let chunk = this.#chunks.get(index);
    if (chunk === undefined) {
      this.#chunks.set(index, chunk = new Uint8Array(CHUNK));
    }
    return chunk;
  }

  #each(
    offset: number,
    length: number,
    visit: (index: number, from: number, size: number, at: number) => void,
  ): void {
    for (let at = 0; at < length;) {
      const index = Math.floor((offset + at) / CHUNK);
      const from = offset + at - index * CHUNK;
      const size = Math.min(CHUNK - from, length - at);
      visit(index, from, size, at);
      at += size;
    }
  }
}
