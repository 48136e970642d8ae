import {
  digits,
  groupBy,
  grouped,
  ratioText,
  sizeName,
} from "../../bench/names.ts";
import { type Figures, figuresOf, ratio } from "../../bench/figures.ts";
import type { PointResult, Way } from "../../bench/schema.ts";
import type { Table } from "../../bench/table.ts";
import { type Axis, barPlot, type Dot, linePlot, type Panel } from "./plots.ts";
import { PATTERN_SERIES, type Series, WAY_SERIES } from "./series.ts";

/** Several small plots that share a legend, and the table of what they show. */
export interface Chart {
  readonly title: string;
  readonly about: string;
  readonly series: readonly Series[];
  /** Each as SVG. */
  readonly panels: readonly { readonly title: string; readonly svg: string }[];
  readonly table: Table;
}

/** What the panels of a chart don't differ by, as its axes or lines show it. */
export type Shown = "bytes" | "depth" | "pattern" | "phase";

/** Puts points together by panel: by the runtime, the operation, and by what else differs and is not shown. */
function panelsOf(
  points: readonly PointResult[],
  shown: readonly Shown[],
): Map<string, PointResult[]> {
  const names: Record<Shown, (point: PointResult) => string> = {
    pattern: ({ pattern }) => pattern,
    bytes: ({ bytes }) => sizeName(bytes),
    depth: ({ depth }) => depth > 1 ? `× ${depth}` : "",
    phase: ({ phase = "" }) => phase,
  };
  const different = (Object.keys(names) as Shown[])
    .filter((name) => !shown.includes(name)).map((name) => names[name])
    .filter((name) => new Set(points.map(name)).size > 1);
  return groupBy(points, (point) =>
    [
      ...[point.runtime, point.operation],
      ...different.map((name) => name(point)),
    ].filter((text) => text !== "").join(", "));
}

/** What lines are made of. */
export interface Lines {
  readonly title: string;
  readonly about: string;
  readonly x: Pick<Axis, "label"> & {
    readonly value: (point: PointResult) => number | undefined;
    readonly kind?: "bytes";
  };
  readonly y: Pick<Axis, "label"> & {
    readonly value: (figures: Figures) => number | undefined;
  };
  readonly shown: readonly Shown[];
  /** Shows one way, with a line for each pattern; else there is a line for each way. */
  readonly way?: Way;
}

/** Draws a line for each way, or for each pattern of one way, with a plot for each kind of point. */
export function lines(points: readonly PointResult[], wanted: Lines): Chart {
  const { title, about, x, y, way, shown } = wanted;
  const series = way === undefined ? WAY_SERIES : PATTERN_SERIES;
  const panels = [...panelsOf(points, shown)].map(([title, group]) => ({
    title,
    dots: group.flatMap((point) =>
      figuresOf(point).flatMap((figures): Dot[] => {
        const [at, value] = [x.value(point), y.value(figures)];
        if (way !== undefined && figures.way !== way) return [];
        if (at === undefined || value === undefined) return [];
        const name = way === undefined ? figures.way : point.pattern;
        const where = x.kind === "bytes" ? sizeName(at) : grouped(at);
        return [{
          ...{ series: name, at, value },
          title: `${name}, ${where}: ${numberText(value)} ${y.label}`,
        }];
      })
    ),
  }));
  const values = panels.flatMap(({ dots }) => dots.map(({ value }) => value));
  const [low, high] = rangeOf(values);
  const kind = low > 0 && high / low > 8 ? "log" : "linear";
  return lineChart(
    { title, about },
    series,
    panels,
    { label: x.label, kind: x.kind ?? "counts" },
    { label: y.label, kind },
  );
}

/** Draws lines that are known, all on the same axes. */
export function lineChart(
  title: Pick<Chart, "title" | "about">,
  series: readonly Series[],
  panels: readonly Panel[],
  x: Omit<Axis, "range">,
  y: Omit<Axis, "range">,
): Chart {
  const all = panels.flatMap(({ dots, curves = [] }) => [...dots, ...curves]);
  const at = { ...x, range: rangeOf(all.map(({ at }) => Number(at))) };
  const value = { ...y, range: rangeOf(all.map(({ value }) => value)) };
  const text = (at: number | string) =>
    x.kind === "bytes" ? sizeName(Number(at)) : grouped(Number(at));
  return {
    ...title,
    ...chartOf(panels, series, x.label, text, ({ value }) => numberText(value)),
    panels: panels.filter(({ dots }) => dots.length > 0).map((panel) => ({
      title: panel.title,
      svg: linePlot(panel, usedIn([panel], series), at, value),
    })),
  };
}

/** What bars are made of. */
export interface Bars {
  readonly title: string;
  /** What bars that stand together have in common, and what that shows. */
  readonly group: (point: PointResult) => string;
  readonly shown: Shown;
}

const ABOUT_RATIOS =
  "How many times as long as C it took, in the same rounds. The thin line is from the lowest to the highest process, or between the quartiles of one process's rounds. Lower is better.";

/** Draws a bar for the ratio of each way to C, with a plot for each kind of point. */
export function bars(points: readonly PointResult[], wanted: Bars): Chart {
  const { title, group, shown } = wanted;
  const panels = [...panelsOf(points, [shown])].map(([title, points]) => ({
    title,
    dots: points.flatMap((point) =>
      figuresOf(point).flatMap((figures): Dot[] => {
        const found = ratio(point, figures.way, "C");
        if (found === undefined || figures.way === "C") return [];
        const { median, low, high } = found;
        const [at, name] = [group(point), figures.way];
        const text = spreadText({ value: median, low, high });
        return [{
          ...{ series: name, at, value: median, low, high },
          title: `${name}, ${at}: ${text}`,
        }];
      })
    ),
  })).filter(({ dots }) => dots.length > 0);
  const used = usedIn(panels, WAY_SERIES);
  const most = Math.max(
    1,
    ...panels.flatMap(({ dots }) => dots.map(({ high = 0 }) => high)),
  );
  return {
    ...{ title, about: ABOUT_RATIOS },
    ...chartOf(panels, used, "", String, spreadText),
    series: [],
    panels: panels.map((panel) => ({
      title: panel.title,
      svg: barPlot(panel, used, most),
    })),
  };
}

function spreadText(
  { value, low = value, high = value }: Pick<Dot, "value" | "low" | "high">,
): string {
  return `${ratioText(value)} (${ratioText(low)}–${ratioText(high)})`;
}

function chartOf(
  panels: readonly Panel[],
  series: readonly Series[],
  label: string,
  place: (at: number | string) => string,
  text: (dot: Dot) => string,
): Pick<Chart, "series" | "table"> {
  const used = usedIn(panels, series);
  const rows = panels.flatMap(({ title, dots }) =>
    [...groupBy(dots, ({ at }) => at)].map(([at, dots]) => [
      ...[title, place(at)],
      ...used.map(({ name }) => {
        const dot = dots.find(({ series }) => series === name);
        return dot ? text(dot) : "";
      }),
    ])
  );
  const head = ["", label, ...used.map(({ name }) => name)];
  return { series: used, table: { head, words: 2, rows } };
}

function usedIn(
  panels: readonly Panel[],
  series: readonly Series[],
): Series[] {
  const names = new Set(
    panels.flatMap(({ dots }) => dots.map(({ series }) => series)),
  );
  return series.filter(({ name }) => names.has(name));
}

function rangeOf(values: readonly number[]): [low: number, high: number] {
  return [Math.min(...values), Math.max(...values)];
}

function numberText(value: number): string {
  return value >= 1000 ? grouped(value) : digits(value);
}
