/**
 * Positions in a file.
 *
 * @module
 */
import {
  argumentError,
  rangeError,
  unknownOptionError,
} from "../errors/describe.ts";
import type { Offset } from "./transfer_limits.ts";

/** Where to read or write. */
export interface PositionOptions {
  /**
   * The offset in bytes. A transfer with an offset leaves the position, at which
   * transfers without one begin, as it was.
   */
  readonly at?: number | bigint | undefined;
}

/**
 * What `seek()` counts from: a word, or the number that `Deno.SeekMode` and
 * SEEK_SET, SEEK_CUR and SEEK_END have for it.
 */
export type SeekOrigin = "start" | "current" | "end" | 0 | 1 | 2;

/**
 * Returns the offset in the options of a transfer, read once.
 *
 * @throws {TypeError} If the options are no object, or one is unknown.
 */
export function offsetOf(
  options: PositionOptions,
): number | bigint | undefined {
  if (typeof options !== "object" || options === null) {
    throw argumentError("options", "an object such as { at: 0 }", options);
  }
  const { at } = options;
  // Unlike Object.keys(), this allocates nothing.
  for (const name in options) {
    if (name === "at" || !Object.hasOwn(options, name)) continue;
    throw unknownOptionError(name, TRANSFERS, "at");
  }
  return at;
}

/** What an error calls the methods that transfer bytes. */
export const TRANSFERS = "reads and writes";

/** An origin's word. */
export type OriginName = Exclude<SeekOrigin, number>;

const ORIGINS: readonly OriginName[] = ["start", "current", "end"];

/**
 * Checks the arguments of `seek()`. Returns the word for the origin.
 *
 * @throws {TypeError} If the origin is none, or the offset no number.
 * @throws {RangeError} If the offset is no whole number.
 */
export function checkedOrigin(
  offset: number | bigint,
  origin: SeekOrigin,
): OriginName {
  const name = typeof origin === "number" ? ORIGINS[origin] : origin;
  if (name === undefined || !ORIGINS.includes(name)) {
    throw argumentError(
      "origin",
      '"start", "current" or "end", or Deno.SeekMode\'s 0, 1 or 2',
      origin,
    );
  }
  if (typeof offset === "bigint" || Number.isSafeInteger(offset)) return name;
  const error = typeof offset === "number" ? rangeError : argumentError;
  throw error("offset", "a whole number or a bigint", offset);
}

/**
 * Computes the position that `seek()` moves to.
 *
 * @param base Where the origin is.
 * @throws {RangeError} If the position is out of range.
 */
export function positionFrom(
  base: Offset,
  offset: number | bigint,
  origin: OriginName,
): number {
  const sum = BigInt(base) + BigInt(offset);
  const position = Number(sum);
  if (position >= 0 && Number.isSafeInteger(position)) return position;
  throw new RangeError(
    `The position must be from 0 to 2^53-1: ${offset} from the ${origin} ` +
      `would be ${sum}`,
  );
}

/** The largest end of an unbuffered transfer: rounded up to a sector it is exact. */
const MAX_END = 2 ** 53 - 2 ** 20;

/**
 * Returns the offset of an unbuffered transfer as a number.
 *
 * @throws {RangeError} If numbers up to its end are not exact.
 */
export function toExactOffset(at: number | bigint, length: number): number {
  const offset = Number(at);
  if (offset + length <= MAX_END) return offset;
  throw new RangeError(
    `An unbuffered transfer must end before 2^53-2^20: got at ${at} and ` +
      `${length} bytes`,
  );
}
