import { sizeName, xName } from "../../bench/point_name.ts";
import type { PointResult, Results, Way } from "../../bench/schema.ts";
import { costModels, costModelTable, mainModels } from "./cost_model.ts";
import { figuresOf, ratio, reasons } from "./figures.ts";
import { findingText, type GoalResult, goals } from "./goals.ts";
import { groupBy } from "./groups.ts";
import { caveat, machineSentence } from "./machine.ts";
import {
  comparePoints,
  EXPERIMENT_NAMES,
  EXPERIMENTS,
  PATTERNS,
  WAY_NAMES,
  WAYS,
} from "./names.ts";
import { digits, grouped, ratioText } from "./numbers.ts";
import { type Table, tableText, withoutEmpty } from "./tables.ts";

const KIB = 1024;

/** Sizes that tables of a page have rows for: a result file has them all. */
const SIZES: readonly number[] = [16, 512, 4 * KIB, 64 * KIB, 1024 * KIB];

/** As many places are named where a goal was not reached. */
const MISSED = 3;

/** What the pages may have made, by the name that their markers give it. */
const PARTS: Readonly<Record<string, (results: Results) => string>> = {
  /** For the README: how this module compares, and nothing else. */
  ratios: (results) =>
    [tableText(ratioTable(results)), machineSentence(results)].join("\n\n"),
  overlapped: (results) => tableText(overlappedTable(results)),
  machine: (results) =>
    [machineSentence(results), ...[caveat(results)].filter(Boolean)]
      .join("\n\n"),
  ways: waysText,
  experiments: experimentsText,
  patterns: (results) => tableText(patternTable(results)),
  "cost model": ({ points }) =>
    tableText(
      costModelTable(
        mainModels(costModels(points.toSorted(comparePoints))),
      ),
    ),
  goals: (results) => goals(results).map(goalText).join("\n"),
  skipped: ({ skipped, points }) =>
    [
      ...skipped.map(({ what, why }) => `- **${plain(what)}**: ${plain(why)}`),
      ...reasons(points).map(({ way, why, places }) =>
        `- **${plain(way)}** at ${places} points: ${plain(why)}`
      ),
    ].join("\n") || "Everything was measured.",
};

const BLOCK =
  /(<!-- bench:begin ([a-z ]+?) -->)(?:(?!<!-- bench:begin)[^])*?(<!-- bench:end -->)/g;

/**
 * Fills what stands between `<!-- bench:begin NAME -->` and `<!-- bench:end -->` in a page with what results say of it. All
 * else is left as it was written.
 *
 * @throws {Error} A name is none, or a block has no end.
 */
export function markdown(page: string, results: Results): string {
  const begun = page.match(/<!-- bench:begin/g)?.length ?? 0;
  let filled = 0;
  const text = page.replaceAll(BLOCK, (_, begin, name: string, end) => {
    const part = PARTS[name];
    if (part === undefined) {
      throw new Error(
        `There is no part "${name}" of results, but ${
          Object.keys(PARTS).join(", ")
        }.`,
      );
    }
    filled++;
    return `${begin}\n\n${part(results)}\n\n${end}`;
  });
  if (filled !== begun) {
    throw new Error("A <!-- bench:begin NAME --> has no <!-- bench:end -->.");
  }
  return text;
}

/** Takes from text what Markdown would take for more than text. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_<>|[\]]/g, "\\$&");
}

/** How `SyncFile` and the raw layer compare with everybody else. */
function ratioTable({ points }: Results): Table {
  const rows = points.filter(({ experiment, runtime, operation, pattern }) =>
    experiment === "transfer" && runtime !== "node" &&
    pattern === "buffered" && (operation === "read" || operation === "rewrite")
  );
  const columns: [title: string, way: Way, against: Way][] = [
    ["`kernel32` to bare call", "kernel32", "bare"],
    ["`SyncFile` to bare call", "SyncFile", "bare"],
    ["to C", "SyncFile", "C"],
    ["to `Deno.FsFile`", "SyncFile", "Deno.FsFile"],
    ["to `node:fs`", "SyncFile", "node:fs"],
    ["to `@bun-win32/kernel32`", "SyncFile", "@bun-win32/kernel32"],
  ];
  return withoutEmpty({
    head: ["Runtime", "Call", "Size", ...columns.map(([title]) => title)],
    words: 2,
    rows: shown(rows).map((point) => [
      ...[point.runtime, point.operation, sizeName(point.bytes)],
      ...columns.map(([, way, against]) => ratioCell(point, way, against)),
    ]),
  });
}

/** How overlapped files compare with everybody else. */
function overlappedTable({ points }: Results): Table {
  const rows = points.filter(({ experiment, runtime, bytes, depth }) =>
    experiment === "overlapped" && runtime !== "node" && bytes === 4 * KIB &&
    [1, 8, 32].includes(depth)
  );
  const peers = ["C", "Deno.FsFile", "node:fs/promises"] as const;
  return withoutEmpty({
    head: [
      ...["Runtime", "Call", "Opened", "Size", "In flight", "Operations/s"],
      ...peers.map((peer) => peer === "C" ? "to C" : `to \`${peer}\``),
    ],
    words: 3,
    rows: rows.toSorted(comparePoints).map((point) => [
      ...[point.runtime, point.operation, point.pattern],
      ...[sizeName(point.bytes), String(point.depth)],
      perSecond(point, "OverlappedFile"),
      ...peers.map((peer) => ratioCell(point, "OverlappedFile", peer)),
    ]),
  });
}

function perSecond(point: PointResult, way: Way): string {
  const figures = figuresOf(point).find((each) => each.way === way);
  return figures ? grouped(figures.perSecond) : "";
}

