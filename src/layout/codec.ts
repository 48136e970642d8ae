import type { ByteSource, Init, Layout } from "./types.ts";

/** What every layout is inside: a size, an alignment, and how bytes turn into values. */
export abstract class Codec<T> implements Layout<T> {
  readonly size: number;
  readonly align: number;

  constructor(size: number, align: number) {
    this.size = size;
    this.align = align;
  }

  /** Reads the value at a place that is known to be large enough. */
  abstract decode(data: DataView, at: number): T;

  /** Checks a value and writes it to a zeroed place. `name` is for messages. */
  abstract encode(
    data: DataView,
    at: number,
    value: unknown,
    name: string,
  ): void;

  /** What a live view shows at this place: the value, unless it has parts. */
  live(data: DataView, at: number): unknown {
    return this.decode(data, at);
  }

  /** Replaces what is at a place, whole or not at all. */
  assign(data: DataView, at: number, value: unknown, name: string): void {
    const scratch = new DataView(new ArrayBuffer(this.size));
    this.encode(scratch, 0, value, name);
    bytesAt(data, at, this.size).set(new Uint8Array(scratch.buffer));
  }

  /** The offset of a part, given the rest of a dotted path; undefined if none. */
  locate(_path: readonly string[]): number | undefined {
    return undefined;
  }

  read(buffer: ByteSource, offset = 0): T {
    return this.decode(dataViewOf(buffer, offset, this.size), 0);
  }

  write(buffer: ByteSource, value: Init<T>, offset = 0): void {
    this.assign(dataViewOf(buffer, offset, this.size), 0, value, "");
  }

  create(value?: Init<T>): Uint8Array<ArrayBuffer> {
    // An ArrayBuffer of its own: in Bun the memory of a small typed array moves
    // when its `.buffer` is first touched.
    const memory = new ArrayBuffer(this.size);
    if (value !== undefined) this.encode(new DataView(memory), 0, value, "");
    return new Uint8Array(memory);
  }
}

/** A window on the bytes that a value of `size` bytes has at an offset. */
export function dataViewOf(
  buffer: ByteSource,
  offset: number,
  size: number,
): DataView {
  const isView = ArrayBuffer.isView(buffer);
  const memory = isView ? buffer.buffer : buffer;
  if (!(memory instanceof ArrayBuffer) && !isShared(memory)) {
    throw new TypeError(
      "buffer must be an ArrayBuffer or a view of one, such as a Uint8Array, " +
        `but it is ${describe(buffer)}.`,
    );
  }
  if (!(Number.isSafeInteger(offset) && offset >= 0)) {
    throw new RangeError(
      `offset must be a non-negative integer, but it is ${describe(offset)}.`,
    );
  }
  if (size > buffer.byteLength - offset) {
    throw new RangeError(
      `The layout needs ${size} bytes at offset ${offset}, ` +
        `but the buffer has ${buffer.byteLength} bytes in all.`,
    );
  }
  return new DataView(memory, (isView ? buffer.byteOffset : 0) + offset, size);
}

/** The bytes at a place, not copied. */
export function bytesAt(data: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset + at, size);
}

/** How a message speaks of a place: the field, or the value as a whole. */
export function label(name: string): string {
  return name === "" ? "The value" : `Field "${name}"`;
}

/** How a message speaks of a value that was given. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "bigint":
      return `${value}n`;
    case "string":
      return JSON.stringify(value);
    default:
      return value === null
        ? "null"
        : Array.isArray(value)
        ? "an array"
        : `a value of type ${typeof value}`;
  }
}

function isShared(memory: unknown): memory is SharedArrayBuffer {
  return typeof SharedArrayBuffer === "function" &&
    memory instanceof SharedArrayBuffer;
}
