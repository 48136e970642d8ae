// Several requests in flight, and requests for many pages.

import type { Experiment, Pace, Task } from "../experiment.ts";
import { PAGE } from "../loops.ts";
import type { Operation, Pattern, Point } from "../schema.ts";
import { OVERLAPPED_WAYS, PAGE_WAYS } from "../ways.ts";
import { requests } from "./requests.ts";

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
const DEEPER = [64, 256, 1024];

const FULL: readonly Family[] = [
  ["unbuffered", "rewrite at", SIZES, DEPTHS],
  ["unbuffered", "read at", SIZES, DEPTHS],
  ["unbuffered", "rewrite at", [4 * KIB], DEEPER],
  ["unbuffered", "read at", [4 * KIB], DEEPER],
  ["buffered", "rewrite at", [4 * KIB, 64 * KIB, MIB], [1, 8, 32]],
  ["buffered", "read at", [4 * KIB, 64 * KIB, MIB], [1, 8, 32]],
  // At the file pointer, there is one at a time.
  ["buffered", "rewrite", SIZES, [1]],
  ["buffered", "read", SIZES, [1]],
];

const QUICK: readonly Family[] = [
  ["unbuffered", "rewrite at", [4 * KIB], [1, 8, 32, 256]],
  ["unbuffered", "rewrite at", [64 * KIB], [32]],
  ["unbuffered", "read at", [4 * KIB], [1, 32]],
  ["buffered", "read at", [4 * KIB], [1, 32]],
  ["buffered", "read", [4 * KIB], [1]],
];

export const overlapped: Experiment = requests({
  points: (quick, runtime) =>
    (quick ? QUICK : FULL).flatMap(([pattern, operation, sizes, depths]) =>
      sizes.flatMap((bytes) =>
        depths.map((depth): Point => ({
          ...{ experiment: "overlapped", runtime, operation, pattern },
          ...{ bytes, depth },
        }))
      )
    ),
  ways: () => OVERLAPPED_WAYS,
  pace: paceOf,
}, () => ({ overlapped: true }));

const PAGES = 16;

/** Many pages by one call, and what that saves: as many calls, all under way at a time. */
export const gather: Experiment = requests({
  points(quick, runtime) {
    const point = (
      operation: Operation,
      bytes: number,
      depth: number,
    ): Point => ({
      ...{ experiment: "gather", runtime, pattern: "unbuffered" },
      ...{ operation, bytes, depth },
    });
    const sizes = quick
      ? [PAGES * PAGE]
      : Array.from({ length: 9 }, (_, i) => PAGE * 2 ** i);
    return [
      ...sizes.map((bytes) => point("gather", bytes, 1)),
      ...sizes.map((bytes) => point("scatter", bytes, 1)),
      point("rewrite at", PAGE, PAGES),
      ...quick ? [] : [point("read at", PAGE, PAGES)],
    ];
  },
  ways: () => PAGE_WAYS,
  pace: paceOf,
}, ({ depth }) => ({ overlapped: true, pages: depth === 1 }));

/** A lap has several times as many operations as are under way at once, and the file is not too long. */
const MOST_OPERATIONS = 128;
const QUICK_OPERATIONS = 32;
const MOST_BYTES = 32 * MIB;

/** Turns last: the event loop turns in them as often as in a long run, not once too often. */
function paceOf(
  { operation, pattern, bytes, depth }: Point,
  { quick, milliseconds }: Pick<Task, "quick" | "milliseconds">,
): Pace {
  const fitting = Math.floor(MOST_BYTES / bytes);
  const most = quick ? QUICK_OPERATIONS : MOST_OPERATIONS;
  const lap = Math.max(2 * depth, Math.min(most, fitting), 8);
  const loop = `${operation} ${pattern}`;
  const shared = { loop, lap, milliseconds: 1.5 * milliseconds };
  return quick
    ? { ...shared, shortestTurn: 2, warmUp: 20, compiling: 40, cpu: 30 }
    : {
      ...shared,
      ...{ shortestTurn: 10, warmUp: 80, compiling: 200, cpu: 70 },
    };
}
