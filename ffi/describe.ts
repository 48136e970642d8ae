/**
 * The errors of arguments that are not what they must be.
 *
 * @module
 */

/** How many characters of a string a description has at most. */
const MAX_LENGTH = 100;

/** Describes a value that an argument must not have. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") {
    return value.length > MAX_LENGTH
      ? `a string that begins with ${
        JSON.stringify(value.slice(0, MAX_LENGTH))
      }`
      : `the string ${JSON.stringify(value)}`;
  }
  return typeof value === "object" || typeof value === "function"
    ? Object.prototype.toString.call(value)
    : `${String(value)} (${typeof value})`;
}

/** Makes the error of an argument of the wrong kind. */
export function argumentError(
  name: string,
  rule: string,
  value: unknown,
): TypeError {
  return new TypeError(`${name} must be ${rule}: got ${describe(value)}`);
}

/** Makes the error of a number that is out of range. */
export function rangeError(
  name: string,
  rule: string,
  value: number | bigint,
): RangeError {
  return new RangeError(`${name} must be ${rule}: got ${value}`);
}
