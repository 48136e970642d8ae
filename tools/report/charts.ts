import {
  comparePoints,
  groupBy,
  isMixed,
  sizeName,
} from "../../bench/names.ts";
import type { Figures } from "../../bench/figures.ts";
import type { Experiment, PointResult } from "../../bench/schema.ts";
import { bars, type Chart, lines, type Shown } from "./chart.ts";
import { costChart } from "./cost_model.ts";

const KIB = 1024;

/** Sizes and depths that bars are drawn for: more would say the same again. */
const BAR_SIZES: readonly number[] = [512, 4 * KIB, 64 * KIB, 1024 * KIB];
const BAR_DEPTHS: readonly number[] = [1, 8, 32];

/** Sizes that lines by requests in flight are drawn for. */
const DEPTH_SIZES: readonly number[] = [4 * KIB, 64 * KIB];

/** Makes the charts of an experiment. */
export function charts(
  experiment: Experiment,
  points: readonly PointResult[],
): Chart[] {
  const own = points.filter((point) => point.experiment === experiment)
    .toSorted(comparePoints);
  if (own.length === 0) return [];
  const made = () => {
    if (own.some(isMixed)) {
      return [ratios("Time to C's", own, "phase", ({ phase = "" }) => phase)];
    }
    if (experiment === "file size") return fileSizes(own);
    if (experiment === "transfer") return transfers(own);
    return experiment === "overlapped" ? overlapped(own) : others(own);
  };
  return made().filter(({ panels }) => panels.length > 0);
}

const SIZE = {
  label: "Request",
  value: ({ bytes }: PointResult): number => bytes,
  kind: "bytes",
} as const;
const DEPTH = {
  label: "Requests in flight",
  value: ({ depth }: PointResult): number => depth,
};
const RATE = {
  label: "MB/s",
  value: ({ megabytes }: Figures): number => megabytes,
};

function transfers(points: readonly PointResult[]): Chart[] {
  const of = (pattern: string) =>
    points.filter((point) => point.pattern === pattern);
  const few = (pattern: string) =>
    of(pattern).filter(({ bytes }) => BAR_SIZES.includes(bytes));
  return [
    lines(points, {
      title: "Throughput of this module's files, by request size",
      about: "SyncFile, a line for each way to open a file. Higher is better.",
      ...{ x: SIZE, y: RATE, shown: ["bytes", "pattern"] },
      ...{ way: "SyncFile" },
    }),
    throughput("Throughput of the ways, buffered", of("buffered")),
    throughput("Throughput of the ways, unbuffered", of("unbuffered")),
    ratios("Time to C's, buffered", few("buffered")),
    ratios("Time to C's, unbuffered", few("unbuffered")),
    costChart(of("buffered"), points),
  ];
}

function overlapped(points: readonly PointResult[]): Chart[] {
  const deepest = Math.max(...BAR_DEPTHS);
  const byDepth = several(
    points.filter(({ bytes }) => DEPTH_SIZES.includes(bytes)),
    "depth",
  );
  return [
    lines(byDepth, {
      title: "Operations a second by requests in flight",
      about: "Higher is better.",
      ...{ x: DEPTH, shown: ["depth"] },
      y: { label: "Operations/s", value: ({ perSecond }) => perSecond },
    }),
    ratios(
      "Time to C's, by requests in flight",
      byDepth.filter(({ depth }) => BAR_DEPTHS.includes(depth)),
      "depth",
      ({ depth }) => `× ${depth}`,
    ),
    throughput(
      `Throughput of the ways, ${deepest} in flight`,
      several(points.filter(({ depth }) => depth === deepest), "bytes"),
    ),
  ];
}

function others(points: readonly PointResult[]): Chart[] {
  const sizes = new Set(points.map(({ bytes }) => bytes));
  const few = sizes.size <= BAR_SIZES.length
    ? points
    : points.filter(({ bytes }) => BAR_SIZES.includes(bytes));
  return [
    throughput("Throughput of the ways", several(points, "bytes")),
    ratios("Time to C's", few),
  ];
}

/** Of points that differ in one thing alone, those that do so in several ways: enough for a line. */
function several(
  points: readonly PointResult[],
  what: "bytes" | "depth",
): PointResult[] {
  const groups = groupBy(
    points,
    ({ runtime, operation, pattern, bytes, depth }) =>
      [runtime, operation, pattern, what === "bytes" ? depth : bytes].join(),
  );
  return [...groups.values()].filter((group) => group.length > 2).flat();
}

function fileSizes(points: readonly PointResult[]): Chart[] {
  return [
    lines(points, {
      title: "Time",
      about: "What a request of 1 MiB takes. Lower is better.",
      x: { label: "File", value: ({ fileSize }) => fileSize, kind: "bytes" },
      y: { label: "µs/request", value: ({ time }) => time.median / 1000 },
      shown: [],
    }),
  ];
}

function throughput(title: string, points: readonly PointResult[]): Chart {
  const about = "Higher is better.";
  return lines(points, { title, about, x: SIZE, y: RATE, shown: ["bytes"] });
}

function ratios(
  title: string,
  points: readonly PointResult[],
  shown: Shown = "bytes",
  group = ({ bytes }: PointResult): string => sizeName(bytes),
): Chart {
  return bars(points, { title, shown, group });
}
