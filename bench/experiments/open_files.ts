// How costs depend on how many files are open: that of requests, and that of opening and closing them.

import type { Experiment } from "../experiment.ts";
import { makeFiles } from "../files.ts";
import type { Point } from "../schema.ts";
import type { Contestant, Way } from "../way.ts";
import { THROUGH_WAYS } from "../ways.ts";
import { openCounts, round } from "./growth.ts";

const isOpening = ({ operation }: Point) => operation === "open";

export const openFiles: Experiment = {
  points: (quick, runtime) => [
    ...round.points(quick, runtime),
    ...runtime === "node" ? [] : openCounts(quick).map((x): Point => ({
      ...{ experiment: "open files", runtime, operation: "open", x },
      ...{ pattern: "buffered", bytes: 0, depth: 1 },
    })),
  ],
  ways: (point) => isOpening(point) ? THROUGH_WAYS.slice(1) : round.ways(point),
  pace: (point, task) =>
    isOpening(point)
      ? {
        ...{ loop: "open", lap: point.x!, shortestTurn: task.quick ? 2 : 5 },
        ...{ milliseconds: task.milliseconds, warmUp: task.milliseconds / 4 },
        ...{ compiling: 40, cpu: 0, wholeFiles: true },
      }
      : round.pace(point, task),
  seconds: (point) => round.seconds!(point),
  prepare(point, task) {
    if (!isOpening(point)) return round.prepare(point, task);
    const paths = makeFiles(task.folder, point.x!, 4096);
    return (way) => opening(way, paths);
  },
};

/** Opens files, then closes them. */
function opening(way: Way, paths: readonly string[]): Contestant {
  const how = { pattern: "buffered" } as const;
  const { openSync, open } = way;
  const run = openSync === undefined
    ? async (count: number) => {
      const files = [];
      for (let i = 0; i < count; i++) files.push(await open!(paths[i]!, how));
      for (const file of files) await file.close();
    }
    : (count: number) => {
      const files = [];
      for (let i = 0; i < count; i++) files.push(openSync(paths[i]!, how));
      for (const file of files) file.close();
    };
  return { run, close() {} };
}
