/**
 * Positions in a file.
 *
 * @module
 */
import { describe } from "./arguments.ts";

/** Where to read or write. */
export interface PositionOptions {
  /**
   * The offset in bytes. The position that reads and writes without `at` go on
   * from stays where it is.
   */
  readonly at?: number | bigint;
}

/** What `seek()` counts from. */
export type SeekOrigin = "start" | "current" | "end";

/**
 * Computes the position that `seek()` goes to.
 *
 * @throws {TypeError} If the origin is none, or the offset no number.
 * @throws {RangeError} If the offset is no whole number, or the position out of
 * range.
 */
export function positionFrom(
  offset: number | bigint,
  origin: SeekOrigin,
  bases: Readonly<Record<SeekOrigin, () => number>>,
): number {
  if (typeof offset !== "bigint" && !Number.isSafeInteger(offset)) {
    const sentence = `offset must be a whole number or a bigint: got ${
      describe(offset)
    }`;
    throw typeof offset === "number"
      ? new RangeError(sentence)
      : new TypeError(sentence);
  }
  if (!Object.hasOwn(bases, origin)) {
    throw new TypeError(
      `origin must be "start", "current" or "end": got ${describe(origin)}`,
    );
  }
  const position = bases[origin]() + Number(offset);
  if (position >= 0 && Number.isSafeInteger(position)) return position;
  throw new RangeError(
    `The position must be from 0 to 2^53-1: ${offset} from the ${origin} ` +
      `would be ${position}`,
  );
}

/**
 * The offset of a transfer that is made of several.
 *
 * @throws {RangeError} If it is not exact as a number.
 */
export function toNumber(offset: number | bigint): number {
  if (offset <= Number.MAX_SAFE_INTEGER) return Number(offset);
  throw new RangeError(
    `at must be up to 2^53-1 on an unbuffered file: got ${offset}`,
  );
}
