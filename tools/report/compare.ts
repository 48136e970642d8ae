import {
  comparePoints,
  digits,
  plural,
  pointName,
  ratioText,
} from "../../bench/names.ts";
import { figuresOf, ratio, type Spread } from "../../bench/figures.ts";
import type { PointResult, Results, Way } from "../../bench/schema.ts";
import { tableText } from "../../bench/table.ts";

/** A smaller change is less than what processes differ by. */
const LEAST = 0.03;

interface Change {
  readonly point: PointResult;
  readonly way: Way;
  readonly before: Spread;
  readonly after: Spread;
  readonly effect: number;
}

/**
 * Lists what has changed from one run to another: ratios to C, which the drift of a machine leaves alone, where their spreads are apart.
 * Where C took no part, times.
 */
export function comparison(before: Results, after: Results): string {
  const old = new Map(before.points.map((point) => [pointName(point), point]));
  let compared = 0;
  const changes = after.points.toSorted(comparePoints).flatMap((point) => {
    const other = old.get(pointName(point));
    if (other === undefined) return [];
    return figuresOf(point).flatMap(({ way }): Change[] => {
      const [was, is] = [figureOf(other, way), figureOf(point, way)];
      if (was === undefined || is === undefined) return [];
      compared++;
      const effect = is.median / was.median - 1;
      const isApart = was.high < is.low || is.high < was.low;
      return isApart && Math.abs(effect) >= LEAST
        ? [{ point, way, before: was, after: is, effect }]
        : [];
    });
  }).toSorted((a, b) => b.effect - a.effect);
  const differences = differencesOf(before, after);
  return [
    ...differences.length > 0
      ? [`They were not measured alike: ${differences.join("; ")}.`]
      : [],
    `${plural(compared, "ratio")} compared, ${changes.length} changed by ${
      100 * LEAST
    } % or more, beyond what processes or rounds were apart.`,
    ...changes.length > 0 ? [changeTable(changes)] : [],
  ].join("\n\n");
}

function figureOf(point: PointResult, way: Way): Spread | undefined {
  const isBesideC = ratio(point, "C", "C") !== undefined;
  if (isBesideC) return way === "C" ? undefined : ratio(point, way, "C");
  return figuresOf(point).find((each) => each.way === way)?.time;
}

function changeTable(changes: readonly Change[]): string {
  const text = ({ median }: Spread) =>
    median < 1000 ? ratioText(median) : `${digits(median / 1000)} µs`;
  return tableText({
    head: ["Point", "Way", "Before", "After", "Change"],
    words: 2,
    rows: changes.map(({ point, way, before, after, effect }) => [
      ...[pointName(point), way, text(before), text(after)],
      `${effect > 0 ? "+" : ""}${(100 * effect).toFixed(0)} %`,
    ]),
  });
}

function differencesOf(before: Results, after: Results): string[] {
  const facts = ({ machine, versions, options }: Results) =>
    ({
      ...{ ...machine, ...versions, ...options },
    }) as Record<string, unknown>;
  const [old, now] = [facts(before), facts(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => String(old[name]) !== String(now[name]))
    .map((name) => `${name}: ${old[name] ?? "–"} → ${now[name] ?? "–"}`);
}
