import { sizeName } from "../../bench/names.ts";
import type { PointResult, Way } from "../../bench/schema.ts";
import { type Chart, panelNames, usedOf } from "./chart.ts";
import { type Figures, figuresOf } from "../../bench/figures.ts";
import { groupBy } from "../../bench/groups.ts";
import { digits, grouped } from "../../bench/numbers.ts";
import { type Axis, type Dot, type LinePanel, linePlot } from "./plots.ts";
import type { Series } from "./series.ts";

/** What lines are made of. */
export interface LineChart {
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

/** Draws a line for each way, or for each pattern of one way, with a plot for each kind of point. */
export function lines(
  points: readonly PointResult[],
  { title, about, x, y, way, series }: LineChart,
): Chart {
  const { titleOf, withSame } = panelNames(points, {
    ...{ isOfSize: x.label === "Request", isOfPattern: way !== undefined },
    isOfDepth: x.label === "Requests in flight" ||
      points.every(({ x }) => x !== undefined),
  });
  const panels = [...groupBy(points, titleOf)].flatMap(([title, group]) => {
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
  return lineChart({
    ...{ title, series, panels, ...axes },
    about: withSame(title, about),
  });
}

/** An axis as a chart wants it, before it is known what all of its panels show. */
export type Wanted = Omit<Axis, "range">;

/** Draws lines that are known, all on the same axes. */
export function lineChart(
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
