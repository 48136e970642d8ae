/**
 * Sector and page arithmetic: what unbuffered and scatter/gather I/O ask of
 * every offset, length and address.
 *
 * Each function takes either numbers or bigints, never a mix, and answers in
 * the kind it was given.
 *
 * @module
 */
import { argumentError, describe } from "../errors/describe.ts";

/** The smallest sector-aligned range that covers a byte range. */
export interface SectorSpan<T extends number | bigint> {
  /** Where the first sector starts. */
  offset: T;
  /** The length of all sectors together; 0 for an empty byte range. */
  length: T;
  /** Bytes of the first sector that lie before the byte range. */
  head: T;
  /** Bytes of the last sector that lie behind the byte range. */
  tail: T;
}

/**
 * Rounds a value up to the next multiple of an alignment.
 *
 * @param value A size, offset or address: a non-negative safe integer, or a
 * bigint below 2^63.
 * @param alignment A power of two, of the same kind as the value.
 * @returns The smallest multiple of the alignment that is not below the value.
 * @throws {RangeError} If the value or the result is out of range, or if the
 * alignment is not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 *
 * @example Round a length up to whole sectors
 * ```ts
 * import { alignUp } from "@kernel32/io";
 *
 * console.log(alignUp(4097, 4096)); // 8192
 * console.log(alignUp(4096n, 4096n)); // 4096n
 * ```
 */
export function alignUp(value: number, alignment: number): number;
/**
 * Rounds a bigint up to the next multiple of an alignment.
 *
 * @param value A size, offset or address: a bigint from 0 to 2^63-1.
 * @param alignment A power of two, as a bigint.
 * @returns The smallest multiple of the alignment that is not below the value.
 * @throws {RangeError} If the value or the result is out of range, or if the
 * alignment is not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 */
export function alignUp(value: bigint, alignment: bigint): bigint;
export function alignUp(
  value: number | bigint,
  alignment: number | bigint,
): number | bigint {
  if (typeof value === "number" && typeof alignment === "number") {
    const rest = remainder(value, alignment);
    return rest === 0 ? value : checkedSum(value, alignment - rest);
  }
  const rest = bigRemainder(value, alignment);
  return rest === 0n
    ? value
    : checkedBigSum(value as bigint, (alignment as bigint) - rest);
}

/**
 * Rounds a value down to a multiple of an alignment.
 *
 * @param value A size, offset or address: a non-negative safe integer, or a
 * bigint below 2^63.
 * @param alignment A power of two, of the same kind as the value.
 * @returns The largest multiple of the alignment that is not above the value.
 * @throws {RangeError} If the value is out of range, or if the alignment is
 * not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 *
 * @example Find the sector in which an offset lies
 * ```ts
 * import { alignDown } from "@kernel32/io";
 *
 * console.log(alignDown(5000, 512)); // 4608
 * ```
 */
export function alignDown(value: number, alignment: number): number;
/**
 * Rounds a bigint down to a multiple of an alignment.
 *
 * @param value A size, offset or address: a bigint from 0 to 2^63-1.
 * @param alignment A power of two, as a bigint.
 * @returns The largest multiple of the alignment that is not above the value.
 * @throws {RangeError} If the value is out of range, or if the alignment is
 * not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 */
export function alignDown(value: bigint, alignment: bigint): bigint;
export function alignDown(
  value: number | bigint,
  alignment: number | bigint,
): number | bigint {
  if (typeof value === "number" && typeof alignment === "number") {
    return value - remainder(value, alignment);
  }
  return (value as bigint) - bigRemainder(value, alignment);
}

/**
 * Returns whether a value is a multiple of an alignment.
 *
 * @param value A size, offset or address: a non-negative safe integer, or a
 * bigint below 2^63.
 * @param alignment A power of two, of the same kind as the value.
 * @returns Whether the value is a multiple of the alignment; 0 always is.
 * @throws {RangeError} If the value is out of range, or if the alignment is
 * not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 *
 * @example Check an address for unbuffered I/O
 * ```ts
 * import { isAligned } from "@kernel32/io";
 *
 * console.log(isAligned(0x7ff0_0000_1000n, 4096n)); // true
 * console.log(isAligned(100, 512)); // false
 * ```
 */
