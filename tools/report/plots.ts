import { sizeName } from "../../bench/names.ts";
import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import { ratioText } from "../../bench/numbers.ts";
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
  /** `bytes` is logarithmic, with ticks at powers of two; `counts` has its ticks where something was counted. */
  readonly kind: "log" | "linear" | "bytes" | "counts" | readonly string[];
  /** The least and the greatest value in any of the plots that are to be compared. */
  readonly range: readonly [low: number, high: number];
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

/** Where Plot makes its elements. */
const EMPTY_PAGE = "<!doctype html><html><body></body></html>";

const WIDTH = 300;
const HEIGHT = 220;
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
      ...{ x: "x", y: "y", z: "series", stroke: "series", strokeWidth: 1.5 },
      sort: "x",
      ...dash && { strokeDasharray: dash },
    });
  return drawn({
    ...frame(title, `${y.label} against ${x.label}, ${title}`, HEIGHT),
    ...scales(series),
    x: scale(x, dots.map(({ x }) => x)),
    y: { ...scale(y), grid: true },
    marks: [
      ...y.kind === "linear" ? [Plot.ruleY([0])] : [],
      line(named(true), "4 3"),
      line(named(false)),
      Plot.dot(dots, {
        ...{ x: "x", y: "y", z: "series", stroke: "series", symbol: "series" },
        ...{ r: 2.6, title: "title", fill: "var(--paper)" },
      }),
    ],
  });
}

/** Draws bars that lie, as SVG: how far apart a figure was is drawn over its bar. */
export function barPlot(
  { title, bars }: BarPanel,
  { series, label, most, isGrouped, limit }: {
    readonly series: readonly Series[];
    readonly label: string;
    /** The greatest value in any of the plots that are to be compared. */
    readonly most: number;
    /** Whether bars have groups in any of them. */
    readonly isGrouped: boolean;
    /** Where a line is drawn that bars are to be held against. */
    readonly limit?: number;
  },
): string {
  const groups = [...new Set(bars.map(({ group }) => group))];
  const names = series.map(({ name }) => name).filter((name) =>
    bars.some((bar) => bar.series === name)
  );
  return drawn({
    ...frame(
      title,
      `${label}, ${title}`,
      42 + groups.length * (names.length * BAR + 10),
    ),
    ...scales(series),
    ...{ marginTop: 6, marginLeft: 122, marginRight: isGrouped ? 46 : 12 },
    style: { fontSize: "10px" },
    // Room for the figure at the end of the longest bar.
    x: {
      label,
      domain: [0, most * 1.2],
      ticks: 3,
      tickFormat: tick,
      grid: true,
    },
    y: { label: null, domain: names, tickSize: 0 },
    fy: { label: null, domain: groups, ...!isGrouped && { axis: null } },
    marks: [
      Plot.barX(bars, {
        ...{ fy: "group", y: "series", x: "value", fill: "series", z: null },
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
    ...{ marginBottom: 36, marginTop: 24, inset: 5, className: "plot" },
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
  { label, kind, range }: Axis,
  values: readonly number[] = [],
): Plot.ScaleOptions {
  const domain = [...range];
  if (kind === "counts") {
    const type = range[1] > 8 * range[0] ? "log" : "linear";
    const ticks = thinned([...new Set(values)].toSorted((a, b) => a - b), 6);
    return { label, type, domain, ticks, tickFormat: tick };
  }
  if (kind === "bytes") {
    const ticks = powersOfTwo(range);
    return { label, type: "log", base: 2, domain, ticks, tickFormat: sizeName };
  }
  if (kind === "log") {
    const ticks = powersOfTen(range);
    return { label, type: "log", domain, ticks, tickFormat: tick };
  }
  if (kind === "linear") {
    const ends = { domain: [0, range[1]], nice: true };
    return { label, type: "linear", ...ends, ticks: 5, tickFormat: tick };
  }
  return {
    ...{ label, type: "linear", domain: [0, kind.length - 1] },
    ...{ ticks: kind.map((_, i) => i) },
    tickFormat: (i: number) => kind[i]!,
  };
}

/** Powers of two within a range: as many of them as have room. */
function powersOfTwo([low, high]: Axis["range"]): number[] {
  const from = Math.ceil(Math.log2(low));
  const count = Math.floor(Math.log2(high)) - from + 1;
  return thinned(steps(count, (i) => 2 ** (from + i)), 5);
}

function thinned(values: readonly number[], most: number): number[] {
  const step = Math.ceil(values.length / most);
  return values.filter((_, i) => i % step === 0);
}

/** Powers of ten within a range, and what lies between where there are few of them. */
function powersOfTen([low, high]: Axis["range"]): number[] {
  const decades = Math.log10(high / low);
  const between = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const from = Math.floor(Math.log10(low));
  return steps(Math.ceil(decades) + 2, (i) => 10 ** (from + i))
    .flatMap((power) => between.map((factor) => factor * power))
    .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

function steps(count: number, value: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => value(i));
}

function tick(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

function drawn(options: Plot.PlotOptions): string {
  // All that Plot asks of a document, and not all that a browser's has.
  const document = new DOMParser().parseFromString(
    EMPTY_PAGE,
    "text/html",
  ) as unknown as NonNullable<Plot.PlotOptions["document"]>;
  const svg = Plot.plot({ ...options, document });
  // The style of plots is the page's, and a tenth of a pixel more than one sees: else they are a third of the page.
  svg.querySelector("style")?.remove();
  return svg.outerHTML.replaceAll(
    TAG,
    (tag: string) =>
      tag.replaceAll(
        LONG_NUMBER,
        (number: string) => String(Number(Number(number).toFixed(1))),
      ),
  );
}

const TAG = /<[^>]*>/g;
const LONG_NUMBER = /\d+\.\d{3,}/g;
