import { argumentError, describe } from "../errors/describe.ts";
import { AtomicCodec, Codec, label } from "./codec.ts";
import type { FieldType, Scalar, Scalars } from "./types.ts";

/** A scalar: its natural alignment is its size. */
class ScalarCodec<T> extends AtomicCodec<T> {
  readonly #type: Scalar;

  constructor(type: Scalar, size: number, kind: number) {
    super(size, size, kind);
    this.#type = type;
  }

  decode(data: DataView, at: number): T {
    return getScalar(this.kind, data, at) as T;
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    if (putScalar(this.kind, data, at, value)) return;
    throw scalarError(name, this.#type, this.size, value);
  }
}

const CODECS: { readonly [S in Scalar]: Codec<Scalars[S]> } = {
  u8: new ScalarCodec("u8", 1, 1),
  i8: new ScalarCodec("i8", 1, 2),
  u16: new ScalarCodec("u16", 2, 3),
  i16: new ScalarCodec("i16", 2, 4),
  u32: new ScalarCodec("u32", 4, 5),
  i32: new ScalarCodec("i32", 4, 6),
  u64: new ScalarCodec("u64", 8, 7),
  i64: new ScalarCodec("i64", 8, 8),
  usize: new ScalarCodec("usize", 8, 7),
  isize: new ScalarCodec("isize", 8, 8),
  pointer: new ScalarCodec("pointer", 8, 7),
  bool8: new ScalarCodec("bool8", 1, 9),
  bool32: new ScalarCodec("bool32", 4, 10),
  f32: new ScalarCodec("f32", 4, 11),
  f64: new ScalarCodec("f64", 8, 12),
};

/**
 * Reads a scalar of a kind that {@linkcode CODECS} has. One switch on a number is
 * several times as fast as a call through each field's codec.
 */
// `true` asks for little endian, whatever the host is.
// deno-fmt-ignore
export function getScalar(kind: number, data: DataView, at: number): unknown {
  switch (kind) {
    case 1: return data.getUint8(at);
    case 2: return data.getInt8(at);
    case 3: return data.getUint16(at, true);
    case 4: return data.getInt16(at, true);
    case 5: return data.getUint32(at, true);
    case 6: return data.getInt32(at, true);
    case 7: return data.getBigUint64(at, true);
    case 8: return data.getBigInt64(at, true);
    case 9: return data.getUint8(at) !== 0;
    case 10: return data.getInt32(at) !== 0;
    case 11: return data.getFloat32(at, true);
    case 12: return data.getFloat64(at, true);
  }
}

/**
 * Writes a value if the kind is that of a scalar type that has the value, and
 * returns whether it is.
 */
export function putScalar(
  kind: number,
  data: DataView,
  at: number,
  value: unknown,
): boolean {
  if (typeof value === "number") return putNumber(kind, data, at, value);
  if (typeof value === "bigint") {
    // A value that does not fit loses bits.
    if (kind === 7 && BigInt.asUintN(64, value) === value) {
      data.setBigUint64(at, value, true);
    } else if (kind === 8 && BigInt.asIntN(64, value) === value) {
      data.setBigInt64(at, value, true);
    } else return false;
    return true;
  }
  if (typeof value !== "boolean") return false;
  if (kind === 9) data.setUint8(at, value ? 1 : 0);
  else if (kind === 10) data.setUint32(at, value ? 1 : 0, true);
  else return false;
  return true;
}

/** Writes a number, unless it is no value of an integer type. */
// deno-fmt-ignore
function putNumber(kind: number, data: DataView, at: number, value: number): boolean {
  switch (kind) {
    case 1: if ((value & 0xff) !== value) return false; data.setUint8(at, value); return true;
    case 2: if (value << 24 >> 24 !== value) return false; data.setInt8(at, value); return true;
    case 3: if ((value & 0xffff) !== value) return false; data.setUint16(at, value, true); return true;
    case 4: if (value << 16 >> 16 !== value) return false; data.setInt16(at, value, true); return true;
    case 5: if (value >>> 0 !== value) return false; data.setUint32(at, value, true); return true;
    case 6: if ((value | 0) !== value) return false; data.setInt32(at, value, true); return true;
    case 11: data.setFloat32(at, value, true); return true;
    case 12: data.setFloat64(at, value, true); return true;
    default: return false;
  }
}

/** Returns the codec of a declared type. */
export function codecOf(type: FieldType, name: string): Codec<unknown> {
  if (type instanceof Codec) return type;
  if (typeof type === "string" && Object.hasOwn(CODECS, type)) {
    return CODECS[type];
  }
  throw new TypeError(
    `${label(name)} must have a type that is one of ` +
      `${
        Object.keys(CODECS).join(", ")
      }, or what struct(), union(), array(), ` +
      `bits(), bytes(), utf16() or ascii() returns: got ${describe(type)}`,
  );
}

/** Creates the check of an integer type of up to 32 bits. */
export function integer(
  type: string,
  min: number,
  max: number,
): (value: unknown, name: string) => number {
  return (value, name) => {
    if (typeof value !== "number") throw typeError(name, type, "number", value);
    if (!(Number.isInteger(value) && value >= min && value <= max)) {
      throw rangeError(name, type, `an integer from ${min} to ${max}`, value);
    }
    return value;
  };
}

/** Creates the error of a value that a scalar type does not have. */
function scalarError(
  name: string,
  type: Scalar,
  size: number,
  value: unknown,
): Error {
  const expected = type.startsWith("bool")
    ? "boolean"
    : size === 8 && type !== "f64"
    ? "bigint"
    : "number";
  const given: string = typeof value;
  if (given !== expected) return typeError(name, type, expected, value);
  const count = 2n ** BigInt(8 * size);
  const min = type.startsWith("i") ? -count / 2n : 0n;
  const max = min + count - 1n;
  const range = expected === "bigint"
    ? `from ${min}n to ${max}n`
    : `an integer from ${min} to ${max}`;
  return rangeError(name, type, range, value);
}

function typeError(
  name: string,
  type: string,
  expected: string,
  value: unknown,
): TypeError {
  return argumentError(
    `${label(name)} of type ${type}`,
    `a ${expected}`,
    value,
  );
}

function rangeError(
  name: string,
  type: string,
  range: string,
  value: unknown,
): RangeError {
  return new RangeError(
    `${label(name)} of type ${type} must be ${range}: got ${describe(value)}`,
  );
}
