// npm run bench [-- OPTIONS]
//
// Measures this module against all other ways to do the same, in one run. docs/performance.md says how.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Options,
  parseOptions,
  USAGE,
  UsageError,
} from "../bench/options.ts";
import type { Results } from "../bench/schema.ts";
import { listText, runBench } from "../bench/session.ts";
import { row, summary } from "../bench/summary.ts";
import { Programs } from "./bench/programs.ts";
import { onInterruption } from "./interruption.ts";
import { comparison } from "./report/compare.ts";
import { html } from "./report/html.ts";
import { ratios } from "./report/markdown.ts";
import { readResults } from "./report/results.ts";
import { provision } from "./windows/mod.ts";

/** Where results go if nothing is said. */
const OUT = fileURLToPath(new URL("../bench/out", import.meta.url));

let programs: Programs | undefined;
let interrupted: number | undefined;
onInterruption(async (signal) => {
  interrupted = 128 + constants.signals[signal];
  if (programs === undefined) process.exit(interrupted);
  await programs.stop();
});
try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (interrupted === undefined) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  process.exitCode = interrupted ?? (error instanceof UsageError ? 2 : 1);
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(USAGE);
  if (options.list) return console.log(listText(options));
  const { from, compare } = options;
  // What can't be read is to be known before hours of measuring.
  const before = compare && await readResults(given(compare));
  const results = from === undefined
    ? await measure(options)
    : await readResults(given(from));
  for (
    const [path, name, text] of [
      [options.out, "results.json", () => `${JSON.stringify(results)}\n`],
      [options.html, "report.html", () => html(results)],
    ] as const
  ) {
    if (path === undefined && from !== undefined) continue;
    const file = path === undefined ? join(OUT, name) : given(path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text());
    console.error(`${file} was written.`);
  }
  if (options.markdown) return console.log(ratios(results));
  if (from !== undefined) {
    results.points.forEach((each) => console.log(row(each)));
  }
  console.log(`\n${summary(results)}`);
  if (before) console.log(`\n${comparison(before, results)}`);
}

async function measure(options: Options): Promise<Results> {
  const { runtimes, library, against } = options;
  if (library !== undefined) {
    throw new UsageError(
      "--library is for bench/run.ts: npm compiles its own.",
    );
  }
  const other = against && given(against);
  if (other && !existsSync(join(other, "mod.ts"))) {
    throw new UsageError(`--against takes a checkout: ${other} has no mod.ts.`);
  }
  listText(options); // says if there is nothing
  const windows = await provision({ runtimes });
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
  try {
    await using _session = await windows.session();
    programs = await Programs.prepare(windows, folder, runtimes, other);
    return await runBench(options, programs, console.log);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Returns the path of a file that was named where npm was called. */
function given(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}
