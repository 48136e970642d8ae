import { sizeName } from "../../bench/names.ts";
import type { PointResult } from "../../bench/schema.ts";
import type { Series } from "./series.ts";
import type { Table } from "../../bench/table.ts";

/** Several small plots that share a legend, and the table of what they show. */
export interface Chart {
  readonly title: string;
  readonly about: string;
  readonly series: readonly Series[];
  /** Each as SVG. */
  readonly panels: readonly { readonly title: string; readonly svg: string }[];
  readonly table: Table;
}

/** How the panels of a chart are told apart. */
export interface PanelNames {
  /** Names a point's panel: by the runtime, the operation, and by what else differs and is not an axis. */
  readonly titleOf: (point: PointResult) => string;
  /** Says what is the same in all of them, if the chart's own title doesn't. */
  readonly withSame: (title: string, about: string) => string;
}

/** Names the panels of a chart of points, given what its axes and lines tell. */
export function panelNames(
  points: readonly PointResult[],
  { isOfSize, isOfDepth, isOfPattern }: {
    readonly isOfSize: boolean;
    readonly isOfDepth: boolean;
    readonly isOfPattern: boolean;
  },
): PanelNames {
  type Name = (point: PointResult) => string;
  const names: Name[] = [
    ...isOfPattern ? [] : [({ pattern }: PointResult) => pattern],
    ...isOfSize
      ? []
      : [({ bytes }: PointResult) => bytes > 0 ? sizeName(bytes) : ""],
    ...isOfDepth
      ? []
      : [({ depth }: PointResult) => depth > 1 ? `× ${depth}` : ""],
  ];
  const differs = (name: Name) => new Set(points.map(name)).size > 1;
  const different = names.filter(differs);
  const same = names.filter((name) => !differs(name)).map((name) =>
    points.length === 0 ? "" : name(points[0]!)
  );
  return {
    titleOf: (point) =>
      [
        ...[point.runtime, point.operation],
        ...different.map((name) => name(point)).filter((text) => text !== ""),
      ].join(", "),
    withSame(title, about) {
      const said = same.filter((text) =>
        text !== "" && !`${title} ${about}`.includes(text)
      ).join(", ");
      return said === ""
        ? about
        : `${said[0]!.toUpperCase()}${said.slice(1)}. ${about}`;
    },
  };
}

/** The series that are named, in their own order. */
export function usedOf(
  series: readonly Series[],
  names: readonly string[],
): Series[] {
  return series.filter(({ name }) => names.includes(name));
}
