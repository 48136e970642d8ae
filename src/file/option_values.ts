/**
 * Values of options, each read once and checked.
 *
 * @module
 */
import { describe } from "../errors/describe.ts";
import { checkNames } from "../errors/option_names.ts";

/**
 * Reads options, each once: a getter may give another value the next time.
 *
 * @throws {TypeError} If they are no object, or one of them is unknown.
 */
export function valuesOf(
  method: string,
  options: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `options of ${method}() must be an object: got ${describe(options)}`,
    );
  }
  checkNames(options, `${method}()`, known);
  const given = options as Record<string, unknown>;
  return Object.fromEntries(known.map((name) => [name, given[name]]));
}

/**
 * Returns a number from 1, or the default.
 *
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is out of range.
 */
export function countOf(
  name: string,
  value: unknown,
  byDefault: number,
  limit: number,
): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be a number: got ${describe(value)}`);
  }
  if (Number.isSafeInteger(value) && value >= 1 && value <= limit) return value;
  throw new RangeError(
    `${name} must be a whole number from 1 to ${limit}: got ${value}`,
  );
}

/**
 * Returns one of several words, or the default: the first, if left out.
 *
 * @throws {TypeError} If it is none of them.
 */
export function oneOf<Value extends string>(
  name: string,
  value: unknown,
  values: readonly Value[],
  byDefault: Value = values[0]!,
): Value {
  if (value === undefined) return byDefault;
  if (values.includes(value as Value)) return value as Value;
  const list = values.map((each) => `"${each}"`).join(", ");
  throw new TypeError(
    `${name} must be one of ${list}: got ${describe(value)}`,
  );
}

/**
 * Returns a boolean, or the default.
 *
 * @throws {TypeError} If it is none.
 */
export function flagOf(
  name: string,
  value: unknown,
  byDefault = false,
): boolean {
  if (value === undefined) return byDefault;
  if (typeof value === "boolean") return value;
  throw new TypeError(`${name} must be true or false: got ${describe(value)}`);
}
