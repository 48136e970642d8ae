import { pointKey } from "../../bench/point_name.ts";
import type {
  Experiment,
  PointResult,
  Results,
  Runtime,
  Way,
} from "../../bench/schema.ts";
import { figuresOf, ratio, type Spread } from "./figures.ts";
import { comparePoints, pointName } from "./names.ts";
import { digits } from "./numbers.ts";

/** "~": reached in one process, or in a quarter of the rounds, and not in the median. */
export type Mark = "✓" | "~" | "✗";

/** What a goal looks at at one place. */
export interface Finding {
  readonly place: string;
  readonly spread: Spread;
  readonly mark: Mark;
  /** What would be possible at all, where that is known. */
  readonly note?: string;
}

/** Whether a goal was reached. */
export interface GoalResult {
  readonly text: string;
  readonly mark: Mark;
  /** How many places were looked at. */
  readonly places: number;
  /** The place nearest to the limit, or farthest beyond it. */
  readonly worst: Finding;
  /** All places where it was not reached, worst first. */
  readonly missed: readonly Finding[];
  /** What the figures are in. */
  readonly unit: string;
}

/** What is looked at, before it is held against the limit. */
interface Figure extends Omit<Finding, "mark"> {
  /** Nothing was reached where nothing would have been seen. */
  readonly isBlind?: boolean;
}

/** What is wanted: a limit, and where to look. */
interface Goal {
  readonly text: string;
  readonly unit: string;
  readonly bound: "at most" | "less than" | "at least";
  readonly limit: number;
  readonly find: (results: Results) => Figure[];
}

const KIB = 1024;

/** Nobody measures more exactly than that. */
const AS_FAST = 1.02;

/** A goal for how many times as long one way may take as another, where both were measured. */
function atMost(
  limit: number,
  way: Way,
  against: Way,
  where: string,
  isMeant: (point: PointResult) => boolean,
): Goal {
  return {
    text: `${way} takes at most ${
      limit.toFixed(2)
    } of ${against}'s time${where}`,
    unit: "",
    bound: "at most",
    limit,
    find: ({ points }) =>
      points.filter(isMeant).flatMap((point) => {
        const spread = ratio(point, way, against);
        if (spread === undefined) return [];
        const possible = against === "C" || against === "bare"
          ? undefined
          : ratio(point, "C", against);
        return [{
          place: pointName(point),
          spread,
          ...possible && { note: `C takes ${digits(possible.median)}` },
        }];
      }),
  };
}

/** A goal for how fast the overlapped files are to C. */
function asFastAsC(
  limit: number,
  where: string,
  isMeant: (point: PointResult) => boolean,
): Goal {
  return {
    text: `OverlappedFile makes at least ${
      limit.toFixed(2)
    } of C's operations a second${where}`,
    unit: "",
    bound: "at least",
    limit,
    find: ({ points }) =>
      points.filter(isMeant).flatMap((point) => {
        const spread = ratio(point, "C", "OverlappedFile");
        return spread ? [{ place: pointName(point), spread }] : [];
      }),
  };
}

/** A goal not to be slower than somebody else: what lies within 2 % is as fast. */
function notBehind(
  way: Way,
  peer: Way,
  isMeant: (point: PointResult) => boolean,
): Goal {
  return {
    ...atMost(AS_FAST, way, peer, "", isMeant),
    text: `${way} is never behind ${peer}: at most ${AS_FAST} of its time`,
  };
}

const isIn = (...experiments: Experiment[]) => (point: PointResult) =>
  experiments.includes(point.experiment);
const isTransfer = isIn("transfer");
const isOverlapped = isIn("overlapped");

const GOALS: readonly Goal[] = [
  ...(["kernel32", "SyncFile"] as const).flatMap((way) => [
    atMost(
      ...[1.10, way, "bare", " below 4 KiB"] as const,
      (point) => isTransfer(point) && point.bytes > 0 && point.bytes < 4 * KIB,
    ),
    atMost(
      ...[1.06, way, "bare", " from 4 KiB"] as const,
      (point) => isTransfer(point) && point.bytes >= 4 * KIB,
    ),
  ]),
  atMost(
    ...[1.05, "SyncFile", "C", " from 4 KiB"] as const,
    (point) => isTransfer(point) && point.bytes >= 4 * KIB,
  ),
  asFastAsC(
    ...[0.95, " with 32 in flight"] as const,
    (point) => isOverlapped(point) && point.depth === 32,
  ),
  asFastAsC(
    ...[0.75, " with 1 in flight"] as const,
    (point) => isOverlapped(point) && point.depth === 1,
  ),
  asFastAsC(
    ...[0.9, " in gathers and scatters"] as const,
    ({ operation }) => operation === "gather" || operation === "scatter",
  ),
  {
    text: "a gather of 16 pages is at least 5 times as fast as 16 writes",
    unit: "",
    bound: "at least",
    limit: 5,
    find: gathers,
  },
  ...(["Deno.FsFile", "node:fs", "@bun-win32/kernel32"] as const).map((peer) =>
    notBehind("SyncFile", peer, isTransfer)
  ),
  {
    text:
      `SyncFile is never behind koffi on Node: at most ${AS_FAST} of its ratio to C`,
    unit: "",
    bound: "at most",
    limit: AS_FAST,
    find: beside,
  },
  ...(["Deno.FsFile", "node:fs/promises"] as const).map((peer) =>
    notBehind("OverlappedFile", peer, isOverlapped)
  ),
  ...(["Deno.FsFile stream", "node:fs stream"] as const).map((peer) =>
    notBehind("OverlappedFile stream", peer, isIn("streams"))
  ),
  {
    text: "a synchronous call leaves less than 1 byte on the JS heap",
    unit: "bytes",
    bound: "less than",
    limit: 1,
    find: (results) => heap(results, /^(kernel32|SyncFile)\b/),
  },
  {
    text: "an overlapped operation leaves less than 500 bytes on the JS heap",
    unit: "bytes",
    bound: "less than",
    limit: 500,
    find: (results) => heap(results, /^OverlappedFile\b/),
  },
  {
    text: "import and first call take at most 10 ms",
    unit: "ms",
    bound: "at most",
    limit: 10,
    find: ({ startup, emptyImport = {} }) =>
      Object.entries(startup).map(([runtime, ms]) => {
        const empty = emptyImport[runtime as Runtime];
        return {
          ...{ place: runtime, spread: exactly(ms) },
          ...empty !== undefined &&
            { note: `an empty module takes ${digits(empty)} ms to import` },
        };
      }),
  },
];

