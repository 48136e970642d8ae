import { pointName } from "./point_name.ts";
import { median } from "./rounds.ts";
import type { PointResult, Results, Way } from "./schema.ts";

/** Makes a table of times and ratios, and a list of what is missing, without any package. */
export function table({ points, skipped }: Results): string {
  const rows = points.flatMap(rowsOf);
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  const lines = rows.map((row) =>
    row.map((cell, i) =>
      i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    )
      .join("  ")
  );
  const reasons = new Set([
    ...skipped.map(({ what, why }) => `${what}: ${why}`),
    ...points.flatMap(({ runs }) =>
      runs.flatMap(({ missing = {} }) =>
        Object.entries(missing).map(([way, why]) => `${way}: ${why}`)
      )
    ),
  ]);
  return [
    ...lines,
    ...reasons.size > 0 ? ["", "Not measured:"] : [],
    ...Array.from(reasons, (reason) => `  ${reason}`),
  ].join("\n");
}

/** A row for each way: time of an operation, MB/s, and how many times as long as the first way's. */
function rowsOf(point: PointResult): string[][] {
  const names = new Set(
    point.runs.flatMap(({ ways }) => Object.keys(ways) as Way[]),
  );
  const [first] = names;
  return Array.from(names, (way) => {
    const time = median(valuesOf(point, ({ [way]: one }) => one));
    const ratio = median(
      valuesOf(
        point,
        ({ [way]: one, [first!]: other }) =>
          one?.map((value, i) => value / (other?.[i] ?? NaN)),
      ),
    );
    const rate = point.bytes / time * 1000;
    return [
      pointName(point),
      way,
      `${(time / 1000).toFixed(2)} µs`,
      `${rate.toFixed(0)} MB/s`,
      way === first ? "" : `${ratio.toFixed(2)} of ${first}`,
    ];
  });
}

type Rounds = Partial<Record<Way, readonly number[]>>;

function valuesOf(
  { runs }: PointResult,
  pick: (rounds: Rounds) => readonly number[] | undefined,
): number[] {
  return runs.flatMap(({ ways }) => {
    const rounds = Object.fromEntries(
      Object.entries(ways).map(([way, { rounds }]) => [way, rounds]),
    ) as Rounds;
    return pick(rounds) ?? [];
  });
}
