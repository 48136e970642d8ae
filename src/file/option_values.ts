/**
 * Values of options, each read once and checked before any call into the system.
 *
 * @module
 */
import {
  argumentError,
  rangeError,
  unknownOptionError,
} from "../errors/describe.ts";

/** Options of which those with a default have a value. */
export type Settings<Options, Defaults> = {
  readonly [Name in keyof Defaults]:
    | Defaults[Name]
    | (Name extends keyof Options ? Exclude<Options[Name], undefined> : never);
};

/** Checked options, of which each has a value. */
export type Complete<Options> = {
  readonly [Name in keyof Options]-?: NonNullable<Options[Name]>;
};

/**
 * Reads options, each once: a getter may give another value the next time.
 *
 * @param owner What messages call the function or class: "lock()".
 * @param defaults All options, with what each is if it is left out.
 * @throws {TypeError} If the options are no object, or one of them is unknown.
 */
export function settingsOf<
  Options extends object,
  const Defaults extends { readonly [Name in keyof Options]-?: Options[Name] },
>(
  owner: string,
  options: Options,
  defaults: Defaults,
): Settings<Options, Defaults> {
  const known = Object.keys(defaults).join(", ");
  const isObject = typeof options === "object" && options !== null;
  if (!isObject || ArrayBuffer.isView(options)) {
    const rule = `an object that may have ${known}`;
    throw argumentError(`options of ${owner}`, rule, options);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(defaults, name)) continue;
    throw unknownOptionError(name, owner, known);
  }
  const given = options as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(defaults).map(([name, byDefault]) => {
      const { [name]: value = byDefault } = given;
      return [name, value];
    }),
  ) as Settings<Options, Defaults>;
}

/**
 * Checks a boolean.
 *
 * @throws {TypeError} If it is neither true nor false.
 */
export function checkBoolean(
  name: string,
  value: unknown,
): asserts value is boolean {
  if (typeof value === "boolean") return;
  throw argumentError(name, "true or false", value);
}

/**
 * Checks a word that is one of a list.
 *
 * @throws {TypeError} If it is none of them.
 */
export function checkWord(
  name: string,
  value: unknown,
  words: readonly string[],
): void {
  if (words.includes(value as string)) return;
  const list = words.map((word) => `"${word}"`).join(", ");
  throw argumentError(name, `one of ${list}`, value);
}

/**
 * Checks a whole number from 1.
 *
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is out of range.
 */
export function checkCount(
  name: string,
  value: unknown,
  limit: number = Infinity,
): asserts value is number {
  if (typeof value !== "number") throw argumentError(name, "a number", value);
  if (Number.isSafeInteger(value) && value >= 1 && value <= limit) return;
  const end = limit === Infinity ? "" : ` to ${limit}`;
  throw rangeError(name, `a whole number from 1${end}`, value);
}
