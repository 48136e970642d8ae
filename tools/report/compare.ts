import { median } from "simple-statistics";
import { pointKey } from "../../bench/point_name.ts";
import type { PointResult, Results, Way } from "../../bench/schema.ts";
import { measuredOf, ratiosOf } from "./figures.ts";
import { comparePoints, EXPERIMENTS, pointName, WAY_NAMES } from "./names.ts";
import { chance, leastChance, significant } from "./significance.ts";

/** A smaller change is none that anybody would notice, however certain it is. */
export const LEAST_EFFECT = 0.02;

/** Of one process, the least change that may be more than what processes differ by. */
export const LEAST_EFFECT_OF_ONE = 0.05;

/** From so many processes on, their medians are compared: less could never tell anything. */
const FEWEST_PROCESSES = 4;

/** Else rounds, in so many blocks: neighbours are too much alike to count each. */
const BLOCKS = 10;

/** Before and after. */
export interface Change {
  readonly before: number;
  readonly after: number;
  /** `after / before - 1`. */
  readonly effect: number;
  /** How likely that is if nothing has changed. */
  readonly chance: number;
  /** Whether it is both sure, among all comparisons, and large enough. */
  readonly isReal: boolean;
}

/** What became of a way at a point. */
export interface WayChange {
  readonly point: PointResult;
  readonly way: Way;
  /** In ns an operation. */
  readonly time: Change;
  /** To C in the same rounds, which the drift of a machine leaves alone. */
  readonly ratio?: Change;
  /** What was compared. */
  readonly units: "processes" | "blocks of rounds";
}

/** What changed from one run to another. */
export interface Comparison {
  readonly changes: readonly WayChange[];
  /** What only one of them has. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
  /** In what the machines, versions and options differ. */
  readonly differences: readonly string[];
  /** Whether there are too few processes for one change alone ever to be told from chance. */
  readonly isBlind: boolean;
}

/** A change that is still to be judged among all others. */
type Candidate = Omit<Change, "isReal">;

/** Compares two runs, way by way at each point that both have. */
export function compare(before: Results, after: Results): Comparison {
  const old = byKey(before);
  const now = byKey(after);
  const pairs = [...now].flatMap(([key, point]) => {
    const other = old.get(key);
    return other ? [{ other, point }] : [];
  }).toSorted((a, b) => comparePoints(a.point, b.point));
  const found = pairs.flatMap(({ other, point }) =>
    WAY_NAMES.flatMap((way) => compareWay(other, point, way) ?? [])
  );
  // Each family is judged for itself: a drift of the machine changes all times, and no ratio.
  const times = judged(found.map(({ time }) => time));
  const ratios = judged(found.flatMap(({ ratio }) => ratio ?? []));
  const changes = found.map(({ ratio, ...rest }) => ({
    ...rest,
    time: times.get(rest.time)!,
    ...ratio && { ratio: ratios.get(ratio)! },
  }));
  return {
    changes,
    added: missingIn(old, now),
    gone: missingIn(now, old),
    differences: differences(before, after),
    isBlind: found.length > 0 &&
      found.every(({ least }) => least > 0.05 / found.length),
  };
}

function byKey({ points }: Results): Map<string, PointResult> {
  return new Map(points.map((point) => [pointKey(point), point]));
}

function compareWay(before: PointResult, after: PointResult, way: Way) {
  const old = roundsOf(before, way);
  const now = roundsOf(after, way);
  if (old.length === 0 || now.length === 0) return;
  const count = Math.min(old.length, now.length);
  const units = count >= FEWEST_PROCESSES
    ? "processes" as const
    : "blocks of rounds" as const;
  const oldRatios = ratiosOf(before, way, "C");
  const nowRatios = ratiosOf(after, way, "C");
  const hasRatio = way !== "C" && oldRatios.length > 0 && nowRatios.length > 0;
  const sizes = [old, now].map((each) => samples(each, units).length);
  return {
    ...{ point: after, way, units },
    least: leastChance(sizes[0]!, sizes[1]!),
    // One process's own time is the weather's: it drifts by tens of percent.
    time: change(old, now, units, old.length > 1 && now.length > 1),
    ...hasRatio && { ratio: change(oldRatios, nowRatios, units) },
  };
}

