import type { PointResult } from "../../bench/schema.ts";
import { type Chart, panelNames, usedOf } from "./chart.ts";
import { type Figures, figuresOf } from "../../bench/figures.ts";
import { groupBy } from "../../bench/groups.ts";
import { ratioText } from "../../bench/numbers.ts";
import { type Bar, type BarPanel, barPlot } from "./plots.ts";
import { WAY_SERIES } from "./series.ts";

/** What bars are made of. */
export interface BarChart {
  readonly title: string;
  readonly about: string;
  readonly label: string;
  /** What bars that stand together have in common. */
  readonly group: (point: PointResult) => string;
  readonly value: (
    figures: Figures,
    point: PointResult,
  ) => Pick<Bar, "low" | "high"> & { readonly median: number } | undefined;
  readonly limit?: number;
}

/** Draws a bar for each way, with a plot for each kind of point. */
export function bars(
  points: readonly PointResult[],
  { title, about, label, group, value, limit }: BarChart,
): Chart {
  const byDepth = new Set(points.map(group)).size > 1 &&
    points.every((point) => group(point).startsWith("×"));
  const { titleOf, withSame } = panelNames(points, {
    ...{ isOfSize: !byDepth, isOfDepth: byDepth, isOfPattern: false },
  });
  const panels = [...groupBy(points, titleOf)].flatMap(
    ([title, group_]): BarPanel[] => {
      const bars = group_.flatMap((point) =>
        figuresOf(point).flatMap((figures): Bar[] => {
          const found = value(figures, point);
          if (found === undefined) return [];
          const { median, low, high } = found;
          const { way } = figures;
          return [{
            ...{ series: way, group: group(point), value: median, low, high },
            title: `${way}, ${group(point)}: ${ratioText(median)} (${
              ratioText(low)
            } to ${ratioText(high)})`,
          }];
        })
      );
      return bars.length === 0 ? [] : [{ title, bars }];
    },
  );
  const used = usedOf(
    WAY_SERIES,
    panels.flatMap(({ bars }) => bars.map(({ series }) => series)),
  );
  const most = Math.max(
    limit ?? 0,
    ...panels.flatMap(({ bars }) => bars.map(({ high }) => high)),
  );
  const groups = new Set(
    panels.flatMap(({ bars }) => bars.map(({ group }) => group)),
  );
  const [only] = groups;
  return {
    title,
    about: withSame(
      title,
      groups.size === 1 ? `${only} each. ${about}` : about,
    ),
    series: [],
    panels: panels.map((panel) => ({
      title: panel.title,
      svg: barPlot(panel, {
        ...{ series: used, label, most, isGrouped: groups.size > 1 },
        ...limit !== undefined && { limit },
      }),
    })),
    table: {
      head: ["", "", ...used.map(({ name }) => name)],
      words: 2,
      rows: panels.flatMap(({ title, bars }) =>
        [...groupBy(bars, ({ group }) => group)].map(([name, bars]) => [
          ...[title, name],
          ...used.map(({ name }) => {
            const bar = bars.find(({ series }) => series === name);
            return bar
              ? `${ratioText(bar.value)} (${ratioText(bar.low)}–${
                ratioText(bar.high)
              })`
              : "";
          }),
        ])
      ),
    },
  };
}
