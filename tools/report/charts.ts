import {
  type Experiment,
  PERCENTILES,
  type PointResult,
  type Way,
} from "../../bench/schema.ts";
import { type CostModel, costModels, costModelTable } from "./cost_model.ts";
import { type Figures, figuresOf, ratio } from "./figures.ts";
import { groupBy } from "./groups.ts";
import { comparePoints, EXPERIMENTS, sizeName } from "./names.ts";
import { digits, grouped, ratioText } from "./numbers.ts";
import {
  type Axis,
  type Bar,
  type BarPanel,
  barPlot,
  type Dot,
  type LinePanel,
  linePlot,
} from "./plots.ts";
import { PATTERN_SERIES, type Series, WAY_SERIES } from "./series.ts";
import type { Table } from "./tables.ts";

/** Several small plots that share a legend, and the table of what they show. */
export interface Chart {
  readonly title: string;
  readonly about: string;
  readonly series: readonly Series[];
  /** Each as SVG. */
  readonly panels: readonly { readonly title: string; readonly svg: string }[];
  readonly table: Table;
}

const KIB = 1024;

/** Sizes that bars are drawn for: more would say the same again. */
const BAR_SIZES: readonly number[] = [512, 4 * KIB, 64 * KIB, 1024 * KIB];
const BAR_DEPTHS: readonly number[] = [1, 8, 32];

/** Sizes that lines by requests in flight are drawn for. */
const DEPTH_SIZES: readonly number[] = [4 * KIB, 64 * KIB];

/** What latencies are shown of. */
const LATENCY_SIZE = 4 * KIB;

/** Makes the charts of an experiment. */
export function charts(
  experiment: Experiment,
  points: readonly PointResult[],
): Chart[] {
  const own = points.filter((point) => point.experiment === experiment)
    .toSorted(comparePoints);
  const made = () => {
    if (EXPERIMENTS[experiment].x) return scaling(experiment, own);
    if (experiment === "transfer") {
      return transfers(own, points.toSorted(comparePoints));
    }
    return experiment === "overlapped" ? overlapped(own) : others(own);
  };
  return made().filter(({ panels }) => panels.length > 0);
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
    latencies(
      `Latency of ${sizeName(LATENCY_SIZE)}, buffered`,
      buffered.filter(({ bytes }) => bytes === LATENCY_SIZE),
    ),
  ];
}

