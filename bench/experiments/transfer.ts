import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Candidate } from "../contestant.ts";
import { type Experiment, SkippedError, type Task } from "../experiment.ts";
import { measureWays, waysOf } from "../measure.ts";
import { alignedMemory, plainBytes } from "../memory.ts";
import { prefill } from "../prefill.ts";
import { type Pace, secondsOf } from "../rounds.ts";
import type { Operation, Pattern, Point } from "../schema.ts";
import { sectorSizeOf } from "../sectors.ts";
import { bare, throughKoffi } from "../transfer/bare.ts";
import { native } from "../transfer/native.ts";
import { raw, syncFile } from "../transfer/ours.ts";
import { bunPackage } from "../transfer/packages.ts";
import { fsFile, nodeFs } from "../transfer/runtimes.ts";
import type { TransferTask } from "../transfer/task.ts";
import { QUICK_SIZES, REQUEST_SIZES } from "./sizes.ts";

/** All ways to make transfers. */
export const WAYS: readonly Candidate<TransferTask>[] = [
  ...[native, bare, raw, syncFile, fsFile, nodeFs, bunPackage, throughKoffi],
];

/** What a pattern can make a difference to: a hint for reading none to rewriting, writing through none to reading. */
const OPERATIONS: Readonly<Record<Pattern, readonly Operation[]>> = {
  "buffered": [
    ...["read", "rewrite", "write", "append", "read at", "rewrite at"] as const,
  ],
  "sequential": ["read", "write"],
  "unbuffered": ["read", "rewrite", "write", "append"],
  "write-through": ["rewrite", "write", "append"],
  "unbuffered write-through": ["rewrite", "write", "append"],
  "preallocated": ["write"],
};
const PATTERNS = Object.keys(OPERATIONS) as readonly Pattern[];

/** Where a short run looks. At three sizes there are figures of CPU time. */
const QUICK: readonly (readonly [Pattern, Operation, readonly number[]])[] = [
  ["buffered", "read", [512, ...QUICK_SIZES]],
  ["sequential", "read", QUICK_SIZES],
  ["unbuffered", "read", QUICK_SIZES],
  ["buffered", "write", [512, ...QUICK_SIZES]],
  ["preallocated", "write", QUICK_SIZES],
  ["unbuffered", "write", QUICK_SIZES],
  ["write-through", "write", QUICK_SIZES],
  ["unbuffered write-through", "write", QUICK_SIZES],
  ["buffered", "rewrite", [4096, 65_536]],
  ["buffered", "append", [4096]],
  ["buffered", "read at", [4096, 65_536]],
  ["buffered", "rewrite at", [4096, 65_536]],
];

/** A lap has so many transfers, or fewer, for a file that is not too long. */
const MOST_TRANSFERS = 64;
const FEWEST_TRANSFERS = 8;
const MOST_BYTES = 16 * 2 ** 20;

/** Requests of some size, one after the other, in every way to open a file. */
export const experiment: Experiment = {
  points(quick, runtime) {
    const point = (pattern: Pattern, operation: Operation, bytes: number) => ({
      ...{ experiment: "transfer", runtime, operation, pattern } as const,
      ...{ bytes, depth: 1 },
    });
    return quick
      ? QUICK.flatMap(([pattern, operation, sizes]) =>
        sizes.map((bytes) => point(pattern, operation, bytes))
      )
      : PATTERNS.flatMap((pattern) =>
        OPERATIONS[pattern].flatMap((operation) =>
          REQUEST_SIZES.map((bytes) => point(pattern, operation, bytes))
        )
      );
  },
  ways: (point) => waysOf(WAYS, point),
  seconds: (point, task) => secondsOf(paceOf(point, task), ways(point)),
  async measure(point, task) {
    const { operation, pattern, bytes } = point;
    const path = join(task.folder, "transfer.bin");
    const pace = paceOf(point, task);
    const size = (pace.lap + 1) * bytes;
    const grows = operation === "write" || operation === "append";
    prefill(path, grows ? 0 : size);
    try {
      const isUnbuffered = pattern.startsWith("unbuffered");
      if (isUnbuffered) checkSectors(path, bytes);
      return await measureWays(WAYS, point, task, {
        ...{ operation, pattern, path, size, library: task.library },
        bytes: isUnbuffered ? alignedMemory(bytes).bytes : plainBytes(bytes),
      }, pace);
    } finally {
      await rm(path, { force: true });
    }
  },
};

const ways = (point: Point) => waysOf(WAYS, point).length;

function paceOf(
  { bytes, operation, pattern }: Point,
  { quick, milliseconds }: Pick<Task, "quick" | "milliseconds">,
): Pace {
  const fitting = Math.floor(MOST_BYTES / bytes);
  const lap = Math.max(FEWEST_TRANSFERS, Math.min(MOST_TRANSFERS, fitting));
  if (!quick) {
    return {
      ...{ lap, milliseconds, leastMilliseconds: milliseconds / 3 },
      ...{ shortestTurn: 0.25, warmUp: 0.4 * milliseconds },
      // A line of CPU time is fitted to fourteen sizes: none of them has to be exact.
      ...{ cpu: 50, latency: 20 },
    };
  }
  const isMain = pattern === "buffered" || pattern === "unbuffered";
  const isModelled = (operation === "read" || operation === "write") &&
    QUICK_SIZES.includes(bytes);
  const time = isMain ? milliseconds : milliseconds / 2;
  return {
    ...{ lap, milliseconds: time, shortestTurn: 0.25, warmUp: time },
    ...{ cpu: !isModelled ? 0 : isMain ? 35 : 25, latency: 4 },
  };
}

function checkSectors(path: string, bytes: number): void {
  const sector = sectorSizeOf(path);
  if (bytes % sector === 0) return;
  throw new SkippedError(
    `an unbuffered request is made of whole sectors, and they have ${sector} bytes here`,
  );
}
