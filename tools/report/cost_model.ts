import { digits, groupBy, sizeName } from "../../bench/names.ts";
import { figuresOf } from "../../bench/figures.ts";
import type { PointResult, Way } from "../../bench/schema.ts";
import { type Table, withoutEmpty } from "../../bench/table.ts";
import { type Chart, lineChart } from "./chart.ts";
import { WAY_SERIES } from "./series.ts";

const KIB = 1024;

/** Fewer sizes say nothing that a line through two points would not. */
const FEWEST_SIZES = 3;

/** The CPU time of a request in µs, above 0, by its size. */
export interface Sample {
  readonly kib: number;
  readonly cpu: number;
}

/** `CPU µs = fixed + marginal × KiB`. Neither is below 0. */
export interface Line {
  readonly fixed: number;
  readonly marginal: number;
  /** By how much of itself a sample is off the line: root of the mean square. */
  readonly residual: number;
}

interface CostModel extends Line {
  readonly point: PointResult;
  readonly way: Way;
  readonly samples: readonly Sample[];
}

/** Fits a line for each way to do an operation that was measured with enough sizes. */
export function costModels(points: readonly PointResult[]): CostModel[] {
  const known = points.flatMap((point) =>
    figuresOf(point).flatMap(({ way, cpu }) =>
      cpu === undefined ? [] : [{
        ...{ point, way },
        sample: { kib: point.bytes / KIB, cpu: cpu.median },
      }]
    )
  );
  const groups = groupBy(
    known,
    ({ point, way }) =>
      [point.runtime, point.operation, point.pattern, way].join(),
  );
  return [...groups.values()].flatMap((group) => {
    const samples = group.map(({ sample }) => sample);
    const line = fit(samples);
    const { point, way } = group[0]!;
    return line === undefined ? [] : [{ point, way, samples, ...line }];
  });
}

/** Draws the lines of some points, with a table of those of all. */
export function costChart(
  points: readonly PointResult[],
  all: readonly PointResult[],
): Chart {
  const panels = [
    ...groupBy(
      costModels(points),
      ({ point }) => `${point.runtime}, ${point.operation}`,
    ),
  ].map(([title, group]) => ({
    title,
    dots: group.flatMap(({ way, samples }) =>
      samples.map(({ kib, cpu }) => ({
        ...{ series: way, at: kib * KIB, value: cpu },
        title: `${way}, ${sizeName(kib * KIB)}: ${digits(cpu)} µs`,
      }))
    ),
    curves: group.flatMap(curve),
  }));
  const chart = lineChart(
    {
      title: "The cost model",
      about:
        "CPU µs = call + copying × KiB: what a request costs whatever its length, in which ways differ, and what each KiB adds, which none can make cheaper than C. They are even at a size from which on the bytes cost more than the call. Marks are what was measured, buffered; lines are the model. The table has all else that was measured with three sizes or more, and how far figures are off the line.",
    },
    WAY_SERIES,
    panels,
    { label: "Request", kind: "bytes" },
    { label: "CPU µs/request", kind: "log" },
  );
  return { ...chart, table: costModelTable(costModels(all)) };
}

function curve({ way, samples, fixed, marginal }: CostModel) {
  const sizes = samples.map(({ kib }) => kib);
  const [from, to] = [Math.min(...sizes), Math.max(...sizes)];
  const steps = 40;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const kib = from * (to / from) ** (i / steps);
    return { series: way, at: kib * KIB, value: fixed + marginal * kib };
  }).filter(({ value }) => value > 0);
}

/** Makes a table with a row for each line that was fitted. */
function costModelTable(models: readonly CostModel[]): Table {
  return withoutEmpty({
    head: [
      ...["Runtime", "Operation", "Pattern", "Way"],
      ...["Call µs", "Copying µs/KiB", "Even at", "Residual"],
    ],
    words: 4,
    rows: models.map(({ point, way, fixed, marginal, residual }) => [
      ...[point.runtime, point.operation, point.pattern, way],
      ...[digits(fixed), digits(marginal)],
      fixed > 0 && marginal > 0
        ? sizeName(2 ** Math.round(Math.log2(KIB * fixed / marginal)))
        : "",
      `${(100 * residual).toFixed(0)} %`,
    ]),
  });
}

/**
 * Fits `cpu = fixed + marginal × kib`, neither part below 0, by least squares of relative errors: by absolute ones, the largest requests
 * alone would say what the smallest cost.
 *
 * @returns `undefined` if there are fewer than three sizes.
 */
export function fit(samples: readonly Sample[]): Line | undefined {
  if (new Set(samples.map(({ kib }) => kib)).size < FEWEST_SIZES) return;
  // (fixed + marginal kib - cpu) / cpu = fixed u + marginal w - 1 is what is to be small.
  let [uu, uw, ww, u1, w1] = [0, 0, 0, 0, 0];
  for (const { kib, cpu } of samples) {
    const [u, w] = [1 / cpu, kib / cpu];
    [uu, uw, ww, u1, w1] = [uu + u * u, uw + u * w, ww + w * w, u1 + u, w1 + w];
  }
  const determinant = uu * ww - uw * uw;
  let fixed = (u1 * ww - w1 * uw) / determinant;
  let marginal = (w1 * uu - u1 * uw) / determinant;
  // Nothing costs less than nothing: then the other part alone fits best.
  if (fixed < 0) [fixed, marginal] = [0, w1 / ww];
  else if (marginal < 0) [fixed, marginal] = [u1 / uu, 0];
  const squares = samples.map(({ kib, cpu }) =>
    ((fixed + marginal * kib) / cpu - 1) ** 2
  );
  const sum = squares.reduce((sum, square) => sum + square, 0);
  return { fixed, marginal, residual: Math.sqrt(sum / samples.length) };
}
