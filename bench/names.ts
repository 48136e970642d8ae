// What points are called, and their order.

import {
  type Experiment,
  EXPERIMENTS,
  OPERATIONS,
  PATTERNS,
  type Point,
  RUNTIMES,
  type Way,
  WAYS,
} from "./schema.ts";

/** All ways, in the order of every table and legend. */
export const WAY_NAMES: readonly Way[] = Object.keys(WAYS) as Way[];

/** All experiments, in the order of a report. */
export const EXPERIMENT_NAMES: readonly Experiment[] = Object.keys(
  EXPERIMENTS,
) as Experiment[];

/** Names a length as one says it. */
export function sizeName(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.floor(Math.log2(Math.max(1, bytes)) / 10);
  return `${Number((bytes / 1024 ** power).toPrecision(4))} ${units[power]}`;
}

/** Names a point as one says it: `"deno overlapped: read at, unbuffered, 4 KiB × 32"`. No two points have the same name. */
export function pointName(point: Point): string {
  const { experiment, runtime, operation, pattern, bytes, depth } = point;
  const words = [
    operation,
    ...point.phase === undefined ? [] : [point.phase],
    ...pattern === "buffered" ? [] : [pattern],
    sizeName(bytes),
  ];
  const flying = depth > 1 ? ` × ${depth}` : "";
  const { fileSize } = point;
  const grown = fileSize ? ` at ${sizeName(fileSize)}` : "";
  return `${runtime} ${experiment}: ${words.join(", ")}${flying}${grown}`;
}

/** Puts points in the order of every table. Those of a mixed program are in their own. */
export function comparePoints(a: Point, b: Point): number {
  const places = (point: Point) => [
    EXPERIMENT_NAMES.indexOf(point.experiment),
    RUNTIMES.indexOf(point.runtime),
    ...isMixed(point) ? [] : [
      OPERATIONS.indexOf(point.operation),
      PATTERNS.indexOf(point.pattern),
      ...[point.bytes, point.depth, point.fileSize ?? 0],
    ],
  ];
  const others = places(b);
  return places(a).map((place, i) => place - others[i]!)
    .find((difference) => difference !== 0) ?? 0;
}

/** Whether a point belongs to one of the mixed programs. */
export function isMixed({ experiment }: Point): boolean {
  return experiment.startsWith("mixed");
}

/** Counts things: `"1 process"`, `"3 processes"`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Writes a number with three digits that count, and no more zeros than it takes. */
export function digits(value: number, count = 3): string {
  if (value === 0) return "0";
  const places = count - 1 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(Math.max(places, 0), 6));
}

/** Writes a ratio: two places, and three digits where there are more before the point. */
export function ratioText(value: number): string {
  return value < 10 ? value.toFixed(2) : digits(value);
}

/** Writes a large number with spaces between thousands, which every reader of any language takes for what they are. */
export function grouped(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Puts what has the same key together, in the order of first sight. (`Map.groupBy()` came after Node 20.) */
export function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
