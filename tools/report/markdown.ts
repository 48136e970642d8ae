import {
  comparePoints,
  EXPERIMENT_NAMES,
  isMixed,
  sizeName,
  WAY_NAMES,
  xName,
} from "../../bench/names.ts";
import { figuresOf } from "../../bench/figures.ts";
import { EXPERIMENTS, WAYS } from "../../bench/schema.ts";
import type { PointResult, Results, Way } from "../../bench/schema.ts";
import {
  caveat,
  machineSentence,
  microseconds,
  ratioCell,
} from "../../bench/summary.ts";
import { type Table, tableText, withoutEmpty } from "../../bench/table.ts";

const KIB = 1024;

/** What the pages may have made, by the name that their markers give it. */
const PARTS: Readonly<Record<string, (results: Results) => string>> = {
  /** For the README: how this module compares. */
  ratios: (results) =>
    [tableText(syncTable(results)), machineSentence(results)].join("\n\n"),
  overlapped: (results) => tableText(overlappedTable(results)),
  machine: (results) =>
    [machineSentence(results), caveat(results) ?? ""].join("\n\n").trim(),
  ways: waysText,
  experiments: experimentsText,
};

const BLOCK =
  /(<!-- bench:begin ([a-z ]+?) -->)(?:(?:(?!<!-- bench:begin)[^])*?(<!-- bench:end -->))?/g;

/**
 * Fills what stands between `<!-- bench:begin NAME -->` and `<!-- bench:end -->` in a page with what results say of it. All
 * else is left as it was written.
 *
 * @throws {Error} A name is none, or a block has no end.
 */
export function markdown(page: string, results: Results): string {
  return page.replaceAll(BLOCK, (_, begin, name: string, end = "") => {
    const part = PARTS[name];
    if (part === undefined || end === "") {
      const known = Object.keys(PARTS).join(", ");
      throw new Error(
        `<!-- bench:begin ${name} --> has no end, or no such part: there is ${known}.`,
      );
    }
    return `${begin}\n\n${part(results)}\n\n${end}`;
  });
}

/** The mixed program, and the requests that differ most from it. */
function syncTable({ points }: Results): Table {
  const rows = points.filter((point) =>
    point.experiment === "mixed" ||
    point.experiment === "transfer" && point.pattern === "buffered" &&
      point.bytes === 64 * KIB &&
      (point.operation === "read" || point.operation === "rewrite")
  );
  return ratioTable(rows, "SyncFile", [
    ["`kernel32` to bare call", "kernel32", "bare"],
    ["`SyncFile` to bare call", "SyncFile", "bare"],
    ["to C", "SyncFile", "C"],
    ["to `Deno.FsFile`", "SyncFile", "Deno.FsFile"],
    ["to `node:fs`", "SyncFile", "node:fs"],
    ["to `@bun-win32/kernel32`", "SyncFile", "@bun-win32/kernel32"],
  ]);
}

function overlappedTable({ points }: Results): Table {
  const rows = points.filter(({ experiment }) =>
    experiment === "mixed overlapped"
  );
  return ratioTable(rows, "OverlappedFile", [
    ["`OverlappedFile` to bare call", "OverlappedFile", "bare"],
    ["to C", "OverlappedFile", "C"],
    ["to `node:fs/promises`", "OverlappedFile", "node:fs/promises"],
  ]);
}

function ratioTable(
  points: readonly PointResult[],
  way: Way,
  columns: readonly (readonly [title: string, way: Way, against: Way])[],
): Table {
  return withoutEmpty({
    head: [
      ...["Runtime", "Call", "Requests", "Size", "In flight", `\`${way}\` µs`],
      ...columns.map(([title]) => title),
    ],
    words: 3,
    rows: points.filter(({ runtime }) => runtime !== "node")
      .toSorted(comparePoints).map((point) => [
        ...[point.runtime, point.operation, point.phase ?? "nothing else"],
        ...[sizeName(point.bytes), point.depth > 1 ? String(point.depth) : ""],
        microseconds(point, way),
        ...columns.map(([, way, against]) => ratioCell(point, way, against)),
      ]),
  });
}

function waysText({ points }: Results): string {
  const measured = new Set(
    points.flatMap(({ runs }) => runs.flatMap(({ ways }) => Object.keys(ways))),
  );
  return tableText({
    head: ["Way", "What it is"],
    words: 2,
    rows: WAY_NAMES.filter((way) => measured.has(way)).map((way) => [
      ...[`\`${way}\``, WAYS[way]],
    ]),
  });
}

/** For each experiment, a table of the points that say most: the report has all. */
function experimentsText({ points }: Results): string {
  return EXPERIMENT_NAMES.flatMap((experiment) => {
    const own = points.filter((point) =>
      point.experiment === experiment && isMain(point)
    ).toSorted(comparePoints);
    if (own.length === 0) return [];
    const { title, about } = EXPERIMENTS[experiment];
    return [`### ${title}`, about, tableText(pointTable(own))];
  }).join("\n\n");
}

/** The points that say most, for a page that has no room for all: the report has them. */
function isMain(point: PointResult): boolean {
  const { experiment, runtime, operation, pattern, bytes } = point;
  if (runtime === "node" || pattern !== "buffered" && !isMixed(point)) {
    return false;
  }
  if (experiment !== "transfer") {
    return isMixed(point) || ["records", "text"].includes(experiment);
  }
  return [4 * KIB, 64 * KIB].includes(bytes) && operation === "read";
}

/** Makes a table with a row for each point: what the first way took, and how many times that everybody else. */
function pointTable(points: readonly PointResult[]): Table {
  const [{ experiment }] = points as [PointResult];
  const measured = new Set(
    points.flatMap((point) => figuresOf(point).map(({ way }) => way)),
  );
  const [base, ...ways] = WAY_NAMES.filter((way) => measured.has(way));
  return withoutEmpty({
    head: [
      ...["Runtime", "Call", "Requests", "Opened", "Size", "In flight"],
      ...[EXPERIMENTS[experiment].x, `\`${base}\` µs`],
      ...ways.map((way) => `\`${way}\``),
    ],
    words: 4,
    rows: points.map((point) => [
      ...[point.runtime, point.operation, point.phase ?? ""],
      point.phase === undefined ? point.pattern : "",
      point.bytes > 0 ? sizeName(point.bytes) : "",
      point.depth > 1 && point.x === undefined ? String(point.depth) : "",
      ...[xName(point), microseconds(point, base!)],
      ...ways.map((way) => ratioCell(point, way, base!)),
    ]),
  });
}
