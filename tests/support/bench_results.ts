// Results of a bench that never ran, made as one would look that did: what tests of reports hold against what they know.

import {
  type Experiment,
  type Measured,
  type Operation,
  type Pattern,
  PERCENTILES,
  type Point,
  type PointResult,
  type Results,
  type Runtime,
  SCHEMA,
  type Way,
} from "../../bench/schema.ts";
import { random } from "./random.ts";

/** What an operation costs: `ns = fixed + perKiB × KiB`. */
export interface Cost {
  readonly fixed: number;
  readonly perKiB: number;
}

/** How results are made. */
export interface Making {
  readonly seed?: number;
  readonly processes?: number;
  readonly rounds?: number;
  /** Makes a way slower at a point, by a factor. */
  readonly slower?: (point: Point, way: Way) => number;
}

const KIB = 1024;

/** Fixed ns on top of the system's own, by way. */
const OVERHEAD: Partial<Record<Way, number>> = {
  ...{ "C": 0, "bare": 60, "kernel32": 75, "SyncFile": 90 },
  ...{ "OverlappedFile": 900, "OverlappedFile stream": 4000 },
  ...{ "Deno.FsFile": 150, "Deno.FsFile stream": 9000, "Bun.file": 700 },
  ...{ "node:fs": 420, "node:fs/promises": 21_000, "node:fs stream": 12_000 },
  ...{ "@bun-win32/kernel32": 110, "koffi": 260 },
};

const SYSTEM: Record<Pattern, Cost> = {
  "buffered": { fixed: 1100, perKiB: 95 },
  "sequential": { fixed: 1090, perKiB: 94 },
  "preallocated": { fixed: 1300, perKiB: 120 },
  "write-through": { fixed: 9000, perKiB: 300 },
  "unbuffered": { fixed: 5200, perKiB: 160 },
  "unbuffered write-through": { fixed: 14_000, perKiB: 340 },
};

const WAYS_OF: Record<Runtime, readonly Way[]> = {
  deno: ["C", "bare", "kernel32", "SyncFile", "Deno.FsFile", "node:fs"],
  bun: ["C", "bare", "kernel32", "SyncFile", "node:fs", "@bun-win32/kernel32"],
  node: ["C", "node:fs", "koffi"],
};

const OVERLAPPED_OF: Record<Runtime, readonly Way[]> = {
  deno: ["C", "bare", "OverlappedFile", "Deno.FsFile", "node:fs/promises"],
  bun: ["C", "bare", "OverlappedFile", "node:fs/promises"],
  node: ["C", "node:fs/promises"],
};

const STREAMS_OF: Record<Runtime, readonly Way[]> = {
  deno: [
    ...["OverlappedFile stream", "Deno.FsFile stream", "node:fs stream"],
  ] as Way[],
  bun: ["OverlappedFile stream", "node:fs stream", "Bun.file"],
  node: ["node:fs stream"],
};

/** What a way costs at a point, without noise. */
export function costOf(point: Point, way: Way): Cost {
  const { fixed, perKiB } = SYSTEM[point.pattern];
  return { fixed: fixed + (OVERHEAD[way] ?? 0), perKiB };
}

/** Makes results of a point. */
export function pointResult(
  point: Point,
  ways: readonly Way[],
  { seed = 1, processes = 3, rounds = 20, slower = () => 1 }: Making = {},
): PointResult {
  const noise = random(seed);
  const uniform = (spread: number) =>
    1 + spread * (noise.below(2001) / 1000 - 1);
  const { bytes, depth, x = 0, experiment } = point;
  const runs = Array.from({ length: processes }, () => {
    // What slows the machine down, in a process and in a round, hits all ways alike.
    const drift = uniform(0.15);
    const weather = Array.from({ length: rounds }, () => drift * uniform(0.1));
    const measured = ways.map((way): [Way, Measured] => {
      const { fixed, perKiB } = costOf(point, way);
      const alone = (fixed + perKiB * bytes / KIB) * slower(point, way);
      const ns = (alone * (1 + 3 / depth) / 4) *
        (experiment === "open files" ? 1 + Math.log10(x + 1) / 9 : 1) *
        uniform(0.01);
      const times = weather.map((factor) => ns * factor * uniform(0.02));
      return [way, {
        rounds: times,
        cpu: ns * 0.9 * uniform(0.02),
        latency: PERCENTILES.map((part) =>
          ns * (0.7 + 0.4 * part + 0.05 / (1.001 - part))
        ),
        memory: 4e6 + x * 1000 + depth * bytes,
      }];
    });
    return { ways: Object.fromEntries(measured) };
  });
  return { ...point, runs };
}

