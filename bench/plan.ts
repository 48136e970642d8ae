// What is measured, and in which processes. Runs on the host, too.

import type { Experiment, Task } from "./experiment.ts";
import { EXPERIMENTS } from "./experiments.ts";
import type { Experiment as Name, Point, Runtime, Way } from "./schema.ts";

/** Which points are wanted. What is left out is not asked for. */
export interface Filter {
  readonly experiment?: readonly string[];
  readonly operation?: readonly string[];
  readonly pattern?: readonly string[];
  /** Request sizes in bytes. */
  readonly size?: readonly number[];
  readonly way?: readonly string[];
}

type Registry = Readonly<Partial<Record<Name, Experiment>>>;

/** Lists the points of a runtime that a filter lets through. */
export function pointsOf(
  runtime: Runtime,
  quick: boolean,
  filter: Filter = {},
  registry: Registry = EXPERIMENTS,
): Point[] {
  const { experiment, operation, pattern, size, way } = filter;
  return Object.entries(registry).flatMap(([name, { points, ways }]) => {
    if (experiment !== undefined && !experiment.includes(name)) return [];
    return points(quick, runtime).filter((point) =>
      (operation?.includes(point.operation) ?? true) &&
      (pattern?.includes(point.pattern) ?? true) &&
      (size?.includes(point.bytes) ?? true) &&
      (way === undefined || ways === undefined ||
        ways(point).some((name) => way.includes(name)))
    );
  });
}

/**
 * Puts points together that one process measures.
 *
 * A process measures one operation of one experiment, and one way to open files, so that no loop was compiled for the functions of another
 * and no route through this module was taken by other files.
 *
 * In a short run, where starting processes is what takes the time, it measures what shares no loop: transfers with and without
 * an offset have loops of their own, and all that reads calls ReadFile, all that writes WriteFile, so that call sites keep to one function.
 * Ways to open files are together there, which costs the routes through this module a branch that is predicted well. So are experiments
 * with loops of their own.
 */
export function batchesOf(points: readonly Point[], quick: boolean): Point[][] {
  const batches = new Map<string, Point[]>();
  for (const point of points) {
    const key = quick ? quickBatchOf(point) : batchOf(point);
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, [point]);
    else batch.push(point);
  }
  return [...batches.values()];
}

function batchOf({ runtime, experiment, operation, pattern }: Point): string {
  return JSON.stringify([runtime, experiment, operation, pattern]);
}

function quickBatchOf({ runtime, experiment, operation }: Point): string {
  const reads = operation.startsWith("read") || operation === "scatter";
  const isTransfer = experiment === "transfer";
  // It takes twice as long to start, runs none of this module, and has no fast path that one site for reads and writes would lose.
  if (runtime === "node") return JSON.stringify([runtime, isTransfer]);
  switch (experiment) {
    case "transfer":
      return JSON.stringify([runtime, experiment, reads]);
    case "overlapped":
    case "gather":
      return JSON.stringify([runtime, "overlapped", reads]);
    case "records":
    case "text":
    case "streams":
      return JSON.stringify([runtime, "whole files"]);
    // Memory that others have had hides what large buffers take.
    case "file size":
    case "buffer size":
      return JSON.stringify([runtime, "sizes"]);
    default:
      return JSON.stringify([runtime, "scaling"]);
  }
}

/**
 * Lists what each process is to measure, one after the other: every point once, then every point again, so that the processes of a
 * point are minutes apart.
 *
 * @param processes How many processes are to measure a point.
 * @param runsOf In how many processes a point was measured already.
 */
export function shiftsOf(
  batches: readonly (readonly Point[])[],
  processes: number,
  runsOf: (point: Point) => number = () => 0,
  registry: Registry = EXPERIMENTS,
): Point[][] {
  const most = (point: Point) =>
    registry[point.experiment]?.mostProcesses?.(point) ?? Infinity;
  return Array.from({ length: processes }).flatMap((_, i) =>
    batches.map((points) =>
      points.filter((point) => runsOf(point) <= i && i < most(point))
    )
      .filter((points) => points.length > 0)
  );
}

/** What starting a process takes before it measures, in seconds. */
const STARTS: Readonly<Record<Runtime, number>> = {
  ...{ deno: 0.8, bun: 0.7, node: 1.4 },
};
const USUAL_WAYS = 6;

/** Guesses how many seconds a process takes for points. */
export function secondsFor(
  points: readonly Point[],
  task: Pick<Task, "milliseconds" | "quick">,
  registry: Registry = EXPERIMENTS,
): number {
  return points.reduce((sum, point) => {
    const { seconds } = registry[point.experiment]!;
    const usual = 2 * USUAL_WAYS * task.milliseconds / 1000;
    return sum + (seconds?.(point, task) ?? usual);
  }, points.length > 0 ? STARTS[points[0]!.runtime] : 0);
}

/** Names the ways that may take part at a point. */
export function waysAt(
  point: Point,
  registry: Registry = EXPERIMENTS,
): readonly Way[] {
  return registry[point.experiment]?.ways?.(point) ?? [];
}