function roundsOf(point: PointResult, way: Way): (readonly number[])[] {
  return measuredOf(point, way).map(({ rounds }) => rounds);
}

function change(
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
  units: WayChange["units"],
  isTestable = true,
): Candidate {
  const [old, now] = [before, after].map((each) => median(medians(each))) as [
    number,
    number,
  ];
  const effect = now / old - 1;
  // What is too small to be told needs no test: a chance of 1 is never too small a figure.
  const least = Math.min(before.length, after.length) === 1
    ? LEAST_EFFECT_OF_ONE
    : LEAST_EFFECT;
  const isTested = isTestable && Math.abs(effect) >= least &&
    (units === "processes" || areApart(medians(before), medians(after)));
  return {
    ...{ before: old, after: now, effect },
    chance: isTested
      ? chance(samples(before, units), samples(after, units))
      : 1,
  };
}

/** Blocks say nothing of how far processes are apart: a change is more than that. */
function areApart(
  before: readonly number[],
  after: readonly number[],
): boolean {
  const [a, b] = [before, after].map((values) => ({
    low: Math.min(...values),
    high: Math.max(...values),
  })) as [Range, Range];
  const gap = Math.max(a.low - b.high, b.low - a.high);
  return gap > Math.max(a.high - a.low, b.high - b.low);
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Logarithms, since a change is a factor. */
function samples(
  processes: readonly (readonly number[])[],
  units: WayChange["units"],
): number[] {
  const values = units === "processes"
    ? medians(processes)
    : medians(blocks(processes));
  return values.map(Math.log);
}

function medians(groups: readonly (readonly number[])[]): number[] {
  return groups.map((group) => median([...group]));
}

/** Cuts the rounds of all processes into blocks, none across two of them. */
function blocks(processes: readonly (readonly number[])[]): number[][] {
  const each = Math.max(1, Math.floor(BLOCKS / processes.length));
  return processes.flatMap((rounds) => {
    const count = Math.min(each, rounds.length);
    return Array.from({ length: count }, (_, i) =>
      rounds.slice(
        Math.floor(i * rounds.length / count),
        Math.floor((i + 1) * rounds.length / count),
      ));
  });
}

function judged(candidates: readonly Candidate[]): Map<Candidate, Change> {
  const sure = significant(candidates.map(({ chance }) => chance));
  return new Map(candidates.map((candidate, i) => [
    candidate,
    { ...candidate, isReal: sure[i]! && candidate.chance < 1 },
  ]));
}

function missingIn(
  here: ReadonlyMap<string, PointResult>,
  there: ReadonlyMap<string, PointResult>,
): string[] {
  return [...there].toSorted(([, a], [, b]) => comparePoints(a, b)).flatMap((
    [key, point],
  ) => {
    const other = here.get(key);
    const ways = WAY_NAMES.filter((way) =>
      measuredOf(point, way).length > 0 &&
      (other === undefined || measuredOf(other, way).length === 0)
    );
    return ways.length === 0 ? [] : [`${placeName(point)}: ${ways.join(", ")}`];
  });
}

/** Names a point with its experiment. */
export function placeName(point: PointResult): string {
  const { experiment } = point;
  const place = pointName(point);
  return EXPERIMENTS[experiment].x ? place : `${experiment}: ${place}`;
}

function differences(before: Results, after: Results): string[] {
  const facts = ({ machine, versions, options }: Results) => ({
    ...machine,
    ...versions,
    ...options,
  });
  const old = facts(before) as Record<string, unknown>;
  const now = facts(after) as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => old[name] !== now[name])
    .map((name) => `${name}: ${old[name] ?? "–"} → ${now[name] ?? "–"}`);
}