function waysText({ points }: Results): string {
  const measured = new Set(
    points.flatMap(({ runs }) => runs.flatMap(({ ways }) => Object.keys(ways))),
  );
  return tableText({
    head: ["Way", "What it is"],
    words: 2,
    rows: WAY_NAMES.filter((way) => measured.has(way)).map((way) => [
      ...[`\`${way}\``, WAYS[way].about],
    ]),
  });
}

function experimentsText({ points }: Results): string {
  return EXPERIMENT_NAMES.flatMap((experiment) => {
    const own = points.filter((point) => point.experiment === experiment);
    if (own.length === 0) return [];
    const { title, about } = EXPERIMENTS[experiment];
    const chosen = EXPERIMENTS[experiment].x
      ? own.toSorted(comparePoints)
      : shown(own).filter(isMain);
    const tables = [...groupBy(chosen, ({ runtime }) => runtime)].map((
      [runtime, points],
    ) => pointTable(runtime, points));
    return [`### ${title}`, about, ...tables];
  }).join("\n\n");
}

/** What tells the points of a table apart. Where it is the same for all, the sentence above the table says it. */
const PLACES: readonly [title: string, text: (point: PointResult) => string][] =
  [
    ["Call", ({ operation }) => operation],
    ["Opened", ({ pattern }) => pattern],
    ["Size", ({ bytes }) => bytes > 0 ? sizeName(bytes) : ""],
    ["In flight", ({ depth, x }) => x === undefined ? String(depth) : ""],
  ];

/** Makes a table with a row for each point: what C took, and how many times that everybody else. */
function pointTable(runtime: string, points: readonly PointResult[]): string {
  const [{ experiment }] = points as [PointResult];
  const isBesideC = points.some((point) => ratio(point, "C", "C"));
  const ways = WAY_NAMES.filter((way) => !isBesideC || way !== "C");
  const differs = ([, text]: (typeof PLACES)[number]) =>
    new Set(points.map(text)).size > 1;
  const columns = PLACES.filter(differs);
  const same = PLACES.filter((place) => !differs(place)).map(
    ([title, text]) => {
      const said = text(points[0]!);
      if (title !== "In flight" || said === "") return said;
      return said === "1" ? "" : `${said} in flight`;
    },
  ).filter((said) => said !== "");
  const table = tableText(withoutEmpty({
    head: [
      ...columns.map(([title]) => title),
      ...[EXPERIMENTS[experiment].x ?? "", "C µs"],
      ...ways.map((way) => isBesideC ? `\`${way}\`` : `\`${way}\` µs`),
    ],
    words: columns.filter(([title]) => title === "Call" || title === "Opened")
      .length,
    rows: points.map((point) => [
      ...columns.map(([, text]) => text(point)),
      ...[xName(point), isBesideC ? microseconds(point, "C") : ""],
      ...ways.map((way) =>
        isBesideC ? ratioCell(point, way, "C") : microseconds(point, way)
      ),
    ]),
  }));
  return `${[`On ${runtime}`, ...same].join(", ")}:\n\n${table}`;
}

/** What the patterns make of `SyncFile`, in MB/s. */
function patternTable({ points }: Results): Table {
  const rows = groupBy(
    shown(points.filter(({ experiment }) => experiment === "transfer")),
    ({ runtime, operation, bytes }) => [runtime, operation, bytes].join(),
  );
  return withoutEmpty({
    head: ["Runtime", "Call", "Size", ...PATTERNS],
    words: 2,
    rows: [...rows.values()].flatMap((group) => {
      const { runtime, operation, bytes } = group[0]!;
      const cells = PATTERNS.map((pattern) => {
        const point = group.find((point) => point.pattern === pattern);
        const figures = point &&
          figuresOf(point).find(({ way }) => way === "SyncFile");
        return figures ? digits(figures.megabytes) : "";
      });
      return cells.some((cell) => cell !== "")
        ? [[runtime, operation, sizeName(bytes), ...cells]]
        : [];
    }),
  });
}

/** Whether a point is one of those that tell most, where there is no room for all. */
function isMain({ experiment, pattern, bytes, depth }: PointResult): boolean {
  if (experiment === "transfer") {
    return pattern === "buffered" || pattern === "unbuffered";
  }
  return experiment !== "overlapped" ||
    (bytes === 4 * KIB || bytes === 64 * KIB) && [1, 8, 32].includes(depth);
}

/** Points in order: of many sizes, those of some. */
function shown(points: readonly PointResult[]): PointResult[] {
  const isFew = new Set(points.map(({ bytes }) => bytes)).size <= SIZES.length;
  return points.filter(({ bytes }) => isFew || SIZES.includes(bytes)).toSorted(
    comparePoints,
  );
}

function ratioCell(point: PointResult, way: Way, against: Way): string {
  const spread = ratio(point, way, against);
  return spread ? ratioText(spread.median) : "";
}

function microseconds(point: PointResult, way: Way): string {
  const figures = figuresOf(point).find((each) => each.way === way);
  return figures ? digits(figures.time.median / 1000) : "";
}

function goalText(
  { mark, text, places, worst, missed, unit }: GoalResult,
): string {
  const [first, ...others] = missed.slice(0, MISSED).map((finding) =>
    `${finding.place}: ${findingText(finding, unit)}`
  );
  if (first === undefined) {
    return `- ${mark} ${text}. Nearest to the limit: ${worst.place}: ${
      findingText(worst, unit)
    }.`;
  }
  const named = [first, ...others].join("; ");
  return `- ${mark} ${text}: not reached at ${missed.length} of ${places}. ${named}.`;
}
