import { groupBy, plural, WAY_NAMES } from "./names.ts";
import { median } from "./rounds.ts";
import type { Measured, PointResult, Results, Way } from "./schema.ts";

/**
 * A figure, and how far apart it was: the lowest and the highest median of the processes, or of one process the quartiles
 * of its rounds.
 */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What is known of one way at one point. */
export interface Figures {
  readonly way: Way;
  /** What an operation took, in ns. */
  readonly time: Spread;
  /** Operations in a second. */
  readonly perSecond: number;
  /** Millions of bytes in a second. */
  readonly megabytes: number;
  /** What an operation cost the processors, in µs. */
  readonly cpu?: Spread;
}

/** Works out what is known of each way at a point, in the order of every table. */
export function figuresOf(point: PointResult): Figures[] {
  return WAY_NAMES.flatMap((way) => {
    const measured = measuredOf(point, way);
    return measured.length === 0 ? [] : [figures(point, way, measured)];
  });
}

function figures(
  { bytes }: PointResult,
  way: Way,
  measured: readonly Measured[],
): Figures {
  const time = spread(measured.map(({ rounds }) => rounds));
  const cpu = measured.flatMap(({ cpu }) => cpu ?? []);
  const costs = cpu.map((ns) => ns / 1000);
  return {
    way,
    time,
    perSecond: 1e9 / time.median,
    megabytes: 1e3 * bytes / time.median,
    // The clock of processors has steps of 10 ms or more: 0 is no figure.
    ...costs.length > 0 && median(costs) > 0 && {
      cpu: overProcesses(costs),
    },
  };
}

/**
 * Works out how many times as long one way takes as another: within rounds, where whatever slowed the machine down hit both.
 *
 * @returns `undefined` where no process measured both.
 */
export function ratio(
  { runs }: PointResult,
  way: Way,
  against: Way,
): Spread | undefined {
  const ratios = runs.flatMap(({ ways }) => {
    const under = ways[against]?.rounds ?? [];
    const over = ways[way]?.rounds.slice(0, under.length) ?? [];
    return over.length > 0 ? [over.map((time, i) => time / under[i]!)] : [];
  });
  return ratios.length === 0 ? undefined : spread(ratios);
}

function measuredOf({ runs }: PointResult, way: Way): Measured[] {
  return runs.flatMap(({ ways }) => ways[way] ?? []);
}

/** The ways that were measured, in the order of every table. */
export function measuredWays(points: readonly PointResult[]): Way[] {
  return WAY_NAMES.filter((way) =>
    points.some((point) => measuredOf(point, way).length > 0)
  );
}

/** Lists what was not measured, and why: a way without figures with the number of the points. */
export function notMeasured({ points, skipped }: Results): Results["skipped"] {
  const missing = points.flatMap(({ runs }) =>
    Object.entries(runs[0]?.missing ?? {})
  );
  const groups = groupBy(missing, (each) => each.join()).values();
  return [
    ...skipped,
    ...Array.from(groups, (group) => {
      const [way, why] = group[0]!;
      return { what: `${way} at ${plural(group.length, "point")}`, why };
    }),
  ];
}

function spread(processes: readonly (readonly number[])[]): Spread {
  if (processes.length !== 1) {
    return overProcesses(processes.map((rounds) => median(rounds)));
  }
  const rounds = processes[0]!;
  return {
    median: median(rounds),
    low: quantile(rounds, 0.25),
    high: quantile(rounds, 0.75),
  };
}

function overProcesses(medians: readonly number[]): Spread {
  const [low, high] = [Math.min(...medians), Math.max(...medians)];
  return { median: median(medians), low, high };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}
