import { Codec, describe, label } from "./codec.ts";
import type { FieldType, Scalar, Scalars } from "./types.ts";

type Get<T> = (data: DataView, at: number) => T;
type Put<T> = (data: DataView, at: number, value: T) => void;

/** A scalar: its natural alignment is its size. */
class ScalarCodec<T> extends Codec<T> {
  readonly #get: Get<T>;
  readonly #put: Put<T>;
  readonly #check: (value: unknown, name: string) => T;

  constructor(
    size: number,
    get: Get<T>,
    put: Put<T>,
    check: (value: unknown, name: string) => T,
  ) {
    super(size, size);
    this.#get = get;
    this.#put = put;
    this.#check = check;
  }

  decode(data: DataView, at: number): T {
    return this.#get(data, at);
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    this.#put(data, at, this.#check(value, name));
  }

  // A scalar needs no scratch memory: it is checked before it is written.
  override assign(
    data: DataView,
    at: number,
    value: unknown,
    name: string,
  ): void {
    this.encode(data, at, value, name);
  }
}

// `true` asks for little endian, whatever the host is.
// deno-fmt-ignore
const CODECS: { readonly [S in Scalar]: Codec<Scalars[S]> } = {
  u8: new ScalarCodec(1, (d, at) => d.getUint8(at), (d, at, v) => d.setUint8(at, v), integer("u8", 0, 0xff)),
  i8: new ScalarCodec(1, (d, at) => d.getInt8(at), (d, at, v) => d.setInt8(at, v), integer("i8", -0x80, 0x7f)),
  u16: new ScalarCodec(2, (d, at) => d.getUint16(at, true), (d, at, v) => d.setUint16(at, v, true), integer("u16", 0, 0xffff)),
  i16: new ScalarCodec(2, (d, at) => d.getInt16(at, true), (d, at, v) => d.setInt16(at, v, true), integer("i16", -0x8000, 0x7fff)),
  u32: new ScalarCodec(4, (d, at) => d.getUint32(at, true), (d, at, v) => d.setUint32(at, v, true), integer("u32", 0, 0xffff_ffff)),
  i32: new ScalarCodec(4, (d, at) => d.getInt32(at, true), (d, at, v) => d.setInt32(at, v, true), integer("i32", -0x8000_0000, 0x7fff_ffff)),
  u64: unsigned64("u64"),
  i64: signed64("i64"),
  usize: unsigned64("usize"),
  isize: signed64("isize"),
  pointer: unsigned64("pointer"),
  bool8: new ScalarCodec(1, (d, at) => d.getUint8(at) !== 0, (d, at, v) => d.setUint8(at, v ? 1 : 0), truth("bool8")),
  bool32: new ScalarCodec(4, (d, at) => d.getUint32(at, true) !== 0, (d, at, v) => d.setUint32(at, v ? 1 : 0, true), truth("bool32")),
  f32: new ScalarCodec(4, (d, at) => d.getFloat32(at, true), (d, at, v) => d.setFloat32(at, v, true), float("f32")),
  f64: new ScalarCodec(8, (d, at) => d.getFloat64(at, true), (d, at, v) => d.setFloat64(at, v, true), float("f64")),
};

/** Finds the codec behind a declared type, or says what a type may be. */
export function codecOf(type: FieldType, name: string): Codec<unknown> {
  if (type instanceof Codec) return type;
  if (typeof type === "string" && Object.hasOwn(CODECS, type)) {
    return CODECS[type];
  }
  throw new TypeError(
    `${label(name)} has the unknown type ${describe(type)}. A type is one of ` +
      `${Object.keys(CODECS).join(", ")}, or is made by struct(), union(), ` +
      "array(), bits(), bytes(), utf16() or ascii().",
  );
}

/** Makes the check of an integer type of up to 32 bits. */
export function integer(
  type: string,
  min: number,
  max: number,
): (value: unknown, name: string) => number {
  return (value, name) => {
    if (typeof value !== "number") refuse(name, type, "a number", value);
    if (!(Number.isInteger(value) && value >= min && value <= max)) {
      throw new RangeError(
        `${label(name)} of type ${type} must be an integer from ${min} to ` +
          `${max}, but it is ${value}.`,
      );
    }
    return value;
  };
}

function bigInteger(
  type: string,
  min: bigint,
  max: bigint,
): (value: unknown, name: string) => bigint {
  return (value, name) => {
    if (typeof value !== "bigint") refuse(name, type, "a bigint", value);
    if (value < min || value > max) {
      throw new RangeError(
        `${label(name)} of type ${type} must be from ${min}n to ${max}n, ` +
          `but it is ${value}n.`,
      );
    }
    return value;
  };
}

function unsigned64(type: string): Codec<bigint> {
  return new ScalarCodec(
    8,
    (d, at) => d.getBigUint64(at, true),
    (d, at, v) => d.setBigUint64(at, v, true),
    bigInteger(type, 0n, 2n ** 64n - 1n),
  );
}

function signed64(type: string): Codec<bigint> {
  return new ScalarCodec(
    8,
    (d, at) => d.getBigInt64(at, true),
    (d, at, v) => d.setBigInt64(at, v, true),
    bigInteger(type, -(2n ** 63n), 2n ** 63n - 1n),
  );
}

function truth(type: string): (value: unknown, name: string) => boolean {
  return (value, name) => {
    if (typeof value !== "boolean") refuse(name, type, "a boolean", value);
    return value;
  };
}

function float(type: string): (value: unknown, name: string) => number {
  return (value, name) => {
    if (typeof value !== "number") refuse(name, type, "a number", value);
    return value;
  };
}

function refuse(
  name: string,
  type: string,
  wanted: string,
  value: unknown,
): never {
  throw new TypeError(
    `${label(name)} of type ${type} must be ${wanted}, but it is ${
      describe(value)
    }.`,
  );
}