function overlapped(points: readonly PointResult[]): Chart[] {
  const isSmall = ({ bytes }: PointResult) => bytes === LATENCY_SIZE;
  const deepest = Math.max(0, ...points.filter(isSmall).map((p) => p.depth));
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
    latencies(
      `Latency of ${sizeName(LATENCY_SIZE)}, ${deepest} in flight`,
      points.filter((point) => isSmall(point) && point.depth === deepest),
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
  const { label, isBytes } = EXPERIMENTS[experiment].x!;
  const x = {
    label,
    value: ({ x }: PointResult) => x,
    ...isBytes && { kind: "bytes" as const },
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

/** What lines are made of. */
interface LineChart {
  readonly title: string;
  readonly about: string;
  readonly x: {
    readonly label: string;
    readonly value: (point: PointResult) => number | undefined;
    readonly kind?: "bytes";
  };
  readonly y: {
    readonly label: string;
    readonly value: (figures: Figures) => number | undefined;
  };
  /** Shows one way, with a line for each pattern; else there is a line for each way. */
  readonly way?: Way;
  readonly series: readonly Series[];
}

function lines(
  points: readonly PointResult[],
  { title, about, x, y, way, series }: LineChart,
): Chart {
  const title_ = panelTitles(points, {
    ...{ isOfSize: x.label === "Request", isOfPattern: way !== undefined },
    isOfDepth: x.label === "Requests in flight" ||
      points.every(({ x }) => x !== undefined),
  });
  const panels = [...groupBy(points, title_)].flatMap(([title, group]) => {
    const dots = group.flatMap((point) =>
      figuresOf(point).flatMap((figures): Dot[] => {
        const [at, value] = [x.value(point), y.value(figures)];
        if (way !== undefined && figures.way !== way) return [];
        if (at === undefined || value === undefined) return [];
        const name = way === undefined ? figures.way : point.pattern;
        const where = x.kind === "bytes" ? sizeName(at) : grouped(at);
        return [{
          ...{ series: name, x: at, y: value },
          title: `${name}, ${where}: ${numberText(value)} ${y.label}`,
        }];
      })
    );
    return dots.length === 0 ? [] : [{ title, dots }];
  });
  const dots = panels.flatMap(({ dots }) => dots);
  const axes = {
    x: {
      label: x.label,
      kind: x.kind ?? "counts",
    },
    y: {
      label: y.label,
      kind: spreadOf(dots.map(({ y }) => y)) > 8 ? "log" : "linear",
    },
  } as const;
  return lineChart({ title, about, series, panels, ...axes });
}

/** An axis as a chart wants it, before it is known what all of its panels show. */
type Wanted = Omit<Axis, "range">;

function lineChart(
  { title, about, series, panels, x, y }: {
    readonly title: string;
    readonly about: string;
    readonly series: readonly Series[];
    readonly panels: readonly LinePanel[];
    readonly x: Wanted;
    readonly y: Wanted;
  },
): Chart {
  const used = usedOf(
    series,
    panels.flatMap(({ dots }) => dots.map(({ series }) => series)),
  );
  const dots = panels.flatMap(({ dots, curves = [] }) => [...dots, ...curves]);
  const axes = {
    x: { ...x, range: rangeOf(dots.map(({ x }) => x)) },
    y: { ...y, range: rangeOf(dots.map(({ y }) => y)) },
  };
  const rows = panels.flatMap(({ title, dots }) => {
    const byX = groupBy(dots, ({ x }) => x);
    return [...byX].toSorted(([a], [b]) => a - b).map(([at, dots]) => [
      ...[title, axisText(x, at)],
      ...used.map(({ name }) => {
        const dot = dots.find(({ series }) => series === name);
        return dot ? numberText(dot.y) : "";
      }),
    ]);
  });
  return {
    ...{ title, about, series: used },
    panels: panels.map((panel) => ({
      title: panel.title,
      svg: linePlot(panel, {
        ...axes,
        series: usedOf(used, panel.dots.map(({ series }) => series)),
      }),
    })),
    table: {
      head: ["", x.label, ...used.map(({ name }) => name)],
      ...{ words: 1, rows },
    },
  };
}

/** What bars are made of. */
interface BarChart {
  readonly title: string;
  readonly about: string;
  readonly label: string;
  /** What bars that stand together have in common. */
  readonly group: (point: PointResult) => string;
  readonly value: (
    figures: Figures,
    point: PointResult,
  ) => Pick<Bar, "low" | "high"> & { readonly median: number } | undefined;
  readonly limit?: number;
}

function ratios(
  title: string,
  points: readonly PointResult[],
  group = ({ bytes }: PointResult) => sizeName(bytes),
): Chart {
  return bars(points, {
    title,
    about:
      "How many times as long as C it took, in the same rounds. The thin line is from the lowest to the highest process. Lower is better.",
    label: "Times C's time",
    group,
    value: ({ way }, point) => way === "C" ? undefined : ratio(point, way, "C"),
    limit: 1,
  });
}

function bars(
  points: readonly PointResult[],
  { title, about, label, group, value, limit }: BarChart,
): Chart {
  const byDepth = new Set(points.map(group)).size > 1 &&
    points.every((point) => group(point).startsWith("×"));
  const titleOf = panelTitles(points, {
    ...{ isOfSize: !byDepth, isOfDepth: byDepth, isOfPattern: false },
  });
  const panels = [...groupBy(points, titleOf)].flatMap(
    ([title, group_]): BarPanel[] => {
      const bars = group_.flatMap((point) =>
        figuresOf(point).flatMap((figures): Bar[] => {
          const found = value(figures, point);
          if (found === undefined) return [];
          const { median, low, high } = found;
          const { way } = figures;
          return [{
            ...{ series: way, group: group(point), value: median, low, high },
            title: `${way}, ${group(point)}: ${ratioText(median)} (${
              ratioText(low)
            } to ${ratioText(high)})`,
          }];
        })
      );
      return bars.length === 0 ? [] : [{ title, bars }];
    },
  );
  const used = usedOf(
    WAY_SERIES,
    panels.flatMap(({ bars }) => bars.map(({ series }) => series)),
  );
  const most = Math.max(
    limit ?? 0,
    ...panels.flatMap(({ bars }) => bars.map(({ high }) => high)),
  );
  const groups = new Set(
    panels.flatMap(({ bars }) => bars.map(({ group }) => group)),
  );
  const [only] = groups;
  return {
    title,
    about: groups.size === 1 ? `Of ${only}. ${about}` : about,
    series: [],
    panels: panels.map((panel) => ({
      title: panel.title,
      svg: barPlot(panel, {
        ...{ series: used, label, most, isGrouped: groups.size > 1 },
        ...limit !== undefined && { limit },
      }),
    })),
    table: {
      head: ["", "", ...used.map(({ name }) => name)],
      words: 2,
      rows: panels.flatMap(({ title, bars }) =>
        [...groupBy(bars, ({ group }) => group)].map(([name, bars]) => [
          ...[title, name],
          ...used.map(({ name }) => {
            const bar = bars.find(({ series }) => series === name);
            return bar
              ? `${ratioText(bar.value)} (${ratioText(bar.low)}–${
                ratioText(bar.high)
              })`
              : "";
          }),
        ])
      ),
    },
  };
}

function latencies(title: string, points: readonly PointResult[]): Chart {
  const names = PERCENTILES.map((part) =>
    part === 0 ? "min" : part === 1 ? "max" : String(part * 100)
  );
  const titleOf = panelTitles(points, {
    ...{ isOfSize: false, isOfDepth: false, isOfPattern: false },
  });
  const panels = [...groupBy(points, titleOf)].flatMap(([title, group]) => {
    const dots = group.flatMap((point) =>
      figuresOf(point).flatMap(({ way, latency = [] }) =>
        // A clock may not see the shortest ones, and 0 has no place on the axis.
        latency.map((ns, i) => ({
          ...{ series: way, x: i, y: ns / 1000 },
          title: `${way}, ${names[i]}: ${digits(ns / 1000)} µs`,
        })).filter(({ y }) => y > 0)
      )
    );
    return dots.length === 0 ? [] : [{ title, dots }];
  });
  return lineChart({
    title,
    about:
      "Of operations timed one by one: so many percent of them took no longer. Lower is better, and flat is steady.",
    ...{ series: WAY_SERIES, panels },
    x: { label: "Percentile", kind: names },
    y: { label: "µs", kind: "log" },
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
    about:
      "CPU µs = fixed + marginal × KiB, fitted to the buffered figures: what a call costs, and what copying costs. Marks are what was measured, lines are the model. The table has those of all else that was measured with three sizes or more.",
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

/** Names a panel by the runtime, the operation, and by what else differs among the points and is not the panel's own axis. */
function panelTitles(
  points: readonly PointResult[],
  { isOfSize, isOfDepth, isOfPattern }: {
    readonly isOfSize: boolean;
    readonly isOfDepth: boolean;
    readonly isOfPattern: boolean;
  },
): (point: PointResult) => string {
  const differs = (value: (point: PointResult) => unknown) =>
    new Set(points.map(value)).size > 1;
  const withPattern = !isOfPattern && differs(({ pattern }) => pattern);
  const withSize = !isOfSize && differs(({ bytes }) => bytes);
  const withDepth = !isOfDepth && differs(({ depth }) => depth);
  return ({ runtime, operation, pattern, bytes, depth }) =>
    [
      ...[runtime, operation],
      ...withPattern ? [pattern] : [],
      ...withSize && bytes > 0 ? [sizeName(bytes)] : [],
      ...withDepth ? [`× ${depth}`] : [],
    ].join(", ");
}

function usedOf(series: readonly Series[], names: readonly string[]) {
  return series.filter(({ name }) => names.includes(name));
}

function rangeOf(values: readonly number[]): [low: number, high: number] {
  return [Math.min(...values), Math.max(...values)];
}

/** How many times the least value the greatest is: 0 where logarithms have no place. */
function spreadOf(values: readonly number[]): number {
  const [low, high] = rangeOf(values);
  return low > 0 ? high / low : 0;
}

function axisText({ kind }: Wanted, value: number): string {
  if (kind === "bytes") return sizeName(value);
  return typeof kind === "string" ? grouped(value) : kind[value]!;
}

function numberText(value: number): string {
  return value >= 1000 ? grouped(value) : digits(value);
}
