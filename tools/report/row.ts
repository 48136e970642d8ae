import type { PointResult, Way } from "../../bench/schema.ts";
import { figuresOf, ratio } from "./figures.ts";
import { sizeName, xName } from "./names.ts";
import { digits, ratioText } from "./numbers.ts";

/** A column for ratios, and the ways that share it: no two of them are ever measured at one point. */
const COLUMNS: readonly (readonly [title: string, ...ways: Way[]])[] = [
  ["bare", "bare"],
  ["kernel32", "kernel32"],
  ["Sync", "SyncFile"],
  ["Overl.", "OverlappedFile", "OverlappedFile stream"],
  ["Deno/Bun", "Deno.FsFile", "Deno.FsFile stream", "Bun.file"],
  ["node:fs", "node:fs", "node:fs stream"],
  ["promises", "node:fs/promises"],
  ["package", "@bun-win32/kernel32", "koffi"],
];

const RUNTIME_WIDTH = 5;
const TASK_WIDTH = 40;
const LIMIT_WIDTH = 9;
const WIDTH = 8;

/** What stands above `tableRow()`s: 120 columns at most. */
export function tableHeader(): string {
  return line("", "times C's time", "C µs", COLUMNS.map(([title]) => title));
}

/** Sums up a point in one line: what C took, and the ratio of each way to it. Where C has no part, times in µs. */
export function tableRow(point: PointResult): string {
  const figures = new Map(figuresOf(point).map((each) => [each.way, each]));
  const limit = figures.get("C");
  const cells = COLUMNS.map(([, ...ways]) => {
    const way = ways.find((way) => figures.has(way));
    if (way === undefined) return "";
    if (limit === undefined) {
      return `${microseconds(figures.get(way)!.time.median)}µs`;
    }
    const to = ratio(point, way, "C");
    return to === undefined ? "" : ratioText(to.median);
  });
  const time = limit === undefined ? "–" : microseconds(limit.time.median);
  return line(point.runtime, shortTask(point), time, cells);
}

function line(
  runtime: string,
  task: string,
  limit: string,
  cells: readonly string[],
): string {
  return [
    runtime.padEnd(RUNTIME_WIDTH),
    task.padEnd(TASK_WIDTH),
    limit.padStart(LIMIT_WIDTH),
    ...cells.map((cell) => cell.padStart(WIDTH).slice(0, WIDTH)),
  ].join(" ").slice(0, 120).trimEnd();
}

function microseconds(ns: number): string {
  return digits(ns / 1000);
}

function shortTask(point: PointResult): string {
  const { experiment, operation, pattern, bytes, depth } = point;
  const manner = pattern === "unbuffered write-through"
    ? "unbuf. wr.-thr."
    : pattern;
  const words = [
    ...experiment === "transfer" || experiment === "overlapped"
      ? []
      : [experiment],
    operation,
    ...pattern === "buffered" ? [] : [manner],
    sizeName(bytes),
  ].join(" ");
  const x = xName(point);
  return `${words}${depth > 1 ? ` ×${depth}` : ""}${x && ` @ ${x}`}`
    .slice(0, TASK_WIDTH);
}
