// npm run bench [-- OPTIONS]
//
// Measures transfers through this module against all other ways to make them, in one run. `bench/rounds.ts` tells how.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { constants, cpus, release, tmpdir, type } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Operation, Results, Round, Runtime } from "../bench/types.ts";
import { casesOf, OPERATIONS, RUNTIMES, sizeName } from "./bench/cases.ts";
import { Bench } from "./bench/measure.ts";
import { markdown, report } from "./bench/report.ts";
import { summarize } from "./bench/summary.ts";
import { onInterruption } from "./interruption.ts";
import { provision } from "./windows/mod.ts";
import { pinnedRuntime } from "./windows/runtimes.ts";

const USAGE = `Usage: npm run bench [-- OPTIONS]

Measures sequential and positional transfers on deno.exe and bun.exe: this module's, a bare foreign call, C, and the
runtimes' own files.

  --quick            shorter, and each case in one process instead of three
  --runtime NAME     ${RUNTIMES.join(" or ")}; may be repeated
  --operation NAME   ${OPERATIONS.join(", ")}; may be repeated
  --out FILE         keeps the results, as JSON
  --from FILE        measures nothing and reports results that were kept
  --markdown         prints the README's table instead of everything
  -h, --help         prints this`;

class UsageError extends Error {}

let folder: string | undefined;
onInterruption(async (signal) => {
  await removeFolder();
  process.exit(128 + constants.signals[signal]);
});

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = isUsage ? 2 : 1;
} finally {
  await removeFolder();
}

async function main(): Promise<void> {
  const options = parseOptions();
  if (options.help) return console.log(USAGE);
  const called = process.env["INIT_CWD"] ?? process.cwd();
  const results = options.from === undefined
    ? await measure(
      oneOf("--runtime", options.runtime, RUNTIMES),
      oneOf("--operation", options.operation, OPERATIONS),
      options.quick
        ? { processes: 1, seconds: 0.5 }
        : { processes: 3, seconds: 2 },
    )
    : JSON.parse(
      await readFile(resolve(called, options.from), "utf8"),
    ) as Results;
  if (options.out !== undefined) {
    const path = resolve(called, options.out);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  }
  console.log(options.markdown ? markdown(results) : report(results));
}

async function measure(
  runtimes: readonly Runtime[],
  operations: readonly Operation[],
  { processes, seconds }: { processes: number; seconds: number },
): Promise<Results> {
  const windows = await provision({ runtimes });
  folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
  await using _session = await windows.session();
  const bench = await Bench.prepare(windows, folder);
  const entries = casesOf(runtimes, operations).map((measured) => ({
    measured,
    rounds: [] as Round[][],
  }));
  let done = 0;
  // Every case once, then every case again: the processes of a case are minutes apart.
  for (let i = 0; i < processes; i++) {
    for (const { measured, rounds } of entries) {
      const { runtime, operation, bytes } = measured;
      const count = `${++done}/${processes * entries.length}`;
      console.error(`${count} ${runtime} ${operation} ${sizeName(bytes)}`);
      rounds.push(await bench.rounds(measured, seconds));
    }
  }
  const heap: Results["heap"] = {};
  for (const runtime of runtimes) {
    console.error(`${runtime} heap`);
    heap[runtime] = await bench.heap(runtime);
  }
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      processor: all[0]?.model ?? "unknown",
      processors: all.length,
      system: `${windows.native ? "" : "Wine on "}${type()} ${release()}`,
    },
    versions: Object.fromEntries(
      runtimes.map((name) => [`${name}.exe`, pinnedRuntime(name).version]),
    ),
    processes,
    seconds,
    cases: entries.map(({ measured, rounds }) => summarize(measured, rounds)),
    heap,
  };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        runtime: { type: "string", multiple: true },
        operation: { type: "string", multiple: true },
        out: { type: "string" },
        from: { type: "string" },
        markdown: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
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
): readonly Name[] {
  if (given === undefined) return known;
  for (const name of given) {
    if ((known as readonly string[]).includes(name)) continue;
    throw new UsageError(
      `${option} takes ${known.join(" or ")}, not ${JSON.stringify(name)}.`,
    );
  }
  return known.filter((name) => given.includes(name));
}

async function removeFolder(): Promise<void> {
  if (folder !== undefined) {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
