import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { PERCENTILES, type Results, SCHEMA } from "../../bench/schema.ts";
import {
  EXPERIMENT_NAMES,
  OPERATIONS,
  PATTERNS,
  RUNTIMES,
  WAY_NAMES,
} from "./names.ts";

const TEXT = v.string();
const NUMBER = v.pipe(v.number(), v.finite());
const COUNT = v.pipe(v.number(), v.integer(), v.minValue(0));
const TIME = v.pipe(NUMBER, v.gtValue(0));

const MEASURED = v.object({
  rounds: v.pipe(v.array(TIME), v.minLength(1)),
  cpu: v.exactOptional(NUMBER),
  latency: v.exactOptional(
    v.pipe(v.array(NUMBER), v.length(PERCENTILES.length)),
  ),
  memory: v.exactOptional(NUMBER),
});

const RUN = v.object({
  ways: v.record(v.picklist(WAY_NAMES), MEASURED),
  missing: v.exactOptional(v.record(v.picklist(WAY_NAMES), TEXT)),
});

const POINT = v.object({
  experiment: v.picklist(EXPERIMENT_NAMES),
  runtime: v.picklist(RUNTIMES),
  operation: v.picklist(OPERATIONS),
  pattern: v.picklist(PATTERNS),
  bytes: COUNT,
  depth: COUNT,
  x: v.exactOptional(NUMBER),
  runs: v.array(RUN),
});

const RESULTS: v.GenericSchema<unknown, Results> = v.object({
  schema: v.literal(SCHEMA),
  date: TEXT,
  machine: v.object({
    processor: TEXT,
    processors: COUNT,
    memory: NUMBER,
    system: TEXT,
    disk: TEXT,
  }),
  versions: v.record(TEXT, TEXT),
  options: v.object({
    quick: v.boolean(),
    processes: COUNT,
    milliseconds: NUMBER,
    ways: v.exactOptional(v.array(v.picklist(WAY_NAMES))),
  }),
  programs: v.exactOptional(TEXT),
  unfinished: v.exactOptional(v.literal(true)),
  points: v.array(POINT),
  heap: v.record(v.picklist(RUNTIMES), v.record(TEXT, NUMBER)),
  startup: v.record(v.picklist(RUNTIMES), NUMBER),
  emptyImport: v.exactOptional(v.record(v.picklist(RUNTIMES), NUMBER)),
  skipped: v.array(v.object({ what: TEXT, why: TEXT })),
});

/**
 * Reads what a run of the bench has kept.
 *
 * @throws {Error} It is not a result file, or one of another version.
 */
export async function readResults(path: string): Promise<Results> {
  const text = await readFile(path, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`);
  }
  return parseResults(value, path);
}

/**
 * Takes a value for results, if that is what it is.
 *
 * @param name What the error calls the value.
 * @throws {Error} They are not results, or of another version.
 */
export function parseResults(value: unknown, name: string): Results {
  const version = (value as { schema?: unknown } | null)?.schema;
  if (version !== SCHEMA) {
    throw new Error(
      `${name} is of version ${
        JSON.stringify(version) ?? "1 or none"
      }, and this bench reads version ${SCHEMA}. Measure again.`,
    );
  }
  const { success, output, issues } = v.safeParse(RESULTS, value);
  if (success) return output;
  const [issue] = issues;
  throw new Error(
    `${name} is not a result file: at ${
      v.getDotPath(issue) ?? "its top"
    }, ${issue.message}.`,
  );
}
