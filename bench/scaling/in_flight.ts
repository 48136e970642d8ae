// How the cost of an operation depends on how many are in flight on one file.

import type { Experiment } from "../experiment.ts";
import { waysOf } from "../measure.ts";
import type { Operation, Point } from "../schema.ts";
import { inFolder, makeFile } from "./files.ts";
import { IN_FLIGHT_WAYS } from "./in_flight_ways.ts";
import { measureWays, placeOf } from "./measure.ts";

const REQUEST = 4096;

const DEPTHS = [1, 4, 16, 64, 256, 1024];
const QUICK_DEPTHS = [1, 16, 64];
const OPERATIONS: readonly Operation[] = ["read at", "rewrite at"];
const QUICK_OPERATIONS: readonly Operation[] = ["rewrite at"];

/** A lap starts with none in flight and ends with none: it is longer than the depth. */
export function lapOf(depth: number): number {
  return Math.max(64, 2 * depth);
}

/** Cost by the number of operations in flight. */
export const experiment: Experiment = {
  points(quick, runtime) {
    if (runtime === "node") return [];
    return (quick ? QUICK_OPERATIONS : OPERATIONS).flatMap((operation) =>
      (quick ? QUICK_DEPTHS : DEPTHS).map((depth): Point => ({
        ...{ experiment: "in flight", runtime, operation },
        ...{ pattern: "unbuffered", bytes: REQUEST, depth, x: depth },
      }))
    );
  },

  ways: (point) => waysOf(IN_FLIGHT_WAYS, point),

  measure(point, task) {
    const { x = 1 } = point;
    return inFolder(task.folder, async (folder) => {
      const path = makeFile(folder, "file.bin", lapOf(x) * REQUEST);
      return await measureWays(
        IN_FLIGHT_WAYS,
        { ...placeOf(point, task), path, places: lapOf(x) },
        task,
        {
          ...{ least: 1, milliseconds: task.milliseconds, lap: lapOf },
          shortestTurn: 10,
        },
      );
    });
  },

  seconds: (point, { milliseconds }) =>
    waysOf(IN_FLIGHT_WAYS, point).length * (0.15 + 2 * milliseconds / 1000),
};
