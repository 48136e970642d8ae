/**
 * Positions in a file.
 *
 * @module
 */
import { describe } from "../errors/describe.ts";

/** Where to read or write. */
export interface PositionOptions {
  /**
   * The offset in bytes. The position that reads and writes without `at` go on
   * from stays where it is.
   */
  readonly at?: number | bigint | undefined;
}

/**
 * What `seek()` counts from: a word, or the number that `Deno.SeekMode` and
 * SEEK_SET, SEEK_CUR and SEEK_END have for it.
 */
export type SeekOrigin = "start" | "current" | "end" | 0 | 1 | 2;

/** An origin's word. */
export type OriginName = Exclude<SeekOrigin, number>;

const ORIGINS: readonly OriginName[] = ["start", "current", "end"];

/**
 * Returns the word for an origin.
 *
 * @throws {TypeError} If it is none.
 */
export function originName(origin: SeekOrigin): OriginName {
  const name = typeof origin === "number" ? ORIGINS[origin] : origin;
  if (name !== undefined && ORIGINS.includes(name)) return name;
  throw new TypeError(
    'origin must be "start", "current" or "end", or Deno.SeekMode\'s 0, 1 or ' +
      `2: got ${describe(origin)}`,
  );
}

/**
 * Computes the position that `seek()` goes to.
 *
 * @param base Where the origin is.
 * @throws {TypeError} If the offset is no number.
 * @throws {RangeError} If it is no whole number, or the position out of range.
 */
export function positionFrom(
  offset: number | bigint,
  origin: OriginName,
  base: number,
): number {
  if (typeof offset !== "bigint" && !Number.isSafeInteger(offset)) {
    const sentence = `offset must be a whole number or a bigint: got ${
      describe(offset)
    }`;
    throw typeof offset === "number"
      ? new RangeError(sentence)
      : new TypeError(sentence);
  }
  const position = base + Number(offset);
  if (position >= 0 && Number.isSafeInteger(position)) return position;
  throw new RangeError(
    `The position must be from 0 to 2^53-1: ${offset} from the ${origin} ` +
      `would be ${position}`,
  );
}

/** What unbuffered transfers end before: rounding up to a sector stays exact. */
const MAX_END = 2 ** 53 - 2 ** 20;

/**
 * The offset of an unbuffered transfer, which is counted with in numbers.
 *
 * @throws {RangeError} If that would not be exact.
 */
export function toExactOffset(place: number | bigint, length: number): number {
  const offset = Number(place);
  if (offset + length <= MAX_END) return offset;
  throw new RangeError(
    `An unbuffered transfer must end before 2^53-2^20: got at ${place} and ` +
      `${length} bytes`,
  );
}
