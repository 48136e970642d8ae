import { sizeName } from "../../bench/names.ts";
import type { PointResult, Way } from "../../bench/schema.ts";
import { figuresOf } from "../../bench/figures.ts";
import { groupBy } from "../../bench/groups.ts";
import { digits } from "../../bench/numbers.ts";
import { type Table, withoutEmpty } from "../../bench/table.ts";

const KIB = 1024;

/** Fewer sizes than that tell nothing that a line through two points would not. */
const FEWEST_SIZES = 3;

/** What a request costs the processors, by its size. */
export interface Sample {
  readonly kib: number;
  /** CPU time of a request in µs, above 0. */
  readonly cpu: number;
}

/** `CPU µs = fixed + marginal × KiB`. Neither is below 0. */
export interface Line {
  /** What a call costs, whatever its length. */
  readonly fixed: number;
  /** What each KiB adds: copying it, above all. */
  readonly marginal: number;
  /** By how much of itself a sample is off the line: root of the mean square. */
  readonly residual: number;
}

/** What is modelled, and from what. */
export interface CostModel extends Line {
  readonly runtime: PointResult["runtime"];
  readonly experiment: PointResult["experiment"];
  readonly operation: PointResult["operation"];
  readonly pattern: PointResult["pattern"];
  readonly depth: number;
  readonly way: Way;
  readonly samples: readonly Sample[];
}

/** Fits a line for each way to do an operation that was measured with enough sizes. */
export function costModels(points: readonly PointResult[]): CostModel[] {
  const groups = groupBy(
    points.filter(({ x }) => x === undefined).flatMap(samplesOf),
    ({ key }) => key,
  );
  return [...groups.values()].flatMap((group) => {
    const samples = group.map(({ sample }) => sample);
    const line = fit(samples);
    return line === undefined ? [] : [{ ...group[0]!.model, samples, ...line }];
  });
}

/** Makes a table with a row for each line that was fitted. */
export function costModelTable(models: readonly CostModel[]): Table {
  return withoutEmpty({
    head: [
      ...["Runtime", "Operation", "Pattern", "In flight", "Way"],
      ...["Call µs", "Copying µs/KiB", "Even at", "Residual", "Sizes"],
    ],
    words: 5,
    rows: models.map((model) => [
      ...[model.runtime, model.operation, model.pattern],
      ...[model.depth > 1 ? String(model.depth) : "", model.way],
      ...[digits(model.fixed), digits(model.marginal), evenAt(model)],
      `${(100 * model.residual).toFixed(0)} %`,
      String(model.samples.length),
    ]),
  });
}

/** The power of two at about which copying costs as much as the call, if there is one. */
function evenAt({ fixed, marginal }: Line): string {
  if (fixed === 0 || marginal === 0) return "";
  return sizeName(2 ** Math.round(Math.log2(KIB * fixed / marginal)));
}

/** Says in words what this module's files cost: nothing where they were not measured. */
export function costText(models: readonly CostModel[]): string {
  const parts = models.filter(({ way, operation }) =>
    way === "SyncFile" && (operation === "read" || operation === "write")
  ).map((model) => {
    const { runtime, operation, fixed, marginal } = model;
    const even = evenAt(model);
    const costs = `${digits(fixed)} µs and ${digits(marginal)} µs/KiB`;
    const place = `${runtime} ${operation}`;
    return `${place} ${costs}${even === "" ? "" : `, even at ${even}`}`;
  });
  return parts.length === 0 ? "" : `SyncFile: ${parts.join("; ")}.`;
}

/** The models that tell most, where there is no room for all. */
export function mainModels(models: readonly CostModel[]): CostModel[] {
  return models.filter(({ experiment, pattern, depth }) =>
    (pattern === "buffered" || pattern === "unbuffered") &&
    (experiment === "transfer" ||
      experiment === "overlapped" && (depth === 1 || depth === 32))
  );
}

function samplesOf(point: PointResult) {
  const { experiment, runtime, operation, pattern, depth, bytes } = point;
  return figuresOf(point).flatMap(({ way, cpu }) => {
    if (cpu === undefined) return [];
    const model = { experiment, runtime, operation, pattern, depth, way };
    return [{
      key: JSON.stringify(Object.values(model)),
      model,
      sample: { kib: bytes / KIB, cpu: cpu.median },
    }];
  });
}

/**
 * Fits `cpu = fixed + marginal × kib`, neither part below 0, by least squares of relative errors: by absolute ones, the largest requests alone would
 * tell what the smallest cost.
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
  const mean = squares.reduce((sum, square) => sum + square, 0) /
    samples.length;
  return { fixed, marginal, residual: Math.sqrt(mean) };
}
