/**
 * Positions in a file.
 *
 * @module
 */
import { describe } from "../errors/describe.ts";

/** Where to read or write. */
export interface PositionOptions {
  /**
   * The offset in bytes. A transfer with an offset leaves the position, at which
   * transfers without one begin, as it was.
   */
  readonly at?: number | bigint;
}

/** What `seek()` counts from. */
export type SeekOrigin = "start" | "current" | "end";

/**
 * Returns the offset in the options of a transfer, read once.
 *
 * @throws {TypeError} If the options are no object.
 */
export function offsetOf(
  options: PositionOptions,
): number | bigint | undefined {
  if (typeof options === "object" && options !== null) return options.at;
  throw new TypeError(
    `options must be an object such as { at: 0 }: got ${describe(options)}`,
  );
}

/** The error of an origin that is none. */
export function badOrigin(origin: unknown): TypeError {
  return new TypeError(
    `origin must be "start", "current" or "end": got ${describe(origin)}`,
  );
}

/**
 * Computes the position that `seek()` moves to.
 *
 * @param base The offset of the origin.
 * @throws {TypeError} If the offset is no number.
 * @throws {RangeError} If it is no whole number, or the position out of range.
 */
export function positionFrom(
  offset: number | bigint,
  origin: SeekOrigin,
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
