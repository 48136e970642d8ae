// A run of the bench: processes that measure one after the other, and what they found out.

import { cpus, totalmem } from "node:os";
import { plural, pointName } from "./names.ts";
import type { Line, Spec } from "./measure.ts";
import { type Options, UsageError } from "./options.ts";
import { pointsOf, shiftsOf, waysOf } from "./plan.ts";
import {
  type Point,
  type PointResult,
  type Results,
  type Run,
  type Runtime,
  SCHEMA,
  type Way,
} from "./schema.ts";
import { row } from "./summary.ts";

/** What runs the processes. */
export interface Host {
  readonly versions: Results["versions"];
  /** What a name of the system lacks. */
  readonly host: string;
  /** Has a process measure, whose lines are taken one by one. */
  measure(
    runtime: Runtime,
    spec: Omit<Spec, "folder" | "library" | "against">,
    take: (line: Line) => void,
  ): Promise<void>;
  /** Measures what calls leave on the JS heap, in bytes, by the name of the call. */
  heap?(
    runtime: Runtime,
    quick: boolean,
  ): Promise<Readonly<Record<string, number>>>;
}

/** Says what would be measured. */
export function listText(options: Options): string {
  const { points, shifts } = planOf(options);
  const lines = points.map((point) =>
    `${pointName(point)}: ${waysOf(point).map(({ name }) => name).join("; ")}`
  );
  return [...lines, planText(points, shifts)].join("\n");
}

function planOf(options: Options) {
  const { quick, runtimes, filter, processes } = options;
  const points = runtimes.flatMap((name) => pointsOf(name, quick, filter));
  if (points.length === 0) {
    throw new UsageError(
      "There is nothing of all that. --list shows what there is.",
    );
  }
  return { points, shifts: shiftsOf(points, quick, processes) };
}

function planText(
  points: readonly Point[],
  shifts: readonly (readonly Point[])[],
): string {
  const processes = plural(shifts.length, "process", "processes");
  return `${plural(points.length, "point")} in ${processes}`;
}

/**
 * Measures what options ask for.
 *
 * @param say Gets lines for a terminal.
 * @throws {UsageError} If there is nothing to measure.
 */
export async function runBench(
  options: Options,
  host: Host,
  say: (line: string) => void,
): Promise<Results> {
  const { quick, milliseconds, processes, filter } = options;
  const { points, shifts } = planOf(options);
  say(planText(points, shifts));
  const runs = new Map<string, { point: Point; runs: Run[] }>();
  const skipped = new Map<string, string>();
  const only = filter.way as readonly Way[] | undefined;
  let system = "";
  let done = 0;
  const take = (line: Line): PointResult | undefined => {
    if ("system" in line) system = line.system;
    if ("skipped" in line) skipped.set(pointName(line.skipped), line.why);
    if (!("run" in line)) return undefined;
    const { point, run } = line;
    if (Object.keys(run.ways).length === 0) {
      const why = Object.entries(run.missing ?? {}).map((each) =>
        each.join(": ")
      );
      skipped.set(pointName(point), why.join("; ") || "none takes part");
      return undefined;
    }
    const entry = runs.get(pointName(point)) ?? { point, runs: [] };
    runs.set(pointName(point), entry);
    entry.runs.push(run);
    return { ...point, runs: entry.runs };
  };
  for (const points of shifts) {
    const left = new Set(points.map(pointName));
    const [{ runtime }] = points as [Point];
    const spec = { points, quick, milliseconds, ...only && { only } };
    try {
      await host.measure(runtime, spec, (line) => {
        if ("run" in line) left.delete(pointName(line.point));
        if ("skipped" in line) left.delete(pointName(line.skipped));
        const result = take(line);
        if (result === undefined) return;
        const percent = Math.floor(100 * ++done / shifts.flat().length);
        say(`${`${percent} %`.padStart(5)} ${row(result)}`);
      });
      const [missing] = left;
      if (missing !== undefined) throw new Error(`no figures of ${missing}`);
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      // What has taken an hour is not to be lost for one process.
      const { message } = error as Error;
      say(message);
      for (const name of left) skipped.set(name, message.split("\n")[0]!);
    }
  }
  if (runs.size === 0) throw new Error("Nothing could be measured.");
  const heap: Results["heap"] = {};
  const isAll = Object.values(filter).every((each) => each === undefined);
  for (const name of isAll && host.heap ? options.runtimes : []) {
    heap[name] = await host.heap!(name, quick);
  }
  return {
    ...{ schema: SCHEMA, date: new Date().toISOString() },
    machine: {
      processor: cpus()[0]?.model.trim() ?? "unknown",
      ...{ processors: cpus().length, memory: totalmem() },
      system: system + host.host,
    },
    versions: host.versions,
    options: { quick, processes, milliseconds, ...only && { ways: only } },
    points: Array.from(
      runs.values(),
      ({ point, runs }) => ({ ...point, runs }),
    ),
    heap,
    skipped: Array.from(skipped, ([what, why]) => ({ what, why })),
  };
}

/** Ends a run. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}