export function isAligned(value: number, alignment: number): boolean;
/**
 * Returns whether a bigint is a multiple of an alignment.
 *
 * @param value A size, offset or address: a bigint from 0 to 2^63-1.
 * @param alignment A power of two, as a bigint.
 * @returns Whether the value is a multiple of the alignment; 0n always is.
 * @throws {RangeError} If the value is out of range, or if the alignment is
 * not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 */
export function isAligned(value: bigint, alignment: bigint): boolean;
export function isAligned(
  value: number | bigint,
  alignment: number | bigint,
): boolean {
  if (typeof value === "number" && typeof alignment === "number") {
    return remainder(value, alignment) === 0;
  }
  return bigRemainder(value, alignment) === 0n;
}

/**
 * Returns whether a value is a power of two, as every sector and page size is.
 *
 * @param value The value to look at.
 * @returns Whether the value is 1, 2, 4, 8 and so on; false for everything
 * else, fractions and values beyond the safe range included.
 *
 * @example Reject a misreported sector size
 * ```ts
 * import { isPowerOfTwo } from "@kernel32/io";
 *
 * console.log(isPowerOfTwo(4096)); // true
 * console.log(isPowerOfTwo(520)); // false
 * ```
 */
export function isPowerOfTwo(value: number | bigint): boolean {
  if (typeof value === "bigint") {
    return value > 0n && (value & (value - 1n)) === 0n;
  }
  if (value > 0 && value <= INT32_BITS && Number.isInteger(value)) {
    return (value & (value - 1)) === 0;
  }
  // Bit operators see 32 bits only: bring the high half down first.
  return Number.isSafeInteger(value) && value > INT32_BITS &&
    isPowerOfTwo(value / INT32_BITS);
}

/**
 * Finds the sectors that a byte range touches.
 *
 * The result covers the range exactly: `offset + head` is where the range
 * starts and `head + length of the range + tail` is the length of the span. An
 * empty range touches no sector: its span has length, head and tail 0.
 *
 * @param offset Where the byte range starts.
 * @param length How many bytes it has.
 * @param sectorSize The sector or page size, a power of two.
 * @returns The aligned offset and length, and what lies around the range.
 * @throws {RangeError} If a value or the end of the span is out of range, or
 * if the sector size is not a power of two.
 * @throws {TypeError} If the arguments are not all numbers or all bigints.
 *
 * @example Plan an unbuffered read of 100 bytes at offset 500
 * ```ts
 * import { sectorSpan } from "@kernel32/io";
 *
 * console.log(sectorSpan(500, 100, 512));
 * // { offset: 0, length: 1024, head: 500, tail: 424 }
 * ```
 */
export function sectorSpan(
  offset: number,
  length: number,
  sectorSize: number,
): SectorSpan<number>;
/**
 * Finds the sectors that a byte range given in bigints touches.
 *
 * @param offset Where the byte range starts.
 * @param length How many bytes it has.
 * @param sectorSize The sector or page size, a power of two.
 * @returns The aligned offset and length, and what lies around the range.
 * @throws {RangeError} If a value or the end of the span is out of range, or
 * if the sector size is not a power of two.
 * @throws {TypeError} If the arguments are not all numbers or all bigints.
 */
export function sectorSpan(
  offset: bigint,
  length: bigint,
  sectorSize: bigint,
): SectorSpan<bigint>;
export function sectorSpan(
  offset: number | bigint,
  length: number | bigint,
  sectorSize: number | bigint,
): SectorSpan<number> | SectorSpan<bigint> {
  if (
    typeof offset === "number" && typeof length === "number" &&
    typeof sectorSize === "number"
  ) {
    const start = offset -
      remainder(offset, sectorSize, "offset", "sectorSize");
    checkNumber("length", length);
    if (length === 0) return { offset: start, length: 0, head: 0, tail: 0 };
    const end = checkedSum(offset, length);
    const alignedEnd = alignUp(end, sectorSize);
    return {
      offset: start,
      length: alignedEnd - start,
      head: offset - start,
      tail: alignedEnd - end,
    };
  }
  const at = checkBigint("offset", offset);
  const count = checkBigint("length", length);
  const size = sectorSize as bigint;
  const start = at - bigRemainder(at, size, "offset", "sectorSize");
  if (count === 0n) return { offset: start, length: 0n, head: 0n, tail: 0n };
  const end = checkedBigSum(at, count);
  const alignedEnd = alignUp(end, size);
  return {
    offset: start,
    length: alignedEnd - start,
    head: at - start,
    tail: alignedEnd - end,
  };
}

