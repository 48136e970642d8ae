import { rm } from "node:fs/promises";
import { join } from "node:path";
import { COMPILING, isNew, setCompiled } from "../compiling.ts";
import type { Candidate } from "../contestant.ts";
import { type Experiment, SkippedError, type Task } from "../experiment.ts";
import { measureWays, rehearse, waysOf } from "../measure.ts";
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
import { partsOf, type TransferTask } from "../transfer/task.ts";
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
  ["sequential", "read", [4096, 65_536]],
  ["unbuffered", "read", QUICK_SIZES],
  ["buffered", "write", [512, ...QUICK_SIZES]],
  ["preallocated", "write", [4096, 65_536]],
  ["unbuffered", "write", QUICK_SIZES],
  ["write-through", "write", [4096, 65_536]],
  ["unbuffered write-through", "write", [4096, 65_536]],
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
    const pace = paceOf(point, task);
    if (isNew(pace.loop)) {
      await rehearseAll(point, task);
      setCompiled(pace.loop);
    }
    const measure = (give: () => TransferTask) =>
      measureWays(WAYS, point, task, give(), pace);
    return await withFile(point, task, pace.lap, measure);
  },
};

/** In a short run, a process measures files that are opened in other ways, too. */
async function rehearseAll(point: Point, task: Task): Promise<void> {
  const patterns: readonly Pattern[] = task.quick
    ? ["buffered", "unbuffered"]
    : [point.pattern];
  for (const pattern of patterns) {
    const alike = { ...point, pattern, bytes: REHEARSED };
    const run = (give: () => TransferTask) =>
      rehearse(WAYS, alike, task, give, MOST_TRANSFERS);
    try {
      await withFile(alike, task, MOST_TRANSFERS, run);
    } catch (error) {
      // The point itself may be one that can be measured.
      if (!(error instanceof SkippedError)) throw error;
    }
  }
}

/** The largest sectors there are, and the request of a rehearsal. */
const REHEARSED = 4096;

/**
 * Makes the file of a point.
 *
 * @param lap How many transfers it has room for, and one more.
 * @param use Gets what makes a task, whose memory nobody else has.
 */
async function withFile<Result>(
  { operation, pattern, bytes }: Point,
  { folder, library }: Task,
  lap: number,
  use: (give: () => TransferTask) => Promise<Result>,
): Promise<Result> {
  const path = join(folder, "transfer.bin");
  const size = (lap + 1) * bytes;
  const grows = operation === "write" || operation === "append";
  const isUnbuffered = pattern.startsWith("unbuffered");
  prefill(path, grows ? 0 : size);
  try {
    if (isUnbuffered) checkSectors(path, bytes);
    return await use(() => ({
      ...{ operation, pattern, path, size, library },
      bytes: isUnbuffered ? alignedMemory(bytes).bytes : plainBytes(bytes),
    }));
  } finally {
    await rm(path, { force: true });
  }
}

const ways = (point: Point) => waysOf(WAYS, point).length;

/** Writes at the file pointer are the same calls wherever that is. */
function loopOf(operation: Operation): string {
  const { writes, positional } = partsOf(operation);
  return `${writes ? "write" : "read"}${positional ? " at" : ""}`;
}

function paceOf(
  { bytes, operation, pattern }: Point,
  { quick, milliseconds }: Pick<Task, "quick" | "milliseconds">,
): Pace {
  const fitting = Math.floor(MOST_BYTES / bytes);
  const lap = Math.max(FEWEST_TRANSFERS, Math.min(MOST_TRANSFERS, fitting));
  const compiling = { loop: loopOf(operation), compiling: COMPILING };
  if (!quick) {
    return {
      ...compiling,
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
    ...{ ...compiling, lap, milliseconds: time },
    ...{ shortestTurn: 0.25, warmUp: time / 2 },
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
