import { argumentError, describe } from "../errors/describe.ts";
import { checkCount, Codec, label, optionOf } from "./codec.ts";
import type { Layout } from "./types.ts";

/** How a fixed text ends. */
export interface TextOptions {
  /**
   * Whether the text must leave room for the NUL that ends it. If false, a text
   * may fill its field to the last character, as some formats have it.
   *
   * @default {true}
   */
  terminated?: boolean;
}

/**
 * Describes a text of 16-bit units in a field of fixed length: `WCHAR name[n]`.
 *
 * Reading stops at the first NUL. Lone surrogates pass unchanged in both
 * directions, since names on Windows may have them.
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
export function utf16(length: number, options?: TextOptions): Layout<string> {
  return new TextCodec("utf16", 2, length, options);
}

/**
 * Describes an ASCII text in a field of fixed length: `CHAR name[n]`.
 *
 * Reading stops at the first NUL; bytes beyond ASCII read as the characters of
 * the same number, and writing throws on such characters.
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
export function ascii(length: number, options?: TextOptions): Layout<string> {
  return new TextCodec("ascii", 1, length, options);
}

class TextCodec extends Codec<string> {
  readonly #type: string;
  readonly #length: number;
  readonly #terminated: boolean;

  constructor(
    type: string,
    unit: 1 | 2,
    length: number,
    options: TextOptions = {},
  ) {
    super(unit * checkCount("length", length), unit);
    this.#type = type;
    this.#length = length;
    const terminated = optionOf(`${type}()`, options, "terminated", true);
    if (typeof terminated !== "boolean") {
      throw argumentError("terminated", "true or false", terminated);
    }
    this.#terminated = terminated;
  }

  decode(data: DataView, at: number): string {
    let text = "";
    for (let index = 0; index < this.#length; index++) {
      const unit = this.align === 2
        ? data.getUint16(at + 2 * index, true)
        : data.getUint8(at + index);
      if (unit === 0) break;
      text += String.fromCharCode(unit);
    }
    return text;
  }

  encode(data: DataView, at: number, value: unknown, name: string): void {
    const text = this.#check(value, name);
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (this.align === 2) data.setUint16(at + 2 * index, unit, true);
      else data.setUint8(at + index, unit);
    }
  }

  #check(value: unknown, name: string): string {
    const field = `${label(name)} of type ${this.#type}(${this.#length})`;
    if (typeof value !== "string") {
      throw argumentError(field, "a string", value);
    }
    const room = Math.max(0, this.#length - (this.#terminated ? 1 : 0));
    if (value.length > room) {
      throw new RangeError(
        `${field} has room for ${room} characters` +
          `${this.#terminated ? " and the NUL that ends them" : ""}: got ` +
          `${describe(value)}, which has ${value.length}`,
      );
    }
    if (value.includes("\0")) {
      throw new RangeError(
        `${field} ends at its first NUL and must have no other: got ${
          describe(value)
        }`,
      );
    }
    // deno-lint-ignore no-control-regex -- ASCII is a range of control codes too
    if (this.align === 1 && !/^[\x01-\x7f]*$/.test(value)) {
      throw new RangeError(
        `${field} must have no characters beyond ASCII: got ${describe(value)}`,
      );
    }
    return value;
  }
}