/**
 * Counts the sectors or pages that hold a number of bytes, the last of them
 * perhaps in part.
 *
 * @param length How many bytes there are.
 * @param sectorSize The sector or page size, a power of two.
 * @returns The number of whole sectors that the bytes need.
 * @throws {RangeError} If the length is out of range, or if the sector size is
 * not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 *
 * @example Count the segments of a gather write
 * ```ts
 * import { sectorCount } from "@kernel32/io";
 *
 * console.log(sectorCount(40_000, 4096)); // 10
 * ```
 */
export function sectorCount(length: number, sectorSize: number): number;
/**
 * Counts the sectors or pages that hold a number of bytes given as a bigint.
 *
 * @param length How many bytes there are.
 * @param sectorSize The sector or page size, a power of two.
 * @returns The number of whole sectors that the bytes need.
 * @throws {RangeError} If the length is out of range, or if the sector size is
 * not a power of two.
 * @throws {TypeError} If the arguments are neither two numbers nor two bigints.
 */
export function sectorCount(length: bigint, sectorSize: bigint): bigint;
export function sectorCount(
  length: number | bigint,
  sectorSize: number | bigint,
): number | bigint {
  if (typeof length === "number" && typeof sectorSize === "number") {
    const rest = remainder(length, sectorSize, "length", "sectorSize");
    return (length - rest) / sectorSize + (rest === 0 ? 0 : 1);
  }
  const rest = bigRemainder(length, sectorSize, "length", "sectorSize");
  return ((length as bigint) - rest) / (sectorSize as bigint) +
    (rest === 0n ? 0n : 1n);
}

/** 2^31: the largest power of two whose mask is a non-negative 32-bit integer. */
const INT32_BITS = 0x8000_0000;
const LIMIT = 1n << 63n;

function remainder(
  value: number,
  alignment: number,
  valueName = "value",
  alignmentName = "alignment",
): number {
  checkNumber(valueName, value);
  if (!isPowerOfTwo(alignment)) refuseAlignment(alignmentName, alignment);
  return value % alignment;
}

function bigRemainder(
  value: number | bigint,
  alignment: number | bigint,
  valueName = "value",
  alignmentName = "alignment",
): bigint {
  if (typeof value !== typeof alignment) {
    throw new TypeError(
      `${valueName} and ${alignmentName} must both be numbers or both be bigints: ` +
        `got ${describe(value)} and ${describe(alignment)}`,
    );
  }
  const checked = checkBigint(valueName, value);
  if (!isPowerOfTwo(alignment)) refuseAlignment(alignmentName, alignment);
  return checked & ((alignment as bigint) - 1n);
}

function checkNumber(name: string, value: number): void {
  if (!(value >= 0 && Number.isSafeInteger(value))) {
    throw new RangeError(
      `${name} must be an integer from 0 to 2^53-1, or a bigint for larger ` +
        `values: got ${describe(value)}`,
    );
  }
}

function checkBigint(name: string, value: unknown): bigint {
  if (typeof value !== "bigint") {
    throw argumentError(
      name,
      "a number or a bigint, the same kind as the other arguments",
      value,
    );
  }
  if (value < 0n || value >= LIMIT) {
    throw new RangeError(
      `${name} must be from 0n to 2n**63n - 1n: got ${describe(value)}`,
    );
  }
  return value;
}

function checkedSum(value: number, add: number): number {
  const sum = value + add;
  if (sum > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(
      `${value} + ${add} is beyond 2^53-1. Pass bigints for larger values.`,
    );
  }
  return sum;
}

function checkedBigSum(value: bigint, add: bigint): bigint {
  const sum = value + add;
  if (sum >= LIMIT) {
    throw new RangeError(
      `${value}n + ${add}n is beyond 2n**63n - 1n, the largest file offset.`,
    );
  }
  return sum;
}

function refuseAlignment(name: string, value: number | bigint): never {
  throw new RangeError(
    `${name} must be a power of two, as sector and page sizes are: got ` +
      describe(value),
  );
}
