import { argumentError, describe } from "../errors/describe.ts";
import { AtomicCodec, type Codec, isObject } from "./codec.ts";
import { codecOf, integer } from "./scalars.ts";
import { checkFieldName, Field, StructCodec } from "./struct_codec.ts";
import type { Struct } from "./types.ts";

/**
 * Describes bit-fields that share one integer, as compilers for Windows lay
 * them out: from the least significant bit upwards.
 *
 * @param storage The integer that holds them.
 * @param widths The width in bits of each field, in the order of C's.
 * @returns The layout; its values are objects with a number for each field.
 * @throws {RangeError} If a width is not a positive integer, or if the fields
 * have more bits together than the integer.
 * @throws {TypeError} If the storage is another type, if the widths are no
 * object, or if a name is not an identifier.
 *
 * @example Lay out the flags of a serial port
 * ```ts
 * import { bits } from "@kernel32/io/structs";
 *
 * const Flags = bits("u32", { binary: 1, parity: 1, dtrControl: 2 });
 * console.log(Flags.create({ binary: 1, dtrControl: 2 })[0]); // 9
 * ```
 */
export function bits<W extends Readonly<Record<string, number>>>(
  storage: "u8" | "u16" | "u32",
  widths: W,
): Struct<{ -readonly [K in keyof W]: number }> {
  if (!["u8", "u16", "u32"].includes(storage)) {
    throw argumentError("storage", '"u8", "u16" or "u32"', storage);
  }
  if (!isObject(widths)) {
    throw argumentError("widths", "an object", widths);
  }
  const codec = codecOf(storage, "") as Codec<number>;
  const fields: Field[] = [];
  let shift = 0;
  for (const [name, width] of Object.entries(widths)) {
    checkFieldName(name);
    if (!(Number.isInteger(width) && width > 0)) {
      throw new RangeError(
        `Bit-field "${name}" must have a positive number of bits: got ${
          describe(width)
        }`,
      );
    }
    if (shift + width > 8 * codec.size) {
      throw new RangeError(
        `Bit-field "${name}" ends at bit ${shift + width}, ` +
          `but ${storage} has only ${8 * codec.size} bits.`,
      );
    }
    fields.push(new Field(name, new BitField(codec, shift, width), 0));
    shift += width;
  }
  return new StructCodec(codec.size, codec.align, fields, false);
}

/** Some bits of an integer. Writing preserves its other bits. */
class BitField extends AtomicCodec<number> {
  readonly #storage: Codec<number>;
  readonly #shift: number;
  readonly #mask: number;
  readonly #check: (value: unknown, name: string) => number;

  constructor(storage: Codec<number>, shift: number, width: number) {
    super(storage.size, storage.align);
    this.#storage = storage;
    this.#shift = shift;
    this.#mask = 2 ** width - 1;
    this.#check = integer(`${width}-bit field`, 0, this.#mask);
  }

  decode(data: DataView, at: number): number {
    const all = this.#storage.decode(data, at);
    return ((all >>> this.#shift) & this.#mask) >>> 0;
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    const own = this.#check(value, name) << this.#shift;
    const others = this.#storage.decode(data, at) &
      ~(this.#mask << this.#shift);
    this.#storage.encode(data, at, (others | own) >>> 0, name);
  }
}
