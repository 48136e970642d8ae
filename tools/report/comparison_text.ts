import {
  type Change,
  type Comparison,
  LEAST_EFFECT,
  LEAST_EFFECT_OF_ONE,
  placeName,
  type WayChange,
} from "./compare.ts";
import { digits, ratioText } from "./numbers.ts";
import { type Table, tableText } from "./tables.ts";

/** Longer lists are cut: a file has them all. */
const LISTED = 20;

/** Writes a comparison for a terminal. */
export function comparisonText(comparison: Comparison): string {
  const { changes, added, gone, differences, isBlind } = comparison;
  const [limit, others] = [true, false].map((isLimit) =>
    changes.filter((change) =>
      (change.way === "C") === isLimit && decisive(change).isReal
    )
  ) as [WayChange[], WayChange[]];
  const slower = others.filter((change) => decisive(change).effect > 0);
  const faster = others.filter((change) => decisive(change).effect < 0);
  return [
    ...differences.length > 0
      ? [list("They were not measured alike", differences)]
      : [],
    `${changes.length} compared: ${faster.length} faster, ${slower.length} slower, by the ratio to C where C was measured beside.`,
    ...limit.length > 0
      ? [
        `C itself changed at ${limit.length} points: so did the machine, or what else it did, and times with it. Go by the ratios.`,
      ]
      : [],
    ...isBlind
      ? [
        "There are too few processes or rounds for one change alone to be told from chance among so many comparisons; many at once can be.",
      ]
      : [],
    ...section("Slower", slower),
    ...section("Faster", faster),
    ...added.length > 0 ? [list("New", added)] : [],
    ...gone.length > 0 ? [list("Gone", gone)] : [],
    howCompared(changes),
  ].join("\n\n");
}

function howCompared(changes: readonly WayChange[]): string {
  const units = [...new Set(changes.map(({ units }) => units))];
  const [least, ofOne] = [LEAST_EFFECT, LEAST_EFFECT_OF_ONE].map((effect) =>
    `${(100 * effect).toFixed(0)} %`
  );
  return `* by a permutation test of ${
    units.join(" or ") || "nothing"
  } (Benjamini-Hochberg, 5 %), and at least ${least}, or ${ofOne} where there is one process, whose times alone are not judged. ` +
    "Where blocks of rounds are compared, processes are besides farther apart than among themselves.";
}

function section(title: string, changes: readonly WayChange[]): string[] {
  if (changes.length === 0) return [];
  const sorted = changes.toSorted((a, b) =>
    Math.abs(decisive(b).effect) - Math.abs(decisive(a).effect)
  );
  return [`${title}\n\n${tableText(changeTable(sorted))}`];
}

function changeTable(changes: readonly WayChange[]): Table {
  return {
    head: [
      ...["Point", "Way", "µs before", "µs after", "Change"],
      ...["To C before", "To C after", "Change", "Chance"],
    ],
    words: 2,
    rows: changes.map((change) => {
      const { point, way, time, ratio } = change;
      return [
        ...[placeName(point), way],
        ...[digits(time.before / 1000), digits(time.after / 1000)],
        percentText(time),
        ratio ? ratioText(ratio.before) : "",
        ratio ? ratioText(ratio.after) : "",
        ratio ? percentText(ratio) : "",
        decisive(change).chance.toExponential(0),
      ];
    }),
  };
}

function percentText({ effect, isReal }: Change): string {
  const sign = effect > 0 ? "+" : "";
  return `${sign}${(100 * effect).toFixed(1)} %${isReal ? "*" : ""}`;
}

function list(title: string, lines: readonly string[]): string {
  const others = lines.length - LISTED;
  return [
    ...[title, ""],
    ...lines.slice(0, LISTED).map((line) => `- ${line}`),
    ...others > 0 ? [`- and ${others} more`] : [],
  ].join("\n");
}

/** What tells whether a way changed: its ratio to C where there is one, its time elsewhere. */
function decisive({ ratio, time }: WayChange): Change {
  return ratio ?? time;
}
