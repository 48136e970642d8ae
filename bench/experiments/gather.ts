import type { Candidate } from "../contestant.ts";
import type { Experiment } from "../experiment.ts";
import { waysOf } from "../measure.ts";
import { native } from "../overlapped/native.ts";
import { overlappedFile } from "../overlapped/ours.ts";
import { fsPromises } from "../overlapped/runtimes.ts";
import { type OverlappedTask, PAGE } from "../overlapped/task.ts";
import { secondsOf } from "../rounds.ts";
import type { Operation } from "../schema.ts";
import { measureOverlapped, paceOf } from "./overlapped.ts";
import { powersOfTwo } from "./sizes.ts";

/** All ways to perform operations. */
export const WAYS: readonly Candidate<OverlappedTask>[] = [
  ...[native, overlappedFile, fsPromises],
];

const PAGES = 16;

/** Many pages by one call, and what that saves: as many calls, all under way at a time. */
export const experiment: Experiment = {
  points(quick, runtime) {
    const point = (operation: Operation, bytes: number, depth: number) => ({
      ...{ experiment: "gather", runtime, pattern: "unbuffered" } as const,
      ...{ operation, bytes, depth },
    });
    const sizes = quick ? [PAGES * PAGE] : powersOfTwo(PAGE, 256 * PAGE);
    return [
      ...sizes.map((bytes) => point("gather", bytes, 1)),
      ...sizes.map((bytes) => point("scatter", bytes, 1)),
      point("rewrite at", PAGE, PAGES),
      ...quick ? [] : [point("read at", PAGE, PAGES)],
    ];
  },
  ways: (point) => waysOf(WAYS, point),
  seconds: (point, task) =>
    secondsOf(paceOf(point, task), waysOf(WAYS, point).length),
  measure: (point, task) => measureOverlapped(WAYS, point, task),
};
