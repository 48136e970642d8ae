// How many operations a second more Workers make, each with a file of its own or all with the same file.

import type { Experiment, Task } from "../experiment.ts";
import { waysOf } from "../measure.ts";
import type { Point, Way } from "../schema.ts";
import { inFolder, makeFile } from "./files.ts";
import { measureWays, placeOf } from "./measure.ts";
import { WORKERS_WAYS } from "./workers_ways.ts";

const REQUEST = 4096;

/** So many requests of a file are rewritten by each Worker, over and over. */
const PLACES = 256;

/** How many requests each Worker makes in a lap. */
const LAP = 4096;

const COUNTS = [1, 2, 3, 4];
const QUICK_COUNTS = [1, 2];

/** Cost by the number of Workers, each with its file. */
export const experiment: Experiment = {
  points: (quick, runtime) => pointsOf("workers", quick, runtime),
  ways,
  measure: (point, task) => measure(point, task, false),
  seconds,
};

/** Cost by the number of Workers that share one file. */
export const sharing: Experiment = {
  points: (quick, runtime) =>
    quick ? [] : pointsOf("workers on one file", quick, runtime),
  ways,
  measure: (point, task) => measure(point, task, true),
  seconds,
};

function ways(point: Point): Way[] {
  return waysOf(WORKERS_WAYS, point);
}

function pointsOf(
  experiment: Point["experiment"],
  quick: boolean,
  runtime: Point["runtime"],
): Point[] {
  if (runtime === "node") return [];
  return (quick ? QUICK_COUNTS : COUNTS).map((x) => ({
    ...{ experiment, runtime, operation: "rewrite at", pattern: "buffered" },
    ...{ bytes: REQUEST, depth: 1, x },
  }));
}

function measure(point: Point, task: Task, isOne: boolean) {
  const { x = 1 } = point;
  return inFolder(task.folder, async (folder) => {
    const files = isOne ? 1 : x;
    const size = (isOne ? x : 1) * PLACES * REQUEST;
    const made = Array.from(
      { length: files },
      (_, index) => makeFile(folder, `${index}.bin`, size),
    );
    const paths = Array.from({ length: x }, (_, i) => made[i % files]!);
    return await measureWays(
      WORKERS_WAYS,
      {
        ...placeOf(point, task),
        ...{ paths, places: PLACES, apart: isOne ? PLACES : 0 },
      },
      task,
      {
        ...{ least: 1, milliseconds: task.milliseconds },
        lap: (workers) => workers * LAP,
        ...{ shortestTurn: 10, inWorkers: task.quick },
      },
    );
  });
}

function seconds(
  point: Point,
  { milliseconds }: Pick<Task, "milliseconds">,
): number {
  const each = 0.2 + 2 * milliseconds / 1000;
  return 0.6 + 0.4 * (point.x ?? 1) + waysOf(WORKERS_WAYS, point).length * each;
}
