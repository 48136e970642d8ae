import type { Fields, FieldType, Infer, Overlay, Struct, Values } from "./types.ts";
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
 * @returns The layout, with which values are read, written and looked at.
 * @throws {RangeError} If `pack` is not 1, 2, 4, 8 or 16, or if an overlay would
 * not lie where its field starts.
 * @throws {TypeError} If there are no fields, or if a name or type is none.
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
export declare function struct<F extends Fields>(fields: F, options?: StructOptions): Struct<Values<F>>;
/**
 * Describes a union: fields that all start at the same place.
 *
 * Reading gives every member's value. Writing takes any of them; when several
 * are given, they must agree on the bytes they share.
 *
 * @param fields The members' types by name.
 * @param options How the union is packed.
 * @returns The layout.
 * @throws {RangeError} If `pack` is not 1, 2, 4, 8 or 16.
 * @throws {TypeError} If there are no members, or if a name or type is none.
 *
 * @example Look at a 64-bit number as its halves
 * ```ts
 * import { struct, union } from "@kernel32/io/structs";
 *
 * const Halves = struct({ low: "u32", high: "u32" });
 * const Large = union({ halves: Halves, whole: "u64" });
 * const bytes = Large.create({ whole: 0x1_0000_0002n });
 * console.log(Large.read(bytes).halves); // { low: 2, high: 1 }
 * ```
 */
export declare function union<F extends Readonly<Record<string, FieldType>>>(fields: F, options?: StructOptions): Struct<Values<F>>;
/**
 * Gives the place of an earlier field a second name and type: what an anonymous
 * union inside a structure does in C.
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
export declare function overlay<F extends FieldType>(sharesWith: string, type: F): Overlay<Infer<F>>;
