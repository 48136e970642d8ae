import { byteLengthOf, typeOfView } from "../../ffi/views.ts";
import { argumentError, rangeError } from "../errors/describe.ts";
import {
  bytesAt,
  checkCount,
  Codec,
  dataViewOf,
  isObject,
  label,
} from "./codec.ts";
import { codecOf, getScalar, integer, putScalar } from "./scalars.ts";
import type {
  ArrayView,
  ByteSource,
  FieldType,
  Infer,
  Layout,
  LiveLayout,
  View,
} from "./types.ts";

/**
 * Describes an array of a fixed length.
 *
 * @param type The type of the elements: a scalar's name or another layout.
 * @param length How many elements there are. 0 describes a flexible array
 * member: it has no size, but aligns the structure.
 * @returns The layout; its values are arrays, its live views have indexes.
 * @throws {RangeError} If the length is not a non-negative integer.
 * @throws {TypeError} If the type is unknown.
 *
 * @example Read a table of numbers
 * ```ts
 * import { array } from "@kernel32/io/structs";
 *
 * const Triple = array("u16", 3);
 * console.log(Triple.read(new Uint8Array([1, 0, 2, 0, 3, 0]))); // [1, 2, 3]
 * ```
 */
export function array<F extends FieldType>(
  type: F,
  length: number,
): LiveLayout<Infer<F>[]> {
  return new ArrayCodec(
    codecOf(type, "") as Codec<Infer<F>>,
    checkCount("length", length),
  );
}

/**
 * Describes a run of raw bytes.
 *
 * @param length How many bytes there are.
 * @returns The layout. Reading it returns a copy; in a live view it is a
 * Uint8Array of the memory itself.
 * @throws {RangeError} If the length is not a non-negative integer.
 *
 * @example Describe a payload of bytes
 * ```ts
 * import { bytes, struct } from "@kernel32/io/structs";
 *
 * const Frame = struct({ kind: "u16", payload: bytes(6) });
 * console.log(Frame.size); // 8
 * ```
 */
export function bytes(length: number): Layout<Uint8Array> {
  return new BytesCodec(checkCount("length", length));
}

class ArrayCodec<T> extends Codec<T[]> implements LiveLayout<T[]> {
  readonly element: Codec<T>;
  readonly length: number;

  constructor(element: Codec<T>, length: number) {
    super(element.size * length, element.align);
    this.element = element;
    this.length = length;
  }

  decode(data: DataView, at: number): T[] {
    const { element, length } = this;
    const { kind, size } = element;
    const items: T[] = [];
    for (let index = 0; index < length; index++) {
      const itemAt = at + index * size;
      items.push(
        kind === 0
          ? element.decode(data, itemAt)
          : getScalar(kind, data, itemAt) as T,
      );
    }
    return items;
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    const { element, length } = this;
    const { kind, size } = element;
    const items = checkItems(value, length, name);
    for (let index = 0; index < length; index++) {
      const itemAt = at + index * size;
      const item = items[index];
      if (putScalar(kind, data, itemAt, item)) continue;
      element.encode(data, itemAt, item, `${name}[${index}]`);
    }
  }

  override live(data: DataView, at: number): ArrayView<T> {
    return new Proxy(new LiveArray(this, data, at), ELEMENTS) as unknown as
      & ArrayView<T>
      & LiveArray<T>;
  }

  override locate(path: readonly string[]): number | undefined {
    const [first = "", ...rest] = path;
    const index = indexOf(first);
    if (index === undefined || index >= this.length) return undefined;
    const inner = rest.length === 0 ? 0 : this.element.locate(rest);
    return inner === undefined ? undefined : index * this.element.size + inner;
  }

  view(buffer: ByteSource, offset = 0): View<T[]> {
    const data = dataViewOf(buffer, offset, this.size);
    return this.live(data, offset) as View<T[]>;
  }
}

/** A view of an array's memory; a proxy around it turns indexes into calls. */
class LiveArray<T> {
  readonly #codec: ArrayCodec<T>;
  readonly #data: DataView;
  readonly #at: number;

  constructor(codec: ArrayCodec<T>, data: DataView, at: number) {
    this.#codec = codec;
    this.#data = data;
    this.#at = at;
  }

  get length(): number {
    return this.#codec.length;
  }

  get(index: number): unknown {
    const { element, length } = this.#codec;
    if (index >= length) return undefined;
    return element.live(this.#data, this.#at + index * element.size);
  }

  set(index: number, value: unknown): void {
    const { element, length } = this.#codec;
    if (index >= length) {
      throw rangeError(
        "index",
        `below ${length}, the length of the array`,
        index,
      );
    }
    const itemAt = this.#at + index * element.size;
    element.assign(this.#data, itemAt, value, `[${index}]`);
  }

  *[Symbol.iterator](): Iterator<unknown> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }
}

const ELEMENTS: ProxyHandler<LiveArray<unknown>> = {
  get(target, key) {
    const index = indexOf(key);
    if (index !== undefined) return target.get(index);
    if (key === "length") return target.length;
    if (key === Symbol.iterator) return () => target[Symbol.iterator]();
    return undefined;
  },
  set(target, key, value) {
    const index = indexOf(key);
    if (index === undefined) return false;
    target.set(index, value);
    return true;
  },
  has(target, key) {
    const index = indexOf(key);
    if (index !== undefined) return index < target.length;
    return key === "length" || key === Symbol.iterator;
  },
};

class BytesCodec extends Codec<Uint8Array> {
  constructor(length: number) {
    super(length, 1);
  }

  decode(data: DataView, at: number): Uint8Array {
    return bytesAt(data, at, this.size).slice();
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    const items = checkItems(value, this.size, name);
    const target = bytesAt(data, at, this.size);
    if (isBytes(items)) return target.set(items);
    for (let index = 0; index < this.size; index++) {
      target[index] = checkByte(items[index], `${name}[${index}]`);
    }
  }

  override live(data: DataView, at: number): Uint8Array {
    return bytesAt(data, at, this.size);
  }
}

const checkByte = /* @__PURE__ */ integer("u8", 0, 0xff);

function checkItems(
  value: unknown,
  length: number,
  name: string,
): ArrayLike<unknown> {
  if (!isObject(value) || !("length" in value)) {
    throw argumentError(label(name), `an array of ${length} elements`, value);
  }
  const count = isBytes(value) ? byteLengthOf(value) : value.length;
  if (count !== length) {
    throw new RangeError(
      `${label(name)} must have exactly ${length} elements: got ${count}`,
    );
  }
  return value as ArrayLike<unknown>;
}

function isBytes(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && typeOfView(value) === "Uint8Array";
}

/** Returns the array index that a property key spells; undefined for other keys. */
function indexOf(key: string | symbol): number | undefined {
  if (typeof key !== "string" || !/^(0|[1-9]\d*)$/.test(key)) return undefined;
  return Number(key);
}
