import { pointName } from "./point_name.ts";
import { median } from "./rounds.ts";
import type { PointResult, Way } from "./schema.ts";

/** Sums up a point in one line: what an operation took each way. */
export function row(point: PointResult): string {
  const medians = new Map<Way, number[]>();
  for (const { ways } of point.runs) {
    for (const [name, { rounds }] of Object.entries(ways)) {
      const way = name as Way;
      medians.set(way, [...medians.get(way) ?? [], median(rounds)]);
    }
  }
  const cells = Array.from(
    medians,
    ([way, values]) => `${way} ${timeName(median(values))}`,
  );
  return `${pointName(point)}: ${cells.join(", ")}`;
}

/** Says how long an operation takes. */
function timeName(ns: number): string {
  if (ns >= 1e6) return `${Number((ns / 1e6).toPrecision(3))} ms`;
  if (ns >= 1e3) return `${Number((ns / 1e3).toPrecision(3))} µs`;
  return `${Number(ns.toPrecision(3))} ns`;
}
