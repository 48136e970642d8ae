import type { FileMode } from "../../src/file/mode.ts";

/** What a file and a position in it are, in memory: the specification to which files are held. */
export class ModelFile {
  position = 0;
  #memory = new Uint8Array(1024);
  #size = 0;

  constructor(readonly mode: Pick<FileMode, "append" | "write">) {}

  get size(): number {
    return this.#size;
  }

  /** All that the file has. */
  get content(): Uint8Array {
    return this.#memory.subarray(0, this.#size);
  }

  /** Returns the bytes read, or null at the end. */
  read(length: number, at?: number): Uint8Array | null {
    const start = at ?? this.position;
    if (length === 0) return new Uint8Array(0);
    if (start >= this.#size) return null;
    const bytes = this.content.slice(start, start + length);
    if (at === undefined) this.position += bytes.length;
    return bytes;
  }

  write(data: Uint8Array, at?: number): void {
    if (data.length === 0) return;
    const { append } = this.mode;
    const start = at ?? (append ? this.#size : this.position);
    const end = start + data.length;
    if (end > this.#size) this.truncate(end);
    this.#memory.set(data, start);
    if (at === undefined) this.position = end;
  }

  /** What is added is zeros, what was cut off does not come back. */
  truncate(size: number): void {
    if (size > this.#memory.length) {
      const memory = new Uint8Array(2 * size);
      memory.set(this.content);
      this.#memory = memory;
    }
    if (size < this.#size) this.#memory.fill(0, size, this.#size);
    this.#size = size;
  }
}
