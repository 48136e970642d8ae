import type { Point } from "./schema.ts";

/** Names a length as one says it. */
export function sizeName(bytes: number): string {
  for (
    const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], [
      "KiB",
      2 ** 10,
    ]] as const
  ) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`;
  }
  return `${bytes} B`;
}

/** Names a point as one says it. */
export function pointName(point: Point): string {
  const { experiment, runtime, operation, pattern, bytes, depth, x } = point;
  return [
    `${runtime} ${experiment}: ${operation}, ${pattern}, ${sizeName(bytes)}`,
    ...depth === 1 ? [] : [`depth ${depth}`],
    ...x === undefined ? [] : [`at ${x}`],
  ].join(", ");
}
