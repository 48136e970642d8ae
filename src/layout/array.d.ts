import type { FieldType, Infer, Layout, LiveLayout } from "./types.ts";
/**
 * Describes an array of a fixed length.
 *
 * @param type The type of the elements: a scalar's name or another layout.
 * @param length How many elements there are. 0 stands for a flexible array
 * member: it takes no room, yet aligns the structure.
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
export declare function array<F extends FieldType>(type: F, length: number): LiveLayout<Infer<F>[]>;
/**
 * Describes a run of raw bytes.
 *
 * @param length How many bytes there are.
 * @returns The layout. Reading it gives a copy, a live view a window on the
 * memory itself.
 * @throws {RangeError} If the length is not a non-negative integer.
 *
 * @example Keep a payload as bytes
 * ```ts
 * import { bytes, struct } from "@kernel32/io/structs";
 *
 * const Frame = struct({ kind: "u16", payload: bytes(6) });
 * console.log(Frame.size); // 8
 * ```
 */
export declare function bytes(length: number): Layout<Uint8Array>;
/** Checks how often something is repeated, before it becomes a size. */
export declare function checkCount(name: string, count: number): number;
