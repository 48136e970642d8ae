// What is measured, and in which processes. Runs on the host, too.

import { EXPERIMENT_NAMES } from "./names.ts";
import { EXPERIMENTS } from "./experiments.ts";
import type { Point, Runtime } from "./schema.ts";
import { waysAt } from "./ways.ts";

/** Which points are wanted. What is left out is not asked for. */
export interface Filter {
  readonly experiment?: readonly string[] | undefined;
  readonly operation?: readonly string[] | undefined;
  readonly pattern?: readonly string[] | undefined;
  /** Request sizes in bytes. */
  readonly size?: readonly number[] | undefined;
  readonly way?: readonly string[] | undefined;
}

/** Lists the points of a runtime that a filter lets through. */
export function pointsOf(
  runtime: Runtime,
  quick: boolean,
  filter: Filter = {},
): Point[] {
  const { experiment, operation, pattern, size, way } = filter;
  return EXPERIMENT_NAMES.flatMap((name) => {
    if (experiment?.includes(name) === false) return [];
    return EXPERIMENTS[name].points(quick, runtime).filter((point) =>
      (operation?.includes(point.operation) ?? true) &&
      (pattern?.includes(point.pattern) ?? true) &&
      (size?.includes(point.bytes) ?? true) &&
      (way === undefined ||
        waysOf(point).some(({ name }) => way.includes(name)))
    );
  });
}

/** Lists who might take part at a point. */
export function waysOf(point: Point): ReturnType<typeof waysAt> {
  return waysAt(EXPERIMENTS[point.experiment].ways(point), point);
}

/**
 * Puts points together that one process measures: those of one operation of one experiment and of one way to open files, so that no route
 * through this module was taken by other files. In a short run, where starting processes is what takes the time, a process measures more,
 * but reads and writes one after the other are never in the same. A mixed program is one process in any case.
 */
export function batchesOf(points: readonly Point[], quick: boolean): Point[][] {
  const batches = new Map<string, Point[]>();
  for (const point of points) {
    const { runtime, experiment, operation, pattern } = point;
    const kind = EXPERIMENTS[experiment].together
      ? experiment
      : !quick
      ? [experiment, operation, pattern].join()
      : experiment === "transfer"
      ? `${experiment} ${operation.startsWith("read")}`
      : "others";
    const key = `${runtime} ${kind}`;
    batches.set(key, [...batches.get(key) ?? [], point]);
  }
  return [...batches.values()];
}

/**
 * Lists what each process is to measure, one after the other: every point once, then every point again, so that the processes of a
 * point are minutes apart.
 *
 * @param processes How many processes are to measure a point.
 */
export function shiftsOf(
  points: readonly Point[],
  quick: boolean,
  processes: number,
): Point[][] {
  return Array.from({ length: processes }).flatMap(() =>
    batchesOf(points, quick)
  );
}
