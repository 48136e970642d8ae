import { parseArgs } from "node:util";
import { EXPERIMENTS } from "../../bench/experiments.ts";
import { type Filter, pointsOf, waysAt } from "../../bench/plan.ts";
import type { Runtime } from "../../bench/schema.ts";

/** All runtimes, in the order in which they are measured. */
export const RUNTIMES: readonly Runtime[] = ["deno", "bun", "node"];

/** What `npm run bench` was told. */
export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly list: boolean;
  readonly markdown: boolean;
  readonly runtimes: readonly Runtime[];
  readonly filter: Filter;
  /** Whether everything is measured that there is: the heap and the start-up, too. */
  readonly isAll: boolean;
  readonly processes: number;
  readonly out?: string;
  readonly csv?: string;
  readonly html?: string;
  readonly from?: string;
  readonly compare?: string;
}

/** A mistake in the command line. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} If it is not one that the usage describes.
 */
export function parseOptions(args: readonly string[]): Options {
  const { help, quick, list, markdown, processes, ...values } = parse(args);
  const runtimes = oneOf("--runtime", values.runtime, RUNTIMES) ?? RUNTIMES;
  const points = RUNTIMES.flatMap((runtime) => [
    ...pointsOf(runtime, false),
    ...pointsOf(runtime, true),
  ]);
  const names = (of: (point: (typeof points)[number]) => string) => [
    ...new Set(points.map(of)),
  ];
  const filter = withoutUndefined({
    experiment: oneOf(
      ...["--experiment", values.experiment, Object.keys(EXPERIMENTS)] as const,
    ),
    operation: oneOf(
      ...[
        "--operation",
        values.operation,
        names((point) => point.operation),
      ] as const,
    ),
    pattern: oneOf(
      ...[
        "--pattern",
        values.pattern,
        names((point) => point.pattern),
      ] as const,
    ),
    way: oneOf("--way", values.way, [
      ...new Set(points.flatMap((point) => waysAt(point))),
    ]),
    size: values.size?.map(sizeOf),
  });
  const { out, csv, html, from, compare } = values;
  return {
    ...{ help, quick, list, markdown, runtimes, filter },
    isAll: Object.keys(filter).length === 0,
    processes: processesOf(processes, quick),
    ...withoutUndefined({ out, csv, html, from, compare }),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const texts = { type: "string", multiple: true } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ quick: flag, list: flag, markdown: flag },
        help: { ...flag, short: "h" },
        ...{ runtime: texts, experiment: texts, operation: texts },
        ...{ pattern: texts, size: texts, way: texts },
        ...{ processes: text, out: text, csv: text, html: text },
        ...{ from: text, compare: text },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function oneOf<Name extends string>(
  option: string,
  given: readonly string[] | undefined,
  known: readonly Name[],
): readonly Name[] | undefined {
  for (const name of given ?? []) {
    if ((known as readonly string[]).includes(name)) continue;
    throw new UsageError(
      `${option} takes ${known.join(", ")}: got ${JSON.stringify(name)}`,
    );
  }
  return given && known.filter((name) => given.includes(name));
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

function processesOf(text: string | undefined, quick: boolean): number {
  if (text === undefined) return quick ? 1 : PROCESSES;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageError(`--processes takes a number from 1 to 99: got ${text}`);
}

function withoutUndefined<Values extends object>(values: Values) {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as { [Key in keyof Values]?: NonNullable<Values[Key]> };
}
