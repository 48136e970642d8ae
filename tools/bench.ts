// npm run bench [-- OPTIONS]
//
// Measures this module against all other ways to do the same, in one run. docs/performance.md tells how.

import { mkdir, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../bench/options.ts";
import { secondsFor } from "../bench/plan.ts";
import type { Point, Results } from "../bench/schema.ts";
import { listOf } from "./bench/list.ts";
import { Measurement, planOf } from "./bench/measure.ts";
import { type Options, parseOptions } from "./bench/options.ts";
import { timeName } from "./bench/progress.ts";
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
const OUT = fileURLToPath(new URL("../bench/out/", import.meta.url));

/** What `--markdown` fills. */
const PAGE = ["ratios", "overlapped", "machine"].map((name) =>
  `<!-- bench:begin ${name} -->\n<!-- bench:end -->\n`
).join("\n");

let measurement: Measurement | undefined;
let interrupted = false;
onInterruption(async (signal) => {
  interrupted = true;
  await measurement?.stop();
  process.exit(128 + constants.signals[signal]);
});

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  // What was interrupted fails as it ends.
  if (!interrupted) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  await measurement?.stop();
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(USAGE);
  if (options.list) return list(options);
  // What can't be read is to be known before hours of measuring.
  const before = options.compare === undefined
    ? undefined
    : await readResults(given(options.compare));
  const results = options.from === undefined
    ? await measure(options)
    : await readResults(given(options.from));
  await keep(results, options);
  console.log(options.markdown ? markdown(PAGE, results) : summary(results));
  if (before === undefined) return;
  console.log(`\n${comparisonText(compare(before, results))}`);
}

function list(options: Options): void {
  const { points, batches, processes, seconds, ...task } = planOf(options);
  const secondsOf = (points: readonly Point[]) =>
    processes * secondsFor(points, task);
  console.log(listOf(points, secondsOf));
  const count = batches.length * processes;
  const time = timeName(seconds);
  console.log(`\n${points.length} points in ${count} processes, about ${time}`);
}

async function measure(options: Options): Promise<Results> {
  const plan = planOf(options);
  if (plan.points.length === 0) {
    throw new UsageError(
      "There is nothing of all that. --list shows what there is.",
    );
  }
  measurement = new Measurement(options, tableHeader(), tableRow);
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
    const path = options[option];
    if (path === undefined && options.from !== undefined) continue;
    const file = path === undefined ? join(OUT, name) : given(path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, write(results));
    console.error(`${file} was written.`);
  }
}

/** Returns the path of a file that was named where npm was called. */
function given(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}
