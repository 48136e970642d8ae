import { markdownTable } from "markdown-table";
import { waysAt } from "../../bench/plan.ts";
import { sizeName, xName } from "../../bench/point_name.ts";
import type { Point } from "../../bench/schema.ts";
import { timeName } from "./progress.ts";

/**
 * Makes a table of what would be measured: a row for points that differ in nothing but their sizes, depths and what grows.
 *
 * @param secondsOf Guesses how long points take, in seconds.
 */
export function listOf(
  points: readonly Point[],
  secondsOf: (points: readonly Point[]) => number,
): string {
  const rows = new Map<string, Point[]>();
  for (const point of points) {
    const { runtime, experiment, operation, pattern } = point;
    const key = JSON.stringify([runtime, experiment, operation, pattern]);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [point]);
    else row.push(point);
  }
  return markdownTable([
    ["Experiment", "Runtime", "Operation", "Pattern", "Points", "Time", "Ways"],
    ...Array.from(rows.values(), (points) => {
      const { runtime, experiment, operation, pattern } = points[0]!;
      const time = timeName(secondsOf(points));
      const ways = waysAt(points[0]!).join("; ");
      return [
        ...[experiment, runtime, operation, pattern, placesOf(points)],
        ...[time, ways],
      ];
    }),
  ]);
}

function placesOf(points: readonly Point[]): string {
  const sizes = [...new Set(points.map(({ bytes }) => bytes))]
    .filter((bytes) => bytes > 0);
  // Where it is what grows, it is said once.
  const depths = [
    ...new Set(points.map(({ depth, x }) => depth === x ? 1 : depth)),
  ];
  const xs = [...new Set(points.map(xName))].filter((name) => name !== "");
  return [
    ...sizes.length > 0 ? [rangeOf(sizes.map(sizeName))] : [],
    ...depths.length > 1 || depths[0] !== 1 ? [`depth ${rangeOf(depths)}`] : [],
    ...xs.length > 0 ? [`at ${rangeOf(xs)}`] : [],
  ].join("; ");
}

function rangeOf(values: readonly (string | number)[]): string {
  return values.length > 4
    ? `${values[0]} to ${values.at(-1)}`
    : values.join(", ");
}
