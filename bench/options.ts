import { EXPERIMENTS } from "./experiments.ts";
import { type Filter, pointsOf, waysAt } from "./plan.ts";
import type { Runtime } from "./schema.ts";

/** All runtimes, in the order in which they are measured. */
export const RUNTIMES: readonly Runtime[] = ["deno", "bun", "node"];

/** A mistake in the command line. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** An option that may be repeated, for `parseArgs()`. */
interface Texts {
  readonly type: "string";
  readonly multiple: true;
}

const TEXTS: Texts = { type: "string", multiple: true };

/** The options that choose points, for `parseArgs()`. */
export const FILTER_OPTIONS: Readonly<Record<keyof Filter, Texts>> = {
  experiment: TEXTS,
  operation: TEXTS,
  pattern: TEXTS,
  size: TEXTS,
  way: TEXTS,
};

/** What `parseArgs()` makes of {@linkcode FILTER_OPTIONS}. */
export type FilterValues = {
  readonly [Name in keyof Filter]?: string[] | undefined;
};

/**
 * Makes a filter of what was given for its options.
 *
 * @throws {UsageError} If there is nothing of a name, or a size is none.
 */
export function filterOf(values: FilterValues): Filter {
  const points = RUNTIMES.flatMap((runtime) => [
    ...pointsOf(runtime, false),
    ...pointsOf(runtime, true),
  ]);
  const known = {
    experiment: Object.keys(EXPERIMENTS),
    operation: points.map(({ operation }) => operation),
    pattern: points.map(({ pattern }) => pattern),
    way: points.flatMap((point) => waysAt(point)),
  };
  const filter: Record<string, readonly string[] | readonly number[]> = {};
  for (const name of Object.keys(known) as (keyof typeof known)[]) {
    const given = values[name];
    if (given === undefined) continue;
    filter[name] = oneOf(`--${name}`, given, [...new Set(known[name])]);
  }
  if (values.size !== undefined) filter["size"] = values.size.map(sizeOf);
  return filter;
}

/**
 * Checks names that were given for an option.
 *
 * @returns Those of the known names that were given.
 * @throws {UsageError} If one is unknown.
 */
export function oneOf<Name extends string>(
  option: string,
  given: readonly string[],
  known: readonly Name[],
): readonly Name[] {
  for (const name of given) {
    if ((known as readonly string[]).includes(name)) continue;
    throw new UsageError(
      `${option} takes ${known.join(", ")}: got ${JSON.stringify(name)}`,
    );
  }
  return known.filter((name) => given.includes(name));
}

const UNITS = { "": 1, K: 2 ** 10, M: 2 ** 20 } as const;

/** Reads a size such as "512", "64K", "64 KiB" or "1M". */
function sizeOf(text: string): number {
  const parts = /^(\d+)\s*([KM]?)(i?B)?$/i.exec(text.trim());
  if (parts === null) {
    throw new UsageError(
      `--size takes bytes, as in 512, 64K or 1M: got ${JSON.stringify(text)}`,
    );
  }
  const unit = parts[2]!.toUpperCase() as keyof typeof UNITS;
  return Number(parts[1]) * UNITS[unit];
}

const PROCESSES = 3;

/**
 * Reads how many processes are to measure a point.
 *
 * @throws {UsageError} If that is no number of processes.
 */
export function processesOf(text: string | undefined, quick: boolean): number {
  if (text === undefined) return quick ? 1 : PROCESSES;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageError(`--processes takes a number from 1 to 99: got ${text}`);
}

/**
 * Reads how long the rounds of one way at one point are to be timed at most, in ms. Before that they warm up for about as long: where that is
 * short, compilers are not done with ways that are much code.
 *
 * @throws {UsageError} If that is no number of milliseconds.
 */
export function millisecondsOf(
  text: string | undefined,
  quick: boolean,
): number {
  if (text === undefined) return quick ? 12 : 75;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(
    `--milliseconds takes a number from 1 to 99999: got ${text}`,
  );
}
