import { EXPERIMENT_NAMES, WAY_NAMES } from "./names.ts";
import { parseArgs } from "node:util";
import { OPERATIONS, PATTERNS, RUNTIMES } from "./schema.ts";
import type { Filter } from "./plan.ts";
import type { Runtime } from "./schema.ts";

/** A mistake in the command line. */
export class UsageError extends Error {
  override name = "UsageError";
}

const TEXTS = { type: "string", multiple: true } as const;
const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean", default: false } as const;

/** What the bench is asked for. */
export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly list: boolean;
  readonly markdown: boolean;
  readonly runtimes: readonly Runtime[];
  readonly filter: Filter;
  readonly processes: number;
  readonly milliseconds: number;
  readonly against?: string | undefined;
  readonly library?: string | undefined;
  readonly out?: string | undefined;
  readonly html?: string | undefined;
  readonly from?: string | undefined;
  readonly compare?: string | undefined;
}

/** What `--help` prints. */
export const USAGE: string = `Usage: npm run bench [-- OPTIONS]
       deno run -A bench/run.ts [OPTIONS]
       bun bench/run.ts [OPTIONS]

Measures this module against C, bare foreign calls, the runtimes' own files and a package: by npm on deno.exe and
bun.exe, else on the runtime at hand and without C.

  --quick            everything in short
  --list             lists what would be measured, and measures nothing
  --runtime NAME     deno or bun. This and the next five may be repeated
  --experiment NAME  ${EXPERIMENT_NAMES.join(", ")}
  --operation NAME   ${OPERATIONS.join(", ")}
  --pattern NAME     buffered, unbuffered, write-through, …
  --size BYTES       of a request: 512, 64K, 1M, …
  --way NAME         SyncFile, node:fs, …
  --against FOLDER   another checkout of this module, whose files and raw layer take turns with this one's
  --processes COUNT  how many processes measure a point: 3 by default, 1 with --quick
  --milliseconds N   how long each way is timed at a point at most: 75 by default, 12 with --quick
  --library FILE     without npm: a library compiled from bench/c/*.c, which is C
  --out FILE         where the results go, as JSON
  -h, --help         prints this

With npm only:
  --html FILE        where the report goes
  --from FILE        measures nothing, and reports on results that were written
  --compare FILE     lists what has changed since these results
  --markdown         prints the table of README.md`;

/**
 * Reads a command line.
 *
 * @throws {UsageError} If it is not one that the usage describes.
 */
export function parseOptions(
  args: readonly string[],
  runtimes: readonly Runtime[] = RUNTIMES,
): Options {
  const { size, processes, milliseconds, runtime, ...values } = parse(args);
  const { quick, experiment, operation, pattern, way } = values;
  return {
    ...values,
    runtimes: oneOf("--runtime", runtime, RUNTIMES) ?? runtimes,
    filter: {
      experiment: oneOf("--experiment", experiment, EXPERIMENT_NAMES),
      operation: oneOf("--operation", operation, OPERATIONS),
      pattern: oneOf("--pattern", pattern, PATTERNS),
      way: oneOf("--way", way, WAY_NAMES),
      size: size?.map(sizeOf),
    },
    processes: countOf("--processes", processes, quick ? 1 : 3, 99),
    milliseconds: countOf(
      ...["--milliseconds", milliseconds, quick ? 12 : 75, 99_999] as const,
    ),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ quick: FLAG, list: FLAG, markdown: FLAG },
        help: { ...FLAG, short: "h" },
        ...{ runtime: TEXTS, experiment: TEXTS, operation: TEXTS },
        ...{ pattern: TEXTS, size: TEXTS, way: TEXTS },
        ...{ processes: TEXT, milliseconds: TEXT, against: TEXT },
        ...{ library: TEXT, out: TEXT, html: TEXT, from: TEXT, compare: TEXT },
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
  const wrong = given?.find((name) => !known.some((each) => each === name));
  if (wrong === undefined) return given as readonly Name[] | undefined;
  throw new UsageError(
    `${option} takes ${known.join(", ")}: got ${JSON.stringify(wrong)}`,
  );
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ "": 1, K: 2 ** 10, M: 2 ** 20 },
};

/** Reads a size such as "512", "64K", "64 KiB" or "1M". */
function sizeOf(text: string): number {
  const [, count, unit = ""] = /^(\d+)\s*([KM]?)(?:i?B)?$/i.exec(text.trim()) ??
    [];
  if (count !== undefined) return Number(count) * UNITS[unit.toUpperCase()]!;
  throw new UsageError(
    `--size takes bytes, as in 512, 64K or 1M: got ${JSON.stringify(text)}`,
  );
}

function countOf(
  option: string,
  text: string | undefined,
  usual: number,
  most: number,
): number {
  if (text === undefined) return usual;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new UsageError(
    `${option} takes a number from 1 to ${most}: got ${text}`,
  );
}
