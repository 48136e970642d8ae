// One request after the other, in every way to open a file, as the paper has it.

import type { Experiment } from "../experiment.ts";
import type { Operation, Pattern, Point } from "../schema.ts";
import { SYNC_WAYS } from "../ways.ts";
import { requests } from "./requests.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** All request sizes: powers of two from 512 bytes to 4 MiB. */
const SIZES = Array.from({ length: 14 }, (_, i) => 512 * 2 ** i);

/** Enough to separate what a call costs from what its bytes cost. */
const QUICK_SIZES = [4 * KIB, 64 * KIB, MIB];

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

/** Where a short run looks. At three sizes there are figures of CPU time. */
const QUICK: readonly (readonly [Pattern, Operation, readonly number[]])[] = [
  ["buffered", "read", [512, ...QUICK_SIZES]],
  ["sequential", "read", [4 * KIB, 64 * KIB]],
  ["unbuffered", "read", QUICK_SIZES],
  ["buffered", "write", [512, ...QUICK_SIZES]],
  ["preallocated", "write", [4 * KIB, 64 * KIB]],
  ["unbuffered", "write", QUICK_SIZES],
  ["write-through", "write", [4 * KIB, 64 * KIB]],
  ["unbuffered write-through", "write", [4 * KIB, 64 * KIB]],
  ["buffered", "rewrite", [4 * KIB, 64 * KIB]],
  ["buffered", "append", [4 * KIB]],
  ["buffered", "read at", [4 * KIB, 64 * KIB]],
  ["buffered", "rewrite at", [4 * KIB, 64 * KIB]],
];

const FULL: typeof QUICK = (Object.keys(OPERATIONS) as Pattern[]).flatMap(
  (pattern) =>
    OPERATIONS[pattern].map((operation) =>
      [pattern, operation, SIZES] as const
    ),
);

/** A lap has so many requests, or fewer, for a file that is not too long. */
const MOST_REQUESTS = 64;
const FEWEST_REQUESTS = 8;
const MOST_BYTES = 16 * MIB;

export const transfer: Experiment = requests({
  points: (quick, runtime) =>
    (quick ? QUICK : FULL).flatMap(([pattern, operation, sizes]) =>
      sizes.map((bytes): Point => ({
        ...{ experiment: "transfer", runtime, operation, pattern },
        ...{ bytes, depth: 1 },
      }))
    ),
  ways: () => SYNC_WAYS,
  pace({ bytes, operation, pattern }, { quick, milliseconds }) {
    const fitting = Math.floor(MOST_BYTES / bytes);
    const lap = Math.max(FEWEST_REQUESTS, Math.min(MOST_REQUESTS, fitting));
    // Writes at the file pointer are the same calls wherever that is.
    const loop = `${operation.startsWith("read") ? "read" : "write"}${
      operation.endsWith(" at") ? " at" : ""
    }`;
    const shared = { loop, lap, shortestTurn: 0.25, compiling: 120 };
    if (!quick) {
      return {
        ...{ ...shared, milliseconds: milliseconds / 2 },
        // A line of CPU time is fitted to fourteen sizes: none of them has to be exact.
        ...{ warmUp: 0.4 * milliseconds, cpu: 50 },
      };
    }
    const isMain = pattern === "buffered" || pattern === "unbuffered";
    const isModelled = (operation === "read" || operation === "write") &&
      QUICK_SIZES.includes(bytes);
    const time = isMain ? milliseconds : milliseconds / 2;
    return {
      ...{ ...shared, milliseconds: time, warmUp: time / 2 },
      cpu: !isModelled ? 0 : isMain ? 35 : 25,
    };
  },
});
