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
 * @throws {TypeError} If the storage is another type, or a name no identifier.
 *
 * @example Lay out the flags of a serial port
 * ```ts
 * import { bits } from "@kernel32/io/structs";
 *
 * const Flags = bits("u32", { binary: 1, parity: 1, dtrControl: 2 });
 * console.log(Flags.create({ binary: 1, dtrControl: 2 })[0]); // 9
 * ```
 */
export declare function bits<W extends Readonly<Record<string, number>>>(storage: "u8" | "u16" | "u32", widths: W): Struct<{
    -readonly [K in keyof W]: number;
}>;