/** Makes results with a point for about everything that a bench may measure. */
export function benchResults(making: Making = {}): Results {
  let seed = making.seed ?? 1;
  const made = (
    experiment: Experiment,
    runtime: Runtime,
    operation: Operation,
    ways: readonly Way[],
    rest: Partial<Point> = {},
  ) =>
    pointResult(
      {
        ...{ experiment, runtime, operation, pattern: "buffered" },
        ...{ bytes: 4 * KIB, depth: 1, ...rest },
      },
      ways,
      { ...making, seed: seed++ },
    );
  const points = (["deno", "bun", "node"] as const).flatMap((runtime) => {
    const ways = WAYS_OF[runtime];
    const overlapped = OVERLAPPED_OF[runtime];
    const scaled = (
      experiment: Experiment,
      xs: readonly number[],
      who: readonly Way[],
    ) =>
      runtime === "node"
        ? []
        : xs.map((x) => made(experiment, runtime, "read at", who, { x }));
    return [
      ...(["read", "rewrite", "write", "append"] as const).flatMap((
        operation,
      ) =>
        PATTERN_NAMES.flatMap((pattern) =>
          SIZES.map((bytes) =>
            made("transfer", runtime, operation, ways, { pattern, bytes })
          )
        )
      ),
      ...(["read at", "rewrite at"] as const).flatMap((operation) =>
        [1, 2, 4, 8, 16, 32].flatMap((depth) =>
          [4 * KIB, 64 * KIB].map((bytes) =>
            made("overlapped", runtime, operation, overlapped, {
              ...{ pattern: "unbuffered", bytes, depth },
            })
          )
        )
      ),
      ...runtime === "node" ? [] : [
        ...(["gather", "rewrite at"] as const).map((operation) =>
          made("gather", runtime, operation, ["C", "OverlappedFile"], {
            ...{ pattern: "unbuffered" },
            bytes: operation === "gather" ? 64 * KIB : 4 * KIB,
          })
        ),
        ...(["read", "write"] as const).flatMap((operation) => [
          made("records", runtime, operation, [...ways, "SyncFile, struct()"], {
            bytes: 32,
          }),
          made("text", runtime, operation, ways, { bytes: 64 }),
        ]),
      ],
      ...(["read", "write"] as const).map((operation) =>
        made("streams", runtime, operation, STREAMS_OF[runtime], {
          bytes: 64 * KIB,
        })
      ),
      ...scaled("file size", SIZES.map((size) => 2048 * size), ways),
      ...scaled("open files", [1, 10, 100, 1000], ways),
      ...scaled("in flight", [1, 4, 16, 64, 256, 1024], overlapped),
      ...scaled("workers", [1, 2, 3, 4], ["C", "SyncFile"]),
      ...scaled("buffer size", SIZES, ways),
    ];
  });
  return {
    schema: SCHEMA,
    date: "2026-01-02T03:04:05.000Z",
    machine: {
      ...{ processor: "Processor", processors: 2, memory: 8 * 2 ** 30 },
      ...{ system: "Wine 10.0 on Linux 6.1.0", disk: "ext4" },
    },
    versions: { "deno.exe": "2.9.5", "bun.exe": "1.4.5" },
    options: { quick: false, processes: 3, milliseconds: 400 },
    points,
    heap: {
      deno: {
        ...{ "SyncFile.write": 0.1, "kernel32.WriteFile": 0.1 },
        ...{ "OverlappedFile.write": 420, "the loop": 120, "one object": 16 },
      },
    },
    startup: { deno: 6.2, bun: 4.1 },
    emptyImport: { deno: 2.5 },
    skipped: [{
      what: "preallocated, by FileAllocationInfo",
      why: "Wine does not have it <yet>",
    }],
  };
}

const PATTERN_NAMES = Object.keys(SYSTEM) as Pattern[];
const SIZES = Array.from({ length: 14 }, (_, i) => 512 * 2 ** i);
