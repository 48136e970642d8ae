import type { PointResult } from "../../bench/schema.ts";
import { sizeName } from "./names.ts";
import type { Series } from "./series.ts";
import type { Table } from "./tables.ts";

/** Several small plots that share a legend, and the table of what they show. */
export interface Chart {
  readonly title: string;
  readonly about: string;
  readonly series: readonly Series[];
  /** Each as SVG. */
  readonly panels: readonly { readonly title: string; readonly svg: string }[];
  readonly table: Table;
}

/** Names a panel by the runtime, the operation, and by what else differs among the points and is not the panel's own axis. */
export function panelTitles(
  points: readonly PointResult[],
  { isOfSize, isOfDepth, isOfPattern }: {
    readonly isOfSize: boolean;
    readonly isOfDepth: boolean;
    readonly isOfPattern: boolean;
  },
): (point: PointResult) => string {
  const differs = (value: (point: PointResult) => unknown) =>
    new Set(points.map(value)).size > 1;
  const withPattern = !isOfPattern && differs(({ pattern }) => pattern);
  const withSize = !isOfSize && differs(({ bytes }) => bytes);
  const withDepth = !isOfDepth && differs(({ depth }) => depth);
  return ({ runtime, operation, pattern, bytes, depth }) =>
    [
      ...[runtime, operation],
      ...withPattern ? [pattern] : [],
      ...withSize && bytes > 0 ? [sizeName(bytes)] : [],
      ...withDepth ? [`× ${depth}`] : [],
    ].join(", ");
}

/** The series that are named, in their own order. */
export function usedOf(
  series: readonly Series[],
  names: readonly string[],
): Series[] {
  return series.filter(({ name }) => names.includes(name));
}
