// The bench without its tool: on the Windows that it runs on, in the runtime that it runs on, without C and packages.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Collected } from "./collected.ts";
import {
  FILTER_OPTIONS,
  filterOf,
  millisecondsOf,
  processesOf,
  UsageError,
} from "./options.ts";
import { peerVersion } from "./packages.ts";
import { batchesOf, pointsOf, secondsFor, shiftsOf } from "./plan.ts";
import { pointName } from "./point_name.ts";
import { type Circumstances, difference } from "./resumption.ts";
import { row } from "./row.ts";
import { RUNTIME } from "./runtime.ts";
import { type Point, type Results, SCHEMA, type Way } from "./schema.ts";
import type { Line, Spec } from "./spec.ts";
import { systemName } from "./system.ts";
import { table } from "./table.ts";
import { Unfinished } from "./unfinished.ts";

const PROGRAM = fileURLToPath(new URL("run.ts", import.meta.url));

/** What a runtime is told before the program. */
const WORDS = {
  deno: ["run", "--quiet", "--no-check", "--no-lock", "--allow-all"],
  bun: ["run"],
  node: ["--disable-warning=ExperimentalWarning"],
} as const;

const USAGE = `Usage: ${RUNTIME} bench/run.ts [OPTIONS]

Measures this module against the alternatives, on this system and this runtime.

  --quick            everything in short
  --experiment NAME  and --operation, --pattern, --size, --way: what is measured
  --processes COUNT  how many processes measure a point
  --milliseconds N   how long the rounds of each way at a point are timed at most
  --library FILE     a library compiled from bench/*.c, with -shared
  --out FILE         keeps the results, as JSON, and meanwhile what was measured so far
  --resume FILE      measures what an interrupted run has not, with the same options
  -h, --help         prints this`;

/** Measures what the command line asks for, in processes of its own, and prints what came of it. */
export async function measureHere(): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

async function main(): Promise<void> {
  const values = parse();
  if (values.help) return console.log(USAGE);
  const earlier = await earlierOf(values.resume);
  const task = taskOf(values);
  const points = pointsOf(RUNTIME, task.quick, filterOf(values));
  if (points.length === 0) {
    throw new UsageError("There is nothing of all that.");
  }
  const about = await circumstances(
    task,
    processesOf(values.processes, task.quick),
  );
  const why = earlier && difference(earlier, about);
  if (why !== undefined) {
    throw new UsageError(`${values.resume} cannot be gone on with: ${why}.`);
  }
  const { out = values.resume?.replace(/\.unfinished(?=\.json$)/, "") } =
    values;
  const unfinished = out === undefined
    ? undefined
    : new Unfinished(resolve(out));
  if (earlier === undefined && unfinished?.exists()) {
    throw new UsageError(
      `${unfinished.path} has what an interrupted run has measured: go on with it by --resume, or remove it.`,
    );
  }
  const collected = new Collected(earlier);
  const shifts = shiftsOf(
    batchesOf(points, task.quick),
    about.options.processes,
    (point) => collected.runsOf(point),
  );
  const results = () => resultsOf(collected, about);
  await measureAll(shifts, task, collected, async (isInterrupted) => {
    await unfinished?.write(results());
    if (!isInterrupted) return;
    throw new UsageError(
      unfinished === undefined
        ? "Interrupted. With --out, it could be gone on with."
        : `Interrupted. --resume ${unfinished.path} measures the rest.`,
    );
  });
  if (collected.points.length === 0) {
    throw new UsageError("Nothing could be measured.");
  }
  collected.skip(
    "the JS heap and the start-up",
    "they take programs of their own, which `npm run bench` runs",
  );
  console.log(`\n${table(results())}`);
  if (out === undefined) return;
  await keep(resolve(out), results());
  await unfinished?.remove();
}

/** What all processes are told. */
type Told = Omit<Spec, "folder" | "points">;

function taskOf(values: ReturnType<typeof parse>): Told {
  const { quick, library } = values;
  const only = values.way as Way[] | undefined;
  if (library !== undefined && !existsSync(library)) {
    throw new UsageError(`--library takes a file: there is no ${library}`);
  }
  return {
    ...{ quick, milliseconds: millisecondsOf(values.milliseconds, quick) },
    ...library !== undefined && { library: resolve(library) },
    ...only && { only },
  };
}

