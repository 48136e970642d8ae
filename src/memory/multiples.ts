/**
 * Whole multiples of sectors and pages, for numbers that are known to be right.
 * What programs give is for `align.ts`, which checks it.
 *
 * @module
 */

/** Whether a number is a multiple. */
export function isMultiple(value: number, unit: number): boolean {
  return value % unit === 0;
}

/** The largest multiple that is no more. */
export function multipleBelow(value: number, unit: number): number {
  return value - value % unit;
}

/** The smallest multiple that is no less. */
export function multipleAbove(value: number, unit: number): number {
  return multipleBelow(value + unit - 1, unit);
}