/** Tells of each goal that was looked at whether it was reached. */
export function goals(results: Results): GoalResult[] {
  const sorted = { ...results, points: results.points.toSorted(comparePoints) };
  return GOALS.flatMap((goal) => {
    const findings = goal.find(sorted).map(({ isBlind, ...figure }) => ({
      ...figure,
      mark: isBlind ? "✗" as const : markOf(goal, figure.spread),
    })).toSorted((a, b) =>
      goal.bound === "at least"
        ? a.spread.median - b.spread.median
        : b.spread.median - a.spread.median
    );
    const [worst] = findings;
    if (worst === undefined) return [];
    const missed = findings.filter(({ mark }) => mark !== "✓");
    const mark = (["✗", "~"] as const).find((mark) =>
      missed.some((finding) =>
        finding.mark === mark
      )
    ) ?? "✓";
    const { text, unit } = goal;
    return [{ text, mark, places: findings.length, worst, missed, unit }];
  });
}

function markOf(
  { bound, limit }: Goal,
  { median, low, high }: Spread,
): Mark {
  const isReached = (value: number) => {
    if (bound === "at least") return value >= limit;
    return bound === "at most" ? value <= limit : value < limit;
  };
  if (isReached(median)) return "✓";
  return isReached(bound === "at least" ? high : low) ? "~" : "✗";
}

/** Says what a goal found at a place: `"1.05 (1.01 to 1.09)"`. */
export function findingText(
  { spread: { median, low, high }, note }: Finding,
  unit: string,
): string {
  const range = low === high ? "" : ` (${digits(low)} to ${digits(high)})`;
  const value = [digits(median), unit].filter((word) => word !== "").join(" ");
  return `${value}${range}${note === undefined ? "" : `; ${note}`}`;
}

/** How many times as fast as single writes of 16 pages a gather of them is. */
function gathers({ points }: Results): Figure[] {
  return points.flatMap((point) => {
    const { runtime, operation, bytes } = point;
    if (operation !== "gather" || bytes !== 64 * KIB) return [];
    const single = points.find((other) =>
      other.experiment === "gather" && other.runtime === runtime &&
      other.operation === "rewrite at" && other.bytes === 4 * KIB
    );
    const speed = (way: Way) => {
      const [one, all] = [single, point].map((measured) =>
        measured && figuresOf(measured).find((each) => each.way === way)?.time
      );
      return one && all && quotient(times(16, one), all);
    };
    const [spread, possible] = [speed("OverlappedFile"), speed("C")];
    return spread
      ? [{
        place: pointName(point),
        spread,
        ...possible && {
          note: `C's gather to C's writes ${digits(possible.median)}`,
        },
      }]
      : [];
  });
}

/** How near to C `SyncFile` is, to how near koffi is: on two runtimes, each beside C in the same rounds. */
function beside({ points }: Results): Figure[] {
  const twins = new Map(
    points.map((point) => [pointKey(point), point]),
  );
  return points.filter(isTransfer).flatMap((point) => {
    if (point.runtime === "node") return [];
    const twin = twins.get(pointKey({ ...point, runtime: "node" }));
    const ours = ratio(point, "SyncFile", "C");
    const theirs = twin && ratio(twin, "koffi", "C");
    return ours && theirs
      ? [{ place: pointName(point), spread: quotient(ours, theirs) }]
      : [];
  });
}

/**
 * What calls leave on the heap, beside what the loop around them does. A loop that makes an object a turn, or one that waits
 * alone, shows that the measurement sees anything.
 */
function heap({ heap }: Results, name: RegExp): Figure[] {
  return Object.entries(heap).flatMap(([runtime, growth]) => {
    const { "one object": object, "the loop": loop } = growth;
    const [control, taken] = name.test("OverlappedFile")
      ? [loop ?? object, loop ?? 0]
      : [object, 0];
    const isBlind = control === undefined || control < 1;
    return Object.entries(growth).filter(([call]) => name.test(call)).map((
      [call, bytes],
    ) => ({
      place: `${runtime} ${call}`,
      spread: exactly(bytes - taken),
      isBlind,
      ...isBlind && { note: "nothing would have been seen" },
    }));
  });
}

function exactly(value: number): Spread {
  return { median: value, low: value, high: value };
}

function times(factor: number, { median, low, high }: Spread): Spread {
  return { median: factor * median, low: factor * low, high: factor * high };
}

/** Of figures from different processes: anything between the extremes. */
function quotient(over: Spread, under: Spread): Spread {
  return {
    median: over.median / under.median,
    low: over.low / under.high,
    high: over.high / under.low,
  };
}
