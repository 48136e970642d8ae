import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { sizeName } from "./names.ts";
import { digits, ratioText } from "./numbers.ts";
import type { Series } from "./series.ts";

/** A point of a line. */
export interface Dot {
  readonly series: string;
  readonly x: number;
  readonly y: number;
  /** What a pointer that rests on it tells. */
  readonly title: string;
}

/** An axis. */
export interface Axis {
  readonly label: string;
  /** `bytes` is logarithmic, with ticks at powers of two; `names` has a place for each name. */
  readonly kind: "log" | "linear" | "bytes" | readonly string[];
}

/** A small plot of lines. */
export interface LinePanel {
  readonly title: string;
  readonly dots: readonly Dot[];
  /** Points without a mark, joined by lines instead of the dots. */
  readonly curves?: readonly Omit<Dot, "title">[];
}

/** A bar, with how far apart its figure was. */
export interface Bar {
  readonly series: string;
  /** What bars that stand together have in common. */
  readonly group: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly title: string;
}

/** A small plot of bars. */
export interface BarPanel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 360;
const HEIGHT = 240;
const BAR = 15;

/** Draws lines, as SVG. */
export function linePlot(
  { title, dots, curves }: LinePanel,
  { series, x, y }: {
    readonly series: readonly Series[];
    readonly x: Axis;
    readonly y: Axis;
  },
): string {
  const lines = curves ?? dots;
  const named = (isDashed: boolean) =>
    new Set(
      series.filter((each) => each.isDashed === isDashed).map(({ name }) =>
        name
      ),
    );
  const line = (names: ReadonlySet<string>, dash?: string) =>
    Plot.line(lines.filter(({ series }) => names.has(series)), {
      ...{ x: "x", y: "y", stroke: "series", strokeWidth: 1.5, sort: "x" },
      ...dash && { strokeDasharray: dash },
    });
  return drawn({
    ...frame(title, `${y.label} against ${x.label}, ${title}`, HEIGHT),
    ...scales(series),
    x: scale(x, dots.map(({ x }) => x), 5),
    y: { ...scale(y, dots.map(({ y }) => y), 5), grid: true },
    marks: [
      ...y.kind === "linear" ? [Plot.ruleY([0])] : [],
      line(named(true), "4 3"),
      line(named(false)),
      Plot.dot(dots, {
        ...{ x: "x", y: "y", stroke: "series", symbol: "series" },
        ...{ r: 2.6, title: "title", fill: "var(--paper)" },
      }),
    ],
  });
}

/** Draws bars that lie, as SVG: how far apart a figure was is drawn over its bar. */
export function barPlot(
  { title, bars }: BarPanel,
  { series, label, limit }: {
    readonly series: readonly Series[];
    readonly label: string;
    /** Where a line is drawn that bars are to be held against. */
    readonly limit?: number;
  },
): string {
  const groups = [...new Set(bars.map(({ group }) => group))];
  const names = series.map(({ name }) => name).filter((name) =>
    bars.some((bar) => bar.series === name)
  );
  const most = Math.max(limit ?? 0, ...bars.map(({ high }) => high));
  return drawn({
    ...frame(
      title,
      `${label}, ${title}`,
      52 + groups.length * (names.length * BAR + 10),
    ),
    ...scales(series),
    ...{ marginLeft: 118, marginRight: groups.length > 1 ? 50 : 12 },
    // Room for the figure at the end of the longest bar.
    x: { label, domain: [0, most * 1.2], ticks: 4, grid: true },
    y: { label: null, domain: names, tickSize: 0 },
    fy: { label: null, domain: groups },
    marks: [
      Plot.barX(bars, {
        ...{ fy: "group", y: "series", x: "value", fill: "series" },
        ...{ title: "title", insetTop: 1.5, insetBottom: 1.5 },
      }),
      Plot.ruleY(bars, {
        ...{ fy: "group", y: "series", x1: "low", x2: "high" },
        ...{ stroke: "var(--text)", strokeWidth: 1 },
      }),
      Plot.text(bars, {
        ...{ fy: "group", y: "series", x: "high", dx: 4 },
        ...{ textAnchor: "start", fontSize: 10 },
        text: ({ value }: Bar) => ratioText(value),
      }),
      ...limit === undefined ? [] : [
        Plot.ruleX([limit], { stroke: "var(--text)", strokeDasharray: "4 3" }),
      ],
      Plot.ruleX([0]),
    ],
  });
}

/** Draws the mark and line that a legend names. */
export function swatch({ name, colour, symbol, isDashed }: Series): string {
  return drawn({
    ...{ width: 30, height: 14, margin: 0, axis: null, className: "swatch" },
    style: { fontSize: "11px" },
    x: { domain: [0, 2] },
    y: { domain: [0, 2] },
    ...scales([{ name, colour, symbol, isDashed }]),
    marks: [
      Plot.line([[0, 1], [2, 1]], {
        ...{ stroke: colour, strokeWidth: 1.5 },
        ...isDashed && { strokeDasharray: "4 3" },
      }),
      Plot.dot([[1, 1]], {
        ...{ stroke: colour, symbol, r: 3, fill: "var(--paper)" },
      }),
    ],
  });
}

function frame(title: string, description: string, height: number) {
  return {
    ...{ width: WIDTH, height, marginLeft: 48, marginRight: 14 },
    ...{ marginBottom: 36, marginTop: 24, className: "plot" },
    style: { fontSize: "11px" },
    ...{ ariaLabel: title, ariaDescription: description },
  };
}

function scales(series: readonly Series[]): Partial<Plot.PlotOptions> {
  const domain = series.map(({ name }) => name);
  return {
    color: { domain, range: series.map(({ colour }) => colour) },
    symbol: { domain, range: series.map(({ symbol }) => symbol) },
  };
}

function scale(
  { label, kind }: Axis,
  values: readonly number[],
  ticks: number,
): Plot.ScaleOptions {
  if (kind === "bytes") {
    return {
      ...{ label, type: "log", base: 2, tickFormat: sizeName },
      ticks: powers(values),
    };
  }
  if (kind === "log") {
    return { label, type: "log", ticks, tickFormat: tick };
  }
  if (kind === "linear") {
    return { label, type: "linear", zero: true, nice: true, ticks };
  }
  return {
    ...{ label, type: "linear", domain: [0, kind.length - 1] },
    ...{ ticks: kind.map((_, i) => i) },
    tickFormat: (i: number) => kind[i]!,
  };
}

/** Powers of two among the values: all, or as many of them as have room. */
function powers(values: readonly number[]): number[] {
  const all = [...new Set(values)].toSorted((a, b) => a - b);
  const step = Math.ceil(all.length / 5);
  return all.filter((_, i) => i % step === 0);
}

function tick(value: number): string {
  return value >= 10_000 ? `${digits(value / 1000, 2)}k` : digits(value, 1);
}

function drawn(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ ...options, document });
  return svg.outerHTML;
}
