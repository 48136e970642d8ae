import { median } from "simple-statistics";
import type { PointResult, Way } from "../../bench/schema.ts";
import { pointName } from "../../bench/point_name.ts";

/** Sums up a point in one line: what an operation took each way, in µs. */
export function row(point: PointResult): string {
  const names = new Set(
    point.runs.flatMap(({ ways }) => Object.keys(ways) as Way[]),
  );
  const cells = Array.from(names, (way) => {
    const medians = point.runs.flatMap(({ ways }) => {
      const rounds = ways[way]?.rounds;
      return rounds === undefined ? [] : [median([...rounds])];
    });
    return `${way} ${(median(medians) / 1000).toPrecision(3)}`;
  });
  return `${pointName(point)}: ${cells.join(", ")} µs`;
}
