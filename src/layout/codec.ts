import type { ByteSource, Init, Layout } from "./types.ts";

/** What every layout is inside: a size, an alignment, and how bytes turn into values. */
export abstract class Codec<T> implements Layout<T> {
  readonly size: number;
  readonly align: number;
  /** Which scalar it is, as a small number; 0 for all else. */
  readonly kind: number;
  #scratch: DataView | undefined;

  constructor(size: number, align: number, kind = 0) {
    this.size = size;
    this.align = align;
    this.kind = kind;
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
    const scratch = this.#scratch ?? new DataView(new ArrayBuffer(this.size));
    // A getter of the value may come back to this layout, which must not find
    // memory in use; nor may anyone after a failure, which leaves it written.
    this.#scratch = undefined;
    this.encode(scratch, 0, value, name);
    if (this.size > SMALL) {
      bytesAt(data, at, this.size).set(new Uint8Array(scratch.buffer));
    } else {
      move(scratch, data, at);
      this.#scratch = scratch;
    }
  }

  /** The offset of a part, given the rest of a dotted path; undefined if none. */
  locate(_path: readonly string[]): number | undefined {
    return undefined;
  }

  read(buffer: ByteSource, offset = 0): T {
    return this.decode(dataViewOf(buffer, offset, this.size), offset);
  }

  write(buffer: ByteSource, value: Init<T>, offset = 0): void {
    this.assign(dataViewOf(buffer, offset, this.size), offset, value, "");
  }

  create(value?: Init<T>): Uint8Array<ArrayBuffer> {
    // An ArrayBuffer of its own: in Bun the memory of a small typed array moves
    // when its `.buffer` is first touched.
    const memory = new ArrayBuffer(this.size);
    if (value !== undefined) this.encode(new DataView(memory), 0, value, "");
    return new Uint8Array(memory);
  }
}

/** Up to so many bytes, a loop is faster than the objects that a copy needs. */
const SMALL = 256;

/** Copies all bytes of one memory to a place in another, and clears the first. */
function move(from: DataView, to: DataView, at: number): void {
  const size = from.byteLength;
  let done = 0;
  for (; done + 4 <= size; done += 4) {
    to.setInt32(at + done, from.getInt32(done));
    from.setInt32(done, 0);
  }
  for (; done < size; done++) {
    to.setInt8(at + done, from.getInt8(done));
    from.setInt8(done, 0);
  }
}

/** The views of buffers with room for many values, since one takes long to make. */
const VIEWS = /* @__PURE__ */ new WeakMap<ByteSource, DataView>();

/** A view of a buffer from its start, which has `size` bytes at an offset. */
export function dataViewOf(
  buffer: ByteSource,
  offset: number,
  size: number,
): DataView {
  const known = VIEWS.get(buffer);
  if (known === undefined) checkBuffer(buffer);
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
  return known ?? makeDataView(buffer, offset + size);
}

function makeDataView(buffer: ByteSource, end: number): DataView {
  const isView = ArrayBuffer.isView(buffer);
  const memory: ResizableMemory = isView ? buffer.buffer : buffer;
  const start = isView ? buffer.byteOffset : 0;
  // Of memory that changes its size, the view must not promise more than is
  // asked for; and where there is one value, there may be no second look.
  if (memory.resizable || memory.growable || buffer.byteLength === end) {
    return new DataView(memory, start, end);
  }
  const view = new DataView(memory, start, buffer.byteLength);
  VIEWS.set(buffer, view);
  return view;
}

type ResizableMemory = ArrayBufferLike & {
  readonly resizable?: boolean;
  readonly growable?: boolean;
};

function checkBuffer(buffer: ByteSource): void {
  const memory = ArrayBuffer.isView(buffer) ? buffer.buffer : buffer;
  if (memory instanceof ArrayBuffer || isShared(memory)) return;
  throw new TypeError(
    "buffer must be an ArrayBuffer or a view of one, such as a Uint8Array, " +
      `but it is ${describe(buffer)}.`,
  );
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
