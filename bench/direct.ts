// The bench without its tool: on the Windows that it runs on, in the runtime that it runs on, without C and packages.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
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
import { peerVersion } from "./peers.ts";
import { batchesOf, pointsOf, secondsFor } from "./plan.ts";
import { row } from "./row.ts";
import { RUNTIME } from "./runtime.ts";
import { type Results, SCHEMA } from "./schema.ts";
import type { Line, Spec } from "./spec.ts";
import { systemName } from "./system.ts";
import { table } from "./table.ts";

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
  --milliseconds N   how long the rounds of each way at a point are timed
  --library FILE     a library compiled from bench/*.c, with -shared
  --out FILE         keeps the results, as JSON
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
  const { quick, library } = values;
  const processes = processesOf(values.processes, quick);
  const points = pointsOf(RUNTIME, quick, filterOf(values));
  if (points.length === 0) {
    throw new UsageError("There is nothing of all that.");
  }
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
  try {
    const task = {
      ...{
        folder,
        quick,
        milliseconds: millisecondsOf(values.milliseconds, quick),
      },
      ...library !== undefined && { library: resolve(library) },
      ...values.way !== undefined &&
        { only: values.way as Spec["only"] & object },
    };
    const batches = batchesOf(points, quick);
    const seconds = processes *
      batches.reduce((sum, points) => sum + secondsFor(points, task), 0);
    console.log(
      `${points.length} points, about ${Math.ceil(seconds / 60)} min`,
    );
    const collected = new Collected();
    for (let i = 0; i < processes; i++) {
      for (const points of batches) {
        await measure({ ...task, points }, collected);
      }
    }
    collected.skip(
      "the JS heap and the start-up",
      "they take programs of their own, which `npm run bench` runs",
    );
    const results = resultsOf(collected, { ...task, processes });
    console.log(`\n${table(results)}`);
    if (values.out !== undefined) await keep(resolve(values.out), results);
  } finally {
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
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function measure(spec: Spec, collected: Collected): Promise<void> {
  const path = join(spec.folder, "spec.json");
  await writeFile(path, JSON.stringify(spec));
  const child = spawn(
    process.execPath,
    [...WORDS[RUNTIME], PROGRAM, "--spec", path],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const end = () => child.kill();
  process.once("SIGINT", end);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const result = collected.take(JSON.parse(text) as Line);
    if (result !== undefined) console.log(row(result));
  }
  const code = await ended;
  process.off("SIGINT", end);
  if (code !== 0) throw new Error(`A process ended with code ${code}`);
}

function resultsOf(
  { points, skipped }: Collected,
  { quick, processes, milliseconds }: Results["options"],
): Results {
  const all = cpus();
  const peer = {
    deno: undefined,
    bun: "@bun-win32/kernel32",
    node: "koffi",
  } as const;
  const name = peer[RUNTIME];
  const version = name && peerVersion(name);
  return {
    schema: SCHEMA,
    date: new Date().toISOString(),
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
    options: { quick, processes, milliseconds },
    ...{ points, skipped, heap: {}, startup: {} },
  };
}

async function keep(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results)}\n`);
}
