import { describe } from "../errors/describe.ts";
import { type Codec, isObject, optionOf } from "./codec.ts";
import { codecOf } from "./scalars.ts";
import { checkFieldName, Field, StructCodec } from "./struct_codec.ts";
import type {
  Fields,
  FieldType,
  Infer,
  Layout,
  Overlay,
  Struct,
  Values,
} from "./types.ts";

/** How a structure is packed. */
export interface StructOptions {
  /**
   * The largest alignment that a field gets, as `#pragma pack(n)` sets it.
   *
   * @default {16}
   */
  pack?: 1 | 2 | 4 | 8 | 16;
}

/**
 * Describes a structure as a C compiler for 64-bit Windows lays it out: each
 * field at its natural alignment, padding behind the last, little endian.
 *
 * @param fields The fields' types by name, in the order of the C declaration.
 * @param options How the structure is packed.
 * @returns The layout, with which values are read, written and viewed.
 * @throws {RangeError} If `pack` is not 1, 2, 4, 8 or 16, or if the
 * overlay of a field needs another alignment than the field's offset has.
 * @throws {TypeError} If there are no fields, or if a name or a type is unusable.
 *
 * @example Lay out a packet
 * ```ts
 * import { array, struct } from "@kernel32/io/structs";
 *
 * const Packet = struct({ id: "u32", flags: "u8", data: array("u16", 4) });
 * console.log(Packet.size, Packet.offsetOf("data")); // 16 6
 *
 * const bytes = Packet.create({ id: 7, data: [1, 2, 3, 4] });
 * const view = Packet.view(bytes);
 * view.flags = 0x80;
 * console.log(Packet.read(bytes)); // { id: 7, flags: 128, data: [1, 2, 3, 4] }
 * ```
 */
export function struct<F extends Fields>(
  fields: F,
  options: StructOptions = {},
): Struct<Values<F>> {
  const pack = checkedPack(options, "struct()");
  const laidOut = new Map<string, Field>();
  let end = 0;
  let align = 1;
  let shared = false;
  for (const [name, type] of entriesOf(fields)) {
    const base = type instanceof OverlayField
      ? baseOf(type, name, laidOut)
      : undefined;
    const codec = type instanceof OverlayField
      ? type.layout
      : codecOf(type as FieldType, name);
    const own = Math.min(codec.align, pack);
    const offset = alignUp(base?.offset ?? end, own);
    if (base !== undefined) {
      shared = true;
      if (offset !== base.offset) {
        throw new RangeError(
          `Overlay "${name}" needs an alignment of ${own}, but "${base.name}" ` +
            `is at offset ${base.offset}. Use union() for the two.`,
        );
      }
    }
    laidOut.set(name, new Field(name, codec, offset));
    end = Math.max(end, offset + codec.size);
    align = Math.max(align, own);
  }
  return new StructCodec<Values<F>>(
    alignUp(end, align),
    align,
    [...laidOut.values()],
    shared,
  );
}

/**
 * Describes a union: fields that all start at the same offset.
 *
 * Reading returns the value of every member. Writing takes any of them; several
 * must agree on the bytes that they share.
 *
 * @param fields The members' types by name.
 * @param options How the union is packed.
 * @returns The layout.
 * @throws {RangeError} If `pack` is not 1, 2, 4, 8 or 16.
 * @throws {TypeError} If there are no members, or if a name or a type is unusable.
 *
 * @example Read the halves of a 64-bit number
 * ```ts
 * import { struct, union } from "@kernel32/io/structs";
 *
 * const Halves = struct({ low: "u32", high: "u32" });
 * const Large = union({ halves: Halves, whole: "u64" });
 * const bytes = Large.create({ whole: 0x1_0000_0002n });
 * console.log(Large.read(bytes).halves); // { low: 2, high: 1 }
 * ```
 */
export function union<F extends Readonly<Record<string, FieldType>>>(
  fields: F,
  options: StructOptions = {},
): Struct<Values<F>> {
  const pack = checkedPack(options, "union()");
  const members = entriesOf(fields).map(([name, type]) =>
    new Field(name, codecOf(type, name), 0)
  );
  const align = Math.max(
    ...members.map(({ codec }) => Math.min(codec.align, pack)),
  );
  const size = Math.max(...members.map(({ codec }) => codec.size));
  return new StructCodec<Values<F>>(alignUp(size, align), align, members, true);
}

/**
 * Describes a field at the offset of an earlier one, with another name and type,
 * as an anonymous union inside a structure does in C.
 *
 * @param sharesWith The field whose start the overlay shares.
 * @param type The overlay's type.
 * @returns A field for {@linkcode struct}.
 * @throws {TypeError} If the type is unknown.
 *
 * @example Name two halves and the whole
 * ```ts
 * import { overlay, struct } from "@kernel32/io/structs";
 *
 * const Large = struct({
 *   LowPart: "u32",
 *   HighPart: "i32",
 *   QuadPart: overlay("LowPart", "i64"),
 * });
 * console.log(Large.size, Large.offsetOf("QuadPart")); // 8 0
 * ```
 */
export function overlay<F extends FieldType>(
  sharesWith: string,
  type: F,
): Overlay<Infer<F>> {
  return new OverlayField(sharesWith, codecOf(type, "") as Codec<Infer<F>>);
}

class OverlayField<T> implements Overlay<T> {
  readonly sharesWith: string;
  readonly layout: Codec<T> & Layout<T>;

  constructor(sharesWith: string, layout: Codec<T>) {
    this.sharesWith = sharesWith;
    this.layout = layout;
  }
}

function baseOf(
  field: Overlay<unknown>,
  name: string,
  laidOut: ReadonlyMap<string, Field>,
): Field {
  const base = laidOut.get(field.sharesWith);
  if (base === undefined) {
    throw new TypeError(
      `Overlay "${name}" must share its offset with a field before it: got ` +
        describe(field.sharesWith),
    );
  }
  return base;
}

function entriesOf<T>(fields: Readonly<Record<string, T>>): [string, T][] {
  const entries = isObject(fields) ? Object.entries(fields) : [];
  if (entries.length === 0) {
    throw new TypeError(
      "fields must be an object with at least one field, such as " +
        '{ id: "u32" }.',
    );
  }
  for (const [name] of entries) checkFieldName(name);
  return entries;
}

function checkedPack(options: StructOptions, owner: string): number {
  const pack = optionOf(owner, options, "pack", 16);
  if ([1, 2, 4, 8, 16].includes(pack)) return pack;
  throw new RangeError(`pack must be 1, 2, 4, 8 or 16: got ${describe(pack)}`);
}

/** Returns the first multiple of a power of two that is not below an offset. */
function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
