import { ratioText, sizeName } from "../../bench/names.ts";
import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import type { Series } from "./series.ts";

/** A figure of a series: a point of a line, or a bar among those of a group. */
export interface Dot {
  readonly series: string;
  readonly at: number | string;
  readonly value: number;
  /** How far apart the figure was. */
  readonly low?: number;
  readonly high?: number;
  /** What a pointer that rests on it shows. */
  readonly title: string;
}

/** A small plot. */
export interface Panel {
  readonly title: string;
  readonly dots: readonly Dot[];
  /** Points without a mark, joined by lines instead of the dots. */
  readonly curves?: readonly Omit<Dot, "title">[];
}

/** An axis. */
export interface Axis {
  readonly label: string;
  /** `bytes` is logarithmic, with ticks at powers of two; `counts` has its ticks where something was counted. */
  readonly kind: "log" | "linear" | "bytes" | "counts";
  /** The least and the greatest value in any of the plots that are to be compared. */
  readonly range: readonly [low: number, high: number];
}

const WIDTH = 300;
const HEIGHT = 220;
const BAR = 15;
const DASHES = "4 3";

/** Draws lines, as SVG. */
export function linePlot(
  { title, dots, curves = dots }: Panel,
  series: readonly Series[],
  x: Axis,
  y: Axis,
): string {
  const line = (isDashed: boolean) => {
    const names = series.filter((each) => each.isDashed === isDashed)
      .map(({ name }) => name);
    return Plot.line(curves.filter(({ series }) => names.includes(series)), {
      ...{ x: "at", y: "value", z: "series", stroke: "series", sort: "at" },
      ...{ strokeWidth: 1.5, ...isDashed && { strokeDasharray: DASHES } },
    });
  };
  return drawn({
    ...frame(title, `${y.label} against ${x.label}, ${title}`, HEIGHT),
    ...scales(series),
    x: scale(x, dots.map(({ at }) => Number(at))),
    y: { ...scale(y, []), grid: true },
    marks: [
      ...y.kind === "linear" ? [Plot.ruleY([0])] : [],
      ...[line(true), line(false)],
      Plot.dot(dots, {
        ...{ x: "at", y: "value", z: "series", stroke: "series" },
        ...{ symbol: "series", r: 2.6, title: "title", fill: "var(--paper)" },
      }),
    ],
  });
}

/** Draws ratios to C as bars that lie, as SVG: how far apart a figure was is drawn over its bar, and a line at 1. */
export function barPlot(
  { title, dots }: Panel,
  series: readonly Series[],
  /** The greatest value in any of the plots that are to be compared. */
  most: number,
): string {
  const label = "Times C's time";
  const groups = [...new Set(dots.map(({ at }) => at))];
  const names = series.map(({ name }) => name).filter((name) =>
    dots.some((bar) => bar.series === name)
  );
  const height = 42 + groups.length * (names.length * BAR + 10);
  return drawn({
    ...frame(title, `${label}, ${title}`, height),
    ...scales(series),
    ...{ marginTop: 6, marginLeft: 122 },
    marginRight: groups.length > 1 ? 78 : 12,
    style: { fontSize: "10px" },
    x: {
      // Room for the figure at the end of the longest bar.
      ...{ label, domain: [0, most * 1.2], ticks: 3, tickFormat: tick },
      grid: true,
    },
    y: { label: null, domain: names, tickSize: 0 },
    fy: { label: null, domain: groups, ...groups.length < 2 && { axis: null } },
    marks: [
      Plot.barX(dots, {
        ...{ fy: "at", y: "series", x: "value", fill: "series", z: null },
        ...{ title: "title", insetTop: 1.5, insetBottom: 1.5 },
      }),
      Plot.ruleY(dots, {
        ...{ fy: "at", y: "series", x1: "low", x2: "high" },
        ...{ stroke: "var(--text)", strokeWidth: 1 },
      }),
      Plot.text(dots, {
        ...{ fy: "at", y: "series", x: "high", dx: 4, textAnchor: "start" },
        ...{ fontSize: 10, text: ({ value }: Dot) => ratioText(value) },
      }),
      Plot.ruleX([1], { stroke: "var(--text)", strokeDasharray: DASHES }),
      Plot.ruleX([0]),
    ],
  });
}

/** Draws the mark and line that a legend names. */
export function swatch(series: Series): string {
  const { colour: stroke, symbol, isDashed } = series;
  return drawn({
    ...{ width: 30, height: 14, margin: 0, axis: null, className: "swatch" },
    ...{ x: { domain: [0, 2] }, y: { domain: [0, 2] }, ...scales([series]) },
    style: { fontSize: "11px" },
    marks: [
      Plot.line([[0, 1], [2, 1]], {
        ...{ stroke, strokeWidth: 1.5 },
        ...isDashed && { strokeDasharray: DASHES },
      }),
      Plot.dot([[1, 1]], { stroke, symbol, r: 3, fill: "var(--paper)" }),
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
  values: readonly number[],
): Plot.ScaleOptions {
  const domain = [...range];
  const [low, high] = range;
  if (kind === "linear") {
    const ends = { domain: [0, high], nice: true };
    return { label, type: "linear", ...ends, ticks: 5, tickFormat: tick };
  }
  if (kind === "counts") {
    const type = high > 8 * low ? "log" : "linear";
    const ticks = thinned([...new Set(values)].toSorted((a, b) => a - b), 6);
    return { label, type, domain, ticks, tickFormat: tick };
  }
  if (kind === "bytes") {
    const from = Math.ceil(Math.log2(low));
    const ticks = thinned(
      powers(2, from, Math.floor(Math.log2(high)) - from + 1),
      5,
    );
    return { label, type: "log", base: 2, domain, ticks, tickFormat: sizeName };
  }
  const decades = Math.log10(high / low);
  const between = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const ticks = powers(10, Math.floor(Math.log10(low)), Math.ceil(decades) + 2)
    .flatMap((power) => between.map((factor) => factor * power))
    .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  return { label, type: "log", domain, ticks, tickFormat: tick };
}

function powers(base: number, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => base ** (from + i));
}

function thinned(values: readonly number[], most: number): number[] {
  const step = Math.ceil(values.length / most);
  return values.filter((_, i) => i % step === 0);
}

function tick(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

const TAG = /<[^>]*>/g;
const LONG_NUMBER = /\d+\.\d{3,}/g;

function drawn(options: Plot.PlotOptions): string {
  // All that Plot asks of a document, and not all that a browser's has.
  const document = new DOMParser().parseFromString(
    "<!doctype html><html><body></body></html>",
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
