// npm run bench [-- OPTIONS]
//
// Measures this module against all other ways to do the same, in one run. docs/performance.md tells how.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "../bench/schema.ts";
import { listOf } from "./bench/list.ts";
import { Measurement, planOf } from "./bench/measure.ts";
import { type Options, parseOptions } from "./bench/options.ts";
import { UsageError } from "../bench/options.ts";
import { timeName } from "./bench/progress.ts";
import { row } from "../bench/row.ts";
import { USAGE } from "./bench/usage.ts";
import { onInterruption } from "./interruption.ts";

const OUT = fileURLToPath(new URL("../bench/out/", import.meta.url));

let measurement: Measurement | undefined;
onInterruption(async (signal) => {
  await measurement?.stop();
  process.exit(128 + constants.signals[signal]);
});

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  await measurement?.stop();
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(USAGE);
  if (options.list) return list(options);
  const results = options.from === undefined
    ? await measure(options)
    : JSON.parse(await readFile(given(options.from), "utf8")) as Results;
  const kept = options.from === undefined ? `${OUT}results.json` : undefined;
  const out = options.out === undefined ? kept : given(options.out);
  if (out !== undefined) await keep(out, `${JSON.stringify(results)}\n`);
}

function list(options: Options): void {
  const { points, batches, processes, seconds } = planOf(options);
  console.log(listOf(points));
  const count = batches.length * processes;
  console.log(
    `\n${points.length} points in ${count} processes, about ${
      timeName(seconds)
    }`,
  );
}

async function measure(options: Options): Promise<Results> {
  const plan = planOf(options);
  if (plan.points.length === 0) {
    throw new UsageError(
      "There is nothing of all that. --list shows what there is.",
    );
  }
  measurement = new Measurement(options, row);
  return await measurement.run(plan);
}

/** Returns the path of a file that was named where npm was called. */
function given(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

async function keep(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
