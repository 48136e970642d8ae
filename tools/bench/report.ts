import { markdownTable } from "markdown-table";
import type { CaseResult, CompetitorName, Results } from "../../bench/types.ts";
import { sizeName } from "./cases.ts";
import { goalLines } from "./goals.ts";
import { overlappedReport } from "./overlapped.ts";
import { overlappedGoalLines } from "./overlapped_goals.ts";

const COMPETITORS: readonly CompetitorName[] = [
  ...["C", "bare", "kernel32", "SyncFile", "Deno.FsFile", "node:fs"] as const,
];

type Ratio = readonly [
  title: string,
  who: CompetitorName,
  against: CompetitorName,
];

const RATIOS: readonly Ratio[] = [
  ["bare : C", "bare", "C"],
  ["kernel32 : bare", "kernel32", "bare"],
  ["SyncFile : bare", "SyncFile", "bare"],
  ["SyncFile : C", "SyncFile", "C"],
];

/** Everything, for who measures. */
export function report(results: Results): string {
  return [
    describeRun(results),
    ...(results.cases.length > 0 ? ["", transfers(results)] : []),
    ...(results.overlapped?.length
      ? ["", overlappedReport(results), "", ...overlappedGoalLines(results)]
      : []),
  ].join("\n");
}

function transfers(results: Results): string {
  const table = markdownTable([
    [
      ...["runtime", "call", "size"],
      ...COMPETITORS,
      ...RATIOS.map(([title]) => title),
    ],
    ...results.cases.map((result) => [
      ...[result.runtime, result.operation, sizeName(result.bytes)],
      ...COMPETITORS.map((name) => result.cost[name]?.median.toFixed(0) ?? ""),
      ...RATIOS.map((ratio) => ratioOf(result, ratio)),
    ]),
  ], { align: ["l", "l", ...Array<string>(11).fill("r")] });
  return [
    "ns per call (median), and how one compares with another (median of ratios within a round)",
    "",
    table,
    "",
    ...goalLines(results),
  ].join("\n");
}

const README_RATIOS: readonly Ratio[] = [
  ["`kernel32` to bare call", "kernel32", "bare"],
  ["`SyncFile` to bare call", "SyncFile", "bare"],
  ["to C", "SyncFile", "C"],
  ["to `Deno.FsFile`", "SyncFile", "Deno.FsFile"],
  ["to `node:fs`", "SyncFile", "node:fs"],
];

/** The ratios alone and overlapped operations, for the README. */
export function markdown(results: Results): string {
  const table = markdownTable([
    ["Runtime", "Call", "Size", ...README_RATIOS.map(([title]) => title)],
    ...results.cases.filter(({ bytes }) => bytes > 0).map((result) => [
      ...[result.runtime, result.operation, sizeName(result.bytes)],
      ...README_RATIOS.map((ratio) => ratioOf(result, ratio)),
    ]),
  ], { align: ["l", "l", ...Array<string>(6).fill("r")] });
  const overlapped = overlappedReport(results);
  return [
    ...(results.cases.length > 0 ? [table, ""] : []),
    ...(overlapped === "" ? [] : [overlapped, ""]),
    describeRun(results),
  ].join("\n");
}

function ratioOf(result: CaseResult, [, who, against]: Ratio): string {
  return result.ratio[who]?.[against]?.median.toFixed(2) ?? "";
}

function describeRun({ date, machine, versions, processes }: Results): string {
  const { processor, processors, system } = machine;
  const runtimes = Object.entries(versions).map((entry) => entry.join(" "));
  return `${
    runtimes.join(", ")
  }; ${system}; ${processor} (${processors}); ${processes} processes per row; ${date}.`;
}
