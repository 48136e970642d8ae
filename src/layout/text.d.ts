import type { Layout } from "./types.ts";
/** How a fixed text ends. */
export interface TextOptions {
    /**
     * Whether the text must leave room for the NUL that ends it. With false a
     * text may fill its field to the last character, as some formats have it.
     *
     * @default {true}
     */
    terminated?: boolean;
}
/**
 * Describes a text of 16-bit units in a field of fixed length: `WCHAR name[n]`.
 *
 * Reading stops at the first NUL. Lone surrogates pass unchanged in both
 * directions, since Windows allows them in names.
 *
 * @param length The field's length in units, the NUL included.
 * @param options How the text ends.
 * @returns The layout; its values are strings.
 * @throws {RangeError} If the length is not a non-negative integer.
 *
 * @example Name a volume
 * ```ts
 * import { struct, utf16 } from "@kernel32/io/structs";
 *
 * const Volume = struct({ serial: "u32", label: utf16(32) });
 * const bytes = Volume.create({ serial: 7, label: "Data" });
 * console.log(Volume.read(bytes).label); // "Data"
 * ```
 */
export declare function utf16(length: number, options?: TextOptions): Layout<string>;
/**
 * Describes an ASCII text in a field of fixed length: `CHAR name[n]`.
 *
 * Reading stops at the first NUL; bytes beyond ASCII read as the characters of
 * the same number, and are refused in writing.
 *
 * @param length The field's length in bytes, the NUL included.
 * @param options How the text ends.
 * @returns The layout; its values are strings.
 * @throws {RangeError} If the length is not a non-negative integer.
 *
 * @example Lay out a header with a signature
 * ```ts
 * import { ascii, struct } from "@kernel32/io/structs";
 *
 * const Header = struct({ magic: ascii(4, { terminated: false }) });
 * console.log(Header.create({ magic: "RIFF" }).length); // 4
 * ```
 */
export declare function ascii(length: number, options?: TextOptions): Layout<string>;