/** Reads what an interrupted run has measured. */
async function earlierOf(
  path: string | undefined,
): Promise<Results | undefined> {
  if (path === undefined) return undefined;
  const results = JSON.parse(await readFile(path, "utf8")) as Results;
  if (results.schema === SCHEMA) return results;
  throw new UsageError(`${path} is no result of this version of the bench.`);
}

/** Has processes measure points, one after the other, until all is done or somebody interrupts that. */
async function measureAll(
  shifts: readonly (readonly Point[])[],
  task: Told,
  collected: Collected,
  keep: (isInterrupted: boolean) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once("SIGINT", interrupt);
  const { signal } = interruption;
  try {
    const seconds = shifts.reduce(
      (sum, points) => sum + secondsFor(points, task),
      0,
    );
    console.log(
      `${shifts.flat().length} points, about ${Math.ceil(seconds / 60)} min`,
    );
    for (const points of shifts) {
      await measure({ ...task, folder, points }, collected, signal);
      await keep(signal.aborted);
    }
  } finally {
    process.off("SIGINT", interrupt);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function parse() {
  try {
    return parseArgs({
      options: {
        ...FILTER_OPTIONS,
        quick: { type: "boolean", default: false },
        processes: { type: "string" },
        milliseconds: { type: "string" },
        library: { type: "string" },
        out: { type: "string" },
        resume: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Has a process measure points. What it does not come to is noted, and not a reason to end. */
async function measure(
  spec: Spec,
  collected: Collected,
  signal: AbortSignal,
): Promise<void> {
  const [path, said] = [
    join(spec.folder, "spec.json"),
    join(spec.folder, "said"),
  ];
  await writeFile(path, JSON.stringify(spec));
  await writeFile(said, "");
  const child = spawn(
    process.execPath,
    [...WORDS[RUNTIME], PROGRAM, "--spec", path, said],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const end = () => child.kill();
  signal.addEventListener("abort", end);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const left = new Set(spec.points.map(pointName));
  for await (const text of linesOf(said, ended)) {
    const line = JSON.parse(text) as Line;
    if ("run" in line) left.delete(pointName(line.point));
    if ("skipped" in line) left.delete(pointName(line.skipped));
    const result = collected.take(line);
    if (result !== undefined) console.log(row(result));
  }
  const code = await ended;
  signal.removeEventListener("abort", end);
  if (signal.aborted) return;
  const why = `its process ended with code ${code}`;
  for (const name of left) collected.skip(name, why);
}

const LOOK_INTERVAL = 300; // ms

/** Yields what a process writes to a file, line by line, until it has ended. Deno's pipes panic at times under Wine. */
async function* linesOf(
  path: string,
  ended: Promise<unknown>,
): AsyncGenerator<string> {
  let seen = 0;
  for (let isLast = false; !isLast;) {
    isLast = await Promise.race([
      ended.then(() => true),
      setTimeout(LOOK_INTERVAL, false),
    ]);
    const lines = (await readFile(path, "utf8")).split("\n");
    // Behind the last line there is nothing, or one that is not whole yet.
    for (; seen < lines.length - 1; seen++) yield lines[seen]!;
  }
}

async function circumstances(
  { quick, milliseconds, only, library }: Told,
  processes: number,
): Promise<Circumstances> {
  const all = cpus();
  const peer = {
    deno: undefined,
    bun: "@bun-win32/kernel32",
    node: "koffi",
  } as const;
  const name = peer[RUNTIME];
  const version = name && peerVersion(name);
  return {
    machine: {
      processor: all[0]?.model.trim() ?? "unknown",
      processors: all.length,
      memory: totalmem(),
      system: systemName(),
      disk: "unknown",
    },
    versions: {
      [`${RUNTIME}.exe`]: process.versions[RUNTIME] ?? "unknown",
      ...name && version && { [name]: version },
    },
    options: {
      ...{ quick, processes, milliseconds },
      ...only && { ways: only },
    },
    // What measured without C is not gone on with by what has it.
    ...library !== undefined && {
      programs: createHash("sha256").update(await readFile(library))
        .digest("hex").slice(0, 16),
    },
  };
}

function resultsOf(
  { points, skipped }: Collected,
  about: Circumstances,
): Results {
  return {
    ...{ schema: SCHEMA, date: new Date().toISOString() },
    ...about,
    ...{ points, skipped, heap: {}, startup: {} },
  };
}

async function keep(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results)}\n`);
}
