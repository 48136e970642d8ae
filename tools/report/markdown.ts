import { comparePoints, isMixed, sizeName } from "../../bench/names.ts";
import { measuredWays } from "../../bench/figures.ts";
import { WAYS } from "../../bench/schema.ts";
import type { PointResult, Results, Way } from "../../bench/schema.ts";
import {
  caveat,
  machineSentence,
  microseconds,
  ratioCell,
} from "../../bench/summary.ts";
import { tableText, withoutEmpty } from "../../bench/table.ts";

/** What the pages may have made, by the name that their markers give it. */
const PARTS: Readonly<Record<string, (results: Results) => string>> = {
  ratios,
  alone: ({ points }) => ratioTable(points.filter(isMain)),
  machine: (results) =>
    [machineSentence(results), caveat(results) ?? ""].join("\n\n").trim(),
  ways: waysText,
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

/** How this module compares in the mixed programs, for the README: promises, with many requests in flight. */
export function ratios(results: Results): string {
  const rows = results.points.filter((point) =>
    point.experiment === "mixed" ||
    isMixed(point) && point.depth > 1 && point.operation === "read at" &&
      point.phase !== "with signals"
  );
  return [ratioTable(rows), machineSentence(results)].join("\n\n");
}

/** The points of the other experiments that say most: the report has all. */
function isMain({ experiment, operation, pattern, bytes }: PointResult) {
  if (experiment === "records" || experiment === "text") return true;
  return experiment === "transfer" && pattern === "buffered" &&
    ["read", "rewrite"].includes(operation) && [4096, 65_536].includes(bytes);
}

/** What the ratios are to. With promises, `node:fs` is that of promises. */
const OTHERS: readonly Way[] = [
  ...["bare", "C", "Deno.FsFile", "node:fs", "@bun-win32/kernel32"] as const,
];

function ratioTable(points: readonly PointResult[]): string {
  return tableText(withoutEmpty({
    head: [
      ...["Runtime", "Call", "Requests", "Size", "In flight", "µs"],
      "`kernel32` to bare",
      ...OTHERS.map((way) => `to \`${way}\``),
      "`struct()` to a `DataView`",
    ],
    words: 3,
    rows: points.toSorted(comparePoints).map((point) => {
      const { experiment, runtime, operation, phase, bytes, depth } = point;
      const isSync = experiment !== "mixed overlapped";
      const way = isSync ? "SyncFile" : "OverlappedFile";
      return [
        ...[runtime, operation, phase ?? experiment],
        ...[sizeName(bytes), isSync ? "" : String(depth)],
        microseconds(point, way),
        ratioCell(point, "kernel32", "bare"),
        ...OTHERS.map((other) =>
          ratioCell(
            ...[point, way] as const,
            other === "node:fs" && !isSync ? "node:fs/promises" : other,
          )
        ),
        ratioCell(point, "SyncFile, struct()", "SyncFile"),
      ];
    }),
  }));
}

function waysText({ points }: Results): string {
  return tableText({
    head: ["Way", "What it is"],
    words: 2,
    rows: measuredWays(points).map((way) => [
      ...[`\`${way}\``, WAYS[way]],
    ]),
  });
}
