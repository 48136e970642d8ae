/**
 * Descriptions of values for the messages of errors.
 *
 * @module
 */

/** Describes a value that an argument must not have. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  return typeof value === "object" || typeof value === "function"
    ? Object.prototype.toString.call(value)
    : `${String(value)} (${typeof value})`;
}
