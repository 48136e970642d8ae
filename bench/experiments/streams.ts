import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Experiment, Task } from "../experiment.ts";
import { measureWays, waysOf } from "../measure.ts";
import { prefill } from "../prefill.ts";
import { type Pace, secondsOf } from "../rounds.ts";
import type { Pattern, Point } from "../schema.ts";
import { WAYS } from "../streaming/ways.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** How long the file is. */
const SIZE = { quick: 2 * MIB, full: 16 * MIB } as const;

const PATTERNS: readonly Pattern[] = ["buffered", "unbuffered"];
const OPERATIONS = ["write", "read"] as const;

/** How many times as long as they were to take the rounds of slow ways take: there are as many as of the others. */
const LONG = 1.7;

/** Whole files through streams. An operation is a chunk. */
export const experiment: Experiment = {
  points(quick, runtime) {
    // This module's chunks have 256 KiB if nothing is said; Deno's 64 KiB at most, whatever is said.
    const sizes = quick ? [256 * KIB] : [16 * KIB, 64 * KIB, 256 * KIB, MIB];
    return PATTERNS.flatMap((pattern) =>
      OPERATIONS.flatMap((operation) =>
        sizes.map((bytes) => ({
          ...{ experiment: "streams", runtime, operation, pattern } as const,
          ...{ bytes, depth: 1 },
        }))
      )
    ).filter(({ pattern }) => runtime !== "node" || pattern === "buffered");
  },
  ways: (point) => waysOf(WAYS, point),
  seconds: (point, task) =>
    LONG * secondsOf(paceOf(point, task), waysOf(WAYS, point).length),
  async measure(point, task) {
    const { operation, pattern, bytes } = point;
    const path = join(task.folder, "streams.bin");
    const pace = paceOf(point, task);
    const writes = operation === "write";
    if (!writes) prefill(path, pace.lap * bytes);
    try {
      return await measureWays(WAYS, point, task, {
        ...{ writes, pattern, path, bytes, library: task.library },
      }, pace);
    } finally {
      await rm(path, { force: true });
    }
  },
};

function paceOf(
  { operation, bytes }: Point,
  { quick, milliseconds }: Pick<Task, "quick" | "milliseconds">,
): Pace {
  const lap = SIZE[quick ? "quick" : "full"] / bytes;
  const shared = {
    ...{ loop: `streams ${operation}`, lap, wholeFiles: true },
    ...{ shortestTurn: 1, latency: 0 },
  };
  return quick
    ? { ...shared, milliseconds: 2 * milliseconds, warmUp: 30, cpu: 40 }
    : { ...shared, milliseconds: 4 * milliseconds, warmUp: 200, cpu: 150 };
}
