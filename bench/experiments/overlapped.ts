import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Candidate } from "../contestant.ts";
import type { Experiment, Task } from "../experiment.ts";
import { measureWays, waysOf } from "../measure.ts";
import { bare, throughKoffi } from "../overlapped/bare.ts";
import { native } from "../overlapped/native.ts";
import { overlappedFile } from "../overlapped/ours.ts";
import { fsFile, fsPromises } from "../overlapped/runtimes.ts";
import type { OverlappedTask } from "../overlapped/task.ts";
import { prefill } from "../prefill.ts";
import { type Pace, secondsOf } from "../rounds.ts";
import type { Operation, Pattern, Point, Run } from "../schema.ts";

/** All ways to perform operations. */
export const WAYS: readonly Candidate<OverlappedTask>[] = [
  ...[native, bare, overlappedFile, fsFile, fsPromises, throughKoffi],
];

type Family = readonly [
  Pattern,
  Operation,
  sizes: readonly number[],
  depths: readonly number[],
];

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZES = [512, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB];
const DEPTHS = [1, 2, 4, 8, 16, 32];

const FULL: readonly Family[] = [
  ["unbuffered", "rewrite at", SIZES, DEPTHS],
  ["unbuffered", "read at", SIZES, DEPTHS],
  ["buffered", "rewrite at", [4 * KIB, 64 * KIB, MIB], [1, 8, 32]],
  ["buffered", "read at", [4 * KIB, 64 * KIB, MIB], [1, 8, 32]],
  // At the file pointer, there is one at a time.
  ["buffered", "rewrite", SIZES, [1]],
  ["buffered", "read", SIZES, [1]],
];

const QUICK: readonly Family[] = [
  ["unbuffered", "rewrite at", [4 * KIB], [1, 32]],
  ["unbuffered", "rewrite at", [64 * KIB], [32]],
  ["unbuffered", "read at", [4 * KIB], [1, 32]],
  ["buffered", "read at", [4 * KIB], [1, 32]],
  ["buffered", "read", [4 * KIB], [1]],
];

/** Operations of some size, so many at a time. */
export const experiment: Experiment = {
  points: (quick, runtime) =>
    (quick ? QUICK : FULL).flatMap(([pattern, operation, sizes, depths]) =>
      sizes.flatMap((bytes) =>
        depths.map((depth) => ({
          ...{ experiment: "overlapped", runtime, operation } as const,
          ...{ pattern, bytes, depth },
        }))
      )
    ),
  ways: (point) => waysOf(WAYS, point),
  seconds: (point, task) =>
    secondsOf(paceOf(point, task), waysOf(WAYS, point).length),
  measure: (point, task) => measureOverlapped(WAYS, point, task),
};

/** A lap has several times as many operations as are under way at once, and the file is not too long. */
const MOST_OPERATIONS = 128;
const QUICK_OPERATIONS = 32;
const MOST_BYTES = 32 * MIB;

/** Measures ways to perform overlapped operations. */
export async function measureOverlapped(
  ways: readonly Candidate<OverlappedTask>[],
  point: Point,
  task: Task,
): Promise<Run> {
  const { operation, pattern, bytes, depth } = point;
  const path = join(task.folder, "overlapped.bin");
  const pace = paceOf(point, task);
  prefill(path, (pace.lap + 1) * bytes);
  try {
    return await measureWays(ways, point, task, {
      ...{ operation, pattern, path, bytes, depth, library: task.library },
    }, pace);
  } finally {
    await rm(path, { force: true });
  }
}

/** How overlapped operations are measured. Turns last: the event loop turns in them as often as in a long run, not once too often. */
export function paceOf(
  { operation: loop, bytes, depth }: Point,
  { quick, milliseconds }: Pick<Task, "quick" | "milliseconds">,
): Pace {
  const fitting = Math.floor(MOST_BYTES / bytes);
  const most = quick ? QUICK_OPERATIONS : MOST_OPERATIONS;
  const lap = Math.max(2 * depth, Math.min(most, fitting), 8);
  return quick
    ? {
      ...{ loop, lap, shortestTurn: 2, milliseconds: 1.5 * milliseconds },
      ...{ warmUp: 30, cpu: 30, latency: 8 },
    }
    : {
      ...{ loop, lap, shortestTurn: 10, milliseconds: 1.5 * milliseconds },
      ...{ leastMilliseconds: 0.75 * milliseconds },
      ...{ warmUp: 100, cpu: 70, latency: 40 },
    };
}
