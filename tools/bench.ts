// npm run bench [-- OPTIONS]
//
// Measures transfers through this module against all other ways to make them, in one run. `bench/rounds.ts` tells how.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { constants, cpus, release, tmpdir, type } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { OverlappedRun } from "../bench/overlapped_types.ts";
import type { Results, Round, Runtime } from "../bench/types.ts";
import { casesOf, OPERATIONS, RUNTIMES, sizeName } from "./bench/cases.ts";
import { Bench } from "./bench/measure.ts";
import {
  overlappedCasesOf,
  overlappedName,
  summarizeOverlapped,
} from "./bench/overlapped.ts";
import { markdown, report } from "./bench/report.ts";
import { summarize } from "./bench/summary.ts";
import { onInterruption } from "./interruption.ts";
import { provision } from "./windows/mod.ts";
import { pinnedRuntime } from "./windows/runtimes.ts";

/** Overlapped operations are measured together: writes, reads and gathers, at several depths. */
const OVERLAPPED = "overlapped";
const KNOWN = [...OPERATIONS, OVERLAPPED] as const;

const USAGE = `Usage: npm run bench [-- OPTIONS]

Measures sequential, positional and overlapped transfers on deno.exe and bun.exe: this module's, a bare foreign call, C,
and the runtimes' own files.

  --quick            shorter, and each case in one process instead of three
  --runtime NAME     ${RUNTIMES.join(" or ")}; may be repeated
  --operation NAME   ${KNOWN.join(", ")}; may be repeated
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
      oneOf("--operation", options.operation, KNOWN),
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
  operations: readonly (typeof KNOWN)[number][],
  { processes, seconds }: { processes: number; seconds: number },
): Promise<Results> {
  const windows = await provision({ runtimes });
  folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
  await using _session = await windows.session();
  const bench = await Bench.prepare(windows, folder);
  const transfers = OPERATIONS.filter((name) => operations.includes(name));
  const entries = casesOf(runtimes, transfers).map((measured) => ({
    measured,
    rounds: [] as Round[][],
  }));
  const overlapped = operations.includes(OVERLAPPED)
    ? overlappedCasesOf(runtimes).map((measured) => ({
      measured,
      runs: [] as OverlappedRun[],
    }))
    : [];
  const total = processes * (entries.length + overlapped.length);
  let done = 0;
  // Every case once, then every case again: the processes of a case are minutes apart.
  for (let i = 0; i < processes; i++) {
    for (const { measured, rounds } of entries) {
      const { runtime, operation, bytes } = measured;
      const count = `${++done}/${total}`;
      console.error(`${count} ${runtime} ${operation} ${sizeName(bytes)}`);
      rounds.push(await bench.rounds(measured, seconds));
    }
    for (const { measured, runs } of overlapped) {
      console.error(`${++done}/${total} ${overlappedName(measured)}`);
      runs.push(await bench.overlapped(measured, seconds));
    }
  }
  const heap: NonNullable<Results["heap"]> = {};
  const overlappedHeap: NonNullable<Results["overlappedHeap"]> = {};
  for (const runtime of runtimes) {
    console.error(`${runtime} heap`);
    if (entries.length > 0) heap[runtime] = await bench.heap(runtime);
    // Bun's collector runs whenever its event loop has a moment, and nothing keeps it from that: there is no telling.
    if (overlapped.length > 0 && runtime === "deno") {
      overlappedHeap[runtime] = await bench.overlappedHeap();
    }
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
    overlapped: overlapped.map(({ measured, runs }) =>
      summarizeOverlapped(measured, runs)
    ),
    overlappedHeap,
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
