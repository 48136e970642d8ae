import type { Experiment, PointResult } from "../../bench/schema.ts";
import { bars } from "./bar_chart.ts";
import type { Chart } from "./chart.ts";
import {
  type CostModel,
  costModels,
  costModelTable,
  costText,
} from "./cost_model.ts";
import { figuresOf, ratio } from "../../bench/figures.ts";
import { groupBy } from "../../bench/groups.ts";
import { lineChart, lines } from "./line_chart.ts";
import {
  comparePoints,
  EXPERIMENTS,
  growsInBytes,
  isMixed,
  sizeName,
} from "../../bench/names.ts";
import { digits } from "../../bench/numbers.ts";
import { PATTERN_SERIES, WAY_SERIES } from "./series.ts";

const KIB = 1024;

/** Sizes that bars are drawn for: more would say the same again. */
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
  const made = () => {
    if (own.some(isMixed)) return [mixed(own)];
    if (EXPERIMENTS[experiment].x) return scaling(experiment, own);
    if (experiment === "transfer") {
      return transfers(own, points.toSorted(comparePoints));
    }
    return experiment === "overlapped" ? overlapped(own) : others(own);
  };
  return made().filter(({ panels }) => panels.length > 0);
}

function mixed(points: readonly PointResult[]): Chart {
  return ratios("Time to C's", points, ({ phase }) => phase ?? "");
}

function transfers(
  points: readonly PointResult[],
  all: readonly PointResult[],
): Chart[] {
  const buffered = points.filter(({ pattern }) => pattern === "buffered");
  const unbuffered = points.filter(({ pattern }) => pattern === "unbuffered");
  return [
    throughputByPattern(points),
    throughputByWay("Throughput of the ways, buffered", buffered),
    throughputByWay("Throughput of the ways, unbuffered", unbuffered),
    ratios(
      "Time to C's, buffered",
      buffered.filter(({ bytes }) => BAR_SIZES.includes(bytes)),
    ),
    ratios(
      "Time to C's, unbuffered",
      unbuffered.filter(({ bytes }) => BAR_SIZES.includes(bytes)),
    ),
    cpuPerKiB(buffered),
    costModel(buffered, costModels(all)),
  ];
}

function overlapped(points: readonly PointResult[]): Chart[] {
  const deepest = Math.max(0, ...points.map(({ depth }) => depth));
  const byDepth = several(
    points.filter(({ bytes }) => DEPTH_SIZES.includes(bytes)),
    "depth",
  );
  return [
    lines(byDepth, {
      title: "Operations a second by requests in flight",
      about: "Higher is better.",
      x: { label: "Requests in flight", value: ({ depth }) => depth },
      y: { label: "Operations/s", value: ({ perSecond }) => perSecond },
      series: WAY_SERIES,
    }),
    lines(byDepth, {
      title: "What an operation costs the processors, by requests in flight",
      about: "CPU time of the process. Lower is better.",
      x: { label: "Requests in flight", value: ({ depth }) => depth },
      y: { label: "CPU µs/operation", value: ({ cpu }) => cpu?.median },
      series: WAY_SERIES,
    }),
    ratios(
      "Time to C's, by requests in flight",
      byDepth.filter(({ depth }) => BAR_DEPTHS.includes(depth)),
      ({ depth }) => `× ${depth}`,
    ),
    throughputByWay(
      `Throughput of the ways, ${deepest} in flight`,
      several(points.filter(({ depth }) => depth === deepest), "bytes"),
    ),
  ];
}

