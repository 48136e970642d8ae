// npm run bench [-- OPTIONS]
//
// Measures this module against all other ways to do the same, in one run. docs/performance.md tells how.

import { mkdir, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../bench/options.ts";
import { secondsFor, shiftsOf } from "../bench/plan.ts";
import type { Point, Results } from "../bench/schema.ts";
import { Unfinished } from "../bench/unfinished.ts";
import { listOf } from "./bench/list.ts";
import { Measurement, planOf, planText } from "./bench/measure.ts";
import { type Options, parseOptions, resumption } from "./bench/options.ts";
import { USAGE } from "./bench/usage.ts";
import { onInterruption } from "./interruption.ts";
import {
  compare,
  comparisonText,
  csv,
  html,
  markdown,
  readResults,
  summary,
  tableHeader,
  tableRow,
} from "./report/mod.ts";

/** Where results go if nothing is said. */
const OUT = fileURLToPath(new URL("../bench/out", import.meta.url));

/** What `--markdown` fills. */
const PAGE = ["ratios", "overlapped", "machine"].map((name) =>
  `<!-- bench:begin ${name} -->\n<!-- bench:end -->\n`
).join("\n");

const args = process.argv.slice(2);
let measurement: Measurement | undefined;
let unfinished: Unfinished | undefined;
let interrupted = false;
onInterruption(async (signal) => {
  interrupted = true;
  await stop();
  process.exit(128 + constants.signals[signal]);
});

try {
  await main(parseOptions(args));
} catch (error) {
  // What was interrupted fails as it ends.
  if (!interrupted) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  await stop();
}

/** Ends what is measured, and says how that can be gone on with. */
async function stop(): Promise<void> {
  await measurement?.stop();
  if (!unfinished?.isWritten) return;
  const { path } = unfinished;
  unfinished = undefined;
  console.error(
    `${path} has what was measured. This measures the rest:\n${
      resumption(args, path)
    }`,
  );
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(USAGE);
  const earlier = options.resume === undefined
    ? undefined
    : await readResults(given(options.resume));
  if (options.list) return list(options, earlier);
  // What can't be read is to be known before hours of measuring.
  const before = options.compare === undefined
    ? undefined
    : await readResults(given(options.compare));
  const results = options.from === undefined
    ? await measure(options, earlier)
    : await readResults(given(options.from));
  await keep(results, options);
  await unfinished?.remove();
  console.log(options.markdown ? markdown(PAGE, results) : summary(results));
  if (before === undefined) return;
  console.log(`\n${comparisonText(compare(before, results))}`);
}

function list(options: Options, earlier?: Results): void {
  const { points, shifts, processes, seconds, ...task } = planOf(
    options,
    earlier,
  );
  const secondsOf = (points: readonly Point[]) =>
    shiftsOf([points], processes).reduce(
      (sum, points) => sum + secondsFor(points, task),
      0,
    );
  console.log(listOf(points, secondsOf));
  console.log(`\n${planText({ points, shifts, seconds })}`);
}

async function measure(options: Options, earlier?: Results): Promise<Results> {
  const plan = planOf(options, earlier);
  if (plan.points.length === 0) {
    throw new UsageError(
      "There is nothing of all that. --list shows what there is.",
    );
  }
  unfinished = new Unfinished(outOf("out", "results.json", options));
  if (earlier === undefined && unfinished.exists()) {
    throw new UsageError(
      `${unfinished.path} has what an interrupted run has measured: go on with it by --resume, or remove it.`,
    );
  }
  measurement = new Measurement(options, unfinished, tableHeader(), tableRow);
  return await measurement.run(plan);
}

/** Writes results where they were asked for, and those that were just measured where they are looked for. */
async function keep(results: Results, options: Options): Promise<void> {
  const files = [
    [
      "out",
      "results.json",
      (results: Results) => `${JSON.stringify(results)}\n`,
    ],
    ["csv", "results.csv", csv],
    ["html", "report.html", html],
  ] as const;
  for (const [option, name, write] of files) {
    if (options[option] === undefined && options.from !== undefined) continue;
    const file = outOf(option, name, options);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, write(results));
    console.error(`${file} was written.`);
  }
}

/** Returns where results go: where they were asked for, or where they are looked for. */
function outOf(
  option: "out" | "csv" | "html",
  name: string,
  { [option]: path }: Options,
): string {
  return path === undefined ? join(OUT, name) : given(path);
}

/** Returns the path of a file that was named where npm was called. */
function given(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}
