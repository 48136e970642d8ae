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
  readonly resume?: string;
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
  const { out, csv, html, from, resume, compare } = values;
  if (from !== undefined && resume !== undefined) {
    throw new UsageError(
      "--from measures nothing, and --resume goes on measuring: give one of them.",
    );
  }
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
    ...resume !== undefined && { resume },
    ...compare !== undefined && { compare },
  };
}

/** Makes the command that goes on with what a run of these options has left in a file. */
export function resumption(args: readonly string[], path: string): string {
  const rest = args.filter((arg, i) =>
    arg !== "--resume" && args[i - 1] !== "--resume" &&
    !arg.startsWith("--resume=")
  );
  const words = [...rest, "--resume", path].map((word) =>
    /^[\w,./:\\@=-]+$/.test(word) ? word : JSON.stringify(word)
  );
  return `npm run bench -- ${words.join(" ")}`;
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
        ...{ from: text, resume: text, compare: text },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
