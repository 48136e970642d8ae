import { parseArgs } from "node:util";
import {
  FILTER_OPTIONS,
  filterOf,
  millisecondsOf,
  oneOf,
  processesOf,
  RUNTIMES,
  UsageError,
} from "../../bench/options.ts";
import type { Filter } from "../../bench/plan.ts";
import type { Runtime } from "../../bench/schema.ts";

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
  /** How long the rounds of one way at one point are timed. */
  readonly milliseconds: number;
  readonly out?: string;
  readonly csv?: string;
  readonly html?: string;
  readonly from?: string;
  readonly compare?: string;
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} If it is not one that the usage describes.
 */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  const { help, quick, list, markdown } = values;
  const { out, csv, html, from, compare } = values;
  const filter = filterOf(values);
  return {
    ...{ help, quick, list, markdown, filter },
    runtimes: values.runtime === undefined
      ? RUNTIMES
      : oneOf("--runtime", values.runtime, RUNTIMES),
    isAll: Object.keys(filter).length === 0,
    processes: processesOf(values.processes, quick),
    milliseconds: millisecondsOf(values.milliseconds, quick),
    ...out !== undefined && { out },
    ...csv !== undefined && { csv },
    ...html !== undefined && { html },
    ...from !== undefined && { from },
    ...compare !== undefined && { compare },
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...FILTER_OPTIONS,
        ...{ quick: flag, list: flag, markdown: flag },
        help: { ...flag, short: "h" },
        runtime: { type: "string", multiple: true },
        ...{
          processes: text,
          milliseconds: text,
          out: text,
          csv: text,
          html: text,
        },
        ...{ from: text, compare: text },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
