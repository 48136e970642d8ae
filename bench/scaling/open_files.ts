// How costs depend on how many files are open: that of an operation on one after the other, with one operation pending on each, and
// of opening and closing them.

import { COMPILING } from "../compiling.ts";
import type { Candidate } from "../contestant.ts";
import type { Experiment } from "../experiment.ts";
import { waysOf } from "../measure.ts";
import type { Operation, Pattern, Point } from "../schema.ts";
import { inFolder, makeFiles } from "./files.ts";
import { OPEN_WAYS } from "./open_ways.ts";
import { PENDING_WAYS } from "./pending_ways.ts";
import { type FilesPlace, ROUND_WAYS } from "./round_ways.ts";
import { measureWays, placeOf } from "./measure.ts";

const REQUEST = 4096;

const COUNTS = [1, 10, 100, 1000];
const QUICK_COUNTS = [1, 100];

/** Operation, pattern, and whether there is one pending on each. */
type Kind = readonly [Operation, Pattern, boolean];
const KINDS: readonly Kind[] = [
  ["rewrite at", "buffered", false],
  ["rewrite at", "unbuffered", true],
  ["open", "buffered", false],
];

/** Cost by the number of open files. */
export const experiment: Experiment = {
  points(quick, runtime) {
    if (runtime === "node") return [];
    return KINDS.flatMap(([operation, pattern, pending]) =>
      (quick ? QUICK_COUNTS : COUNTS).map((x): Point => ({
        ...{ experiment: "open files", runtime, operation, pattern, x },
        ...{ bytes: operation === "open" ? 0 : REQUEST },
        ...{ depth: pending ? x : 1 },
      }))
    );
  },

  ways: (point) => waysOf(candidatesFor(point), point),

  measure(point, task) {
    const { x = 1, operation, pattern } = point;
    return inFolder(task.folder, async (folder) => {
      const paths = makeFiles(folder, x, REQUEST);
      return await measureWays(
        candidatesFor(point),
        { ...placeOf(point, task), paths },
        task,
        {
          ...{ least: 1, milliseconds: task.milliseconds },
          lap: operation === "open" ? (count) => count : lapOf,
          shortestTurn: 5,
          ...operation !== "open" && pattern === "buffered" &&
            { compiling: COMPILING },
        },
      );
    });
  },

  seconds: (point, { milliseconds }) =>
    0.003 * (point.x ?? 1) +
    waysOf(candidatesFor(point), point).length *
      (0.08 + 2 * milliseconds / 1000),
};

function candidatesFor(
  { operation, pattern }: Point,
): readonly Candidate<FilesPlace>[] {
  if (operation === "open") return OPEN_WAYS;
  return pattern === "unbuffered" ? PENDING_WAYS : ROUND_WAYS;
}

/** Each file has its turn more than once. */
function lapOf(files: number): number {
  return Math.max(64, 2 * files);
}
