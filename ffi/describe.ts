/**
 * Descriptions of values for the messages of errors.
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
