// Results of a bench that never ran, made as one would look that did: what tests of reports hold against what they know.

import {
  type Measured,
  type Point,
  type PointResult,
  type Results,
  SCHEMA,
  type Way,
} from "../../bench/schema.ts";
import { random } from "./random.ts";

/** What an operation costs: `ns = fixed + perKiB × KiB`. */
const SYSTEM = { fixed: 1000, perKiB: 100 };

/** Fixed ns on top of the system's own, by way. */
const OVERHEAD: Partial<Record<Way, number>> = {
  ...{ "C": 0, "bare": 60, "kernel32": 75, "SyncFile": 90 },
  ...{ "OverlappedFile": 900, "node:fs": 420, "node:fs/promises": 2100 },
};

/** What a way costs at a point, in ns. */
export function costOf({ bytes }: Point, way: Way): number {
  return SYSTEM.fixed + SYSTEM.perKiB * bytes / 1024 + (OVERHEAD[way] ?? 0);
}

/** Makes results of a point, in processes and rounds that drift as machines do. */
export function pointResult(
  point: Point,
  ways: readonly Way[],
  { seed = 1, slower = 1 }: { seed?: number; slower?: number } = {},
): PointResult {
  const noise = random(seed);
  const uniform = (spread: number) =>
    1 + spread * (noise.below(2001) / 1000 - 1);
  const runs = Array.from({ length: 3 }, () => {
    const weather = Array.from({ length: 8 }, () => uniform(0.3));
    const measured = ways.map((way): [Way, Measured] => {
      const ns = costOf(point, way) * (way === "C" ? 1 : slower);
      const rounds = weather.map((factor) => ns * factor * uniform(0.005));
      return [way, { rounds, cpu: ns }];
    });
    return { ways: Object.fromEntries(measured) };
  });
  return { ...point, runs };
}

/** Makes results of points. */
export function resultsOf(points: readonly PointResult[]): Results {
  return {
    schema: SCHEMA,
    date: "2026-01-02T03:04:05.000Z",
    machine: {
      ...{ processor: "Processor", processors: 2, memory: 8 * 2 ** 30 },
      system: "Wine 10.0 on Linux",
    },
    versions: { "deno.exe": "2.9.5" },
    options: { quick: true, processes: 3, milliseconds: 12 },
    points,
    heap: { deno: { "SyncFile write": 0.1 } },
    skipped: [{ what: "the rest", why: "it was not asked for" }],
  };
}