function others(points: readonly PointResult[]): Chart[] {
  const sized = several(points, "bytes");
  const sizes = new Set(points.map(({ bytes }) => bytes)).size;
  const few = sizes <= BAR_SIZES.length
    ? points
    : points.filter(({ bytes }) => BAR_SIZES.includes(bytes));
  const isBeside = points.some((point) => figuresOf(point)[0]?.way === "C");
  return [
    throughputByWay("Throughput of the ways", sized),
    bars(few, {
      title: "Throughput",
      about: "Higher is better.",
      label: "MB/s",
      group: ({ bytes }) => sizeName(bytes),
      value: ({ megabytes, time }) => ({
        median: megabytes,
        low: megabytes * time.median / time.high,
        high: megabytes * time.median / time.low,
      }),
    }),
    ...isBeside ? [ratios("Time to C's", few)] : [],
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

function scaling(
  experiment: Experiment,
  points: readonly PointResult[],
): Chart[] {
  const x = {
    label: EXPERIMENTS[experiment].x!,
    value: ({ x }: PointResult) => x,
    ...growsInBytes(experiment) && { kind: "bytes" as const },
  };
  return [
    lines(points, {
      title: "Time",
      about: "What an operation takes. Lower is better.",
      x,
      y: { label: "µs/operation", value: ({ time }) => time.median / 1000 },
      series: WAY_SERIES,
    }),
    lines(points, {
      title: "Memory",
      about: "The most that the process grew by. Lower is better.",
      x,
      y: {
        label: "MiB",
        value: ({ memory }) => memory === undefined ? memory : memory / 2 ** 20,
      },
      series: WAY_SERIES,
    }),
  ];
}

function throughputByPattern(points: readonly PointResult[]): Chart {
  return lines(points, {
    title: "Throughput of this module's files, by request size",
    about: "SyncFile, a line for each way to open a file. Higher is better.",
    x: { label: "Request", value: ({ bytes }) => bytes, kind: "bytes" },
    y: { label: "MB/s", value: ({ megabytes }) => megabytes },
    way: "SyncFile",
    series: PATTERN_SERIES,
  });
}

function throughputByWay(
  title: string,
  points: readonly PointResult[],
): Chart {
  return lines(points, {
    title,
    about: "Higher is better.",
    x: { label: "Request", value: ({ bytes }) => bytes, kind: "bytes" },
    y: { label: "MB/s", value: ({ megabytes }) => megabytes },
    series: WAY_SERIES,
  });
}

function cpuPerKiB(points: readonly PointResult[]): Chart {
  return lines(points, {
    title: "What a KiB costs the processors, by request size",
    about:
      "CPU time of the process, buffered. Small requests pay for the call, large ones for copying. Lower is better.",
    x: { label: "Request", value: ({ bytes }) => bytes, kind: "bytes" },
    y: { label: "CPU µs/KiB", value: ({ cpuPerKiB }) => cpuPerKiB },
    series: WAY_SERIES,
  });
}

function ratios(
  title: string,
  points: readonly PointResult[],
  group = ({ bytes }: PointResult) => sizeName(bytes),
): Chart {
  return bars(points, {
    title,
    about:
      "How many times as long as C it took, in the same rounds. The thin line is from the lowest to the highest process, or between the quartiles of one process's rounds. Lower is better.",
    label: "Times C's time",
    group,
    value: ({ way }, point) => way === "C" ? undefined : ratio(point, way, "C"),
    limit: 1,
  });
}

function costModel(
  points: readonly PointResult[],
  all: readonly CostModel[],
): Chart {
  const models = costModels(points);
  const panels = [
    ...groupBy(models, ({ runtime, operation }) => `${runtime}, ${operation}`),
  ].map(([title, group]) => ({
    title,
    dots: group.flatMap(({ way, samples }) =>
      samples.map(({ kib, cpu }) => ({
        ...{ series: way, x: kib * KIB, y: cpu },
        title: `${way}, ${sizeName(kib * KIB)}: ${digits(cpu)} µs`,
      }))
    ),
    curves: group.flatMap(curve),
  }));
  const { table: _, ...chart } = lineChart({
    title: "The cost model",
    about: [
      "CPU µs = call + copying × KiB: what a request costs whatever its length, in which ways differ, and what each KiB adds, which none can make cheaper than C. They are even at a size from which on the bytes cost more than the call.",
      costText(models),
      "Marks are what was measured, buffered; lines are the model. The table has all else that was measured with three sizes or more, and how far figures are off the line: much, where a KiB does not cost the same at all sizes.",
    ].filter((text) => text !== "").join(" "),
    ...{ series: WAY_SERIES, panels },
    x: { label: "Request", kind: "bytes" },
    y: { label: "CPU µs/request", kind: "log" },
  });
  return { ...chart, table: costModelTable(all) };
}

/** A line of the model is none on logarithmic axes. */
function curve({ way, samples, fixed, marginal }: CostModel) {
  const sizes = samples.map(({ kib }) => kib);
  const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
  const steps = 40;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const kib = from * (to / from) ** (i / steps);
    return { series: way, x: kib * KIB, y: fixed + marginal * kib };
  }).filter(({ y }) => y > 0);
}
