import { sizeName, xName } from "../../bench/point_name.ts";
import type { Pattern, PointResult, Way } from "../../bench/schema.ts";
import { figuresOf, ratio } from "./figures.ts";
import { flightName } from "./names.ts";
import { digits, ratioText } from "./numbers.ts";

/** A column for ratios, and the ways that share it: no two of them are ever measured at one point. */
const COLUMNS: readonly (readonly [title: string, ...ways: Way[]])[] = [
  ["bare", "bare"],
  ["raw", "kernel32"],
  ["sync", "SyncFile"],
  ["overl.", "OverlappedFile", "OverlappedFile stream"],
  ["own", "Deno.FsFile", "Deno.FsFile stream", "Bun.file"],
  ["node", "node:fs", "node:fs stream"],
  ["prom.", "node:fs/promises"],
  ["pkg.", "@bun-win32/kernel32", "koffi"],
];

/** What the columns of `tableHeader()` are, for who reads them for the first time. */
export const COLUMNS_NOTE: string =
  "raw: kernel32; sync: SyncFile; overl.: OverlappedFile; own: Deno.FsFile or Bun.file; node: node:fs; prom.: node:fs/promises; " +
  "pkg.: @bun-win32/kernel32 or koffi";

const RUNTIME_WIDTH = 5;
const TASK_WIDTH = 40;
const LIMIT_WIDTH = 8;
const WIDTH = 7;

const SHORT: Partial<Record<Pattern, string>> = {
  "sequential": "seq.",
  "preallocated": "prealloc.",
  "write-through": "w.-thr.",
  "unbuffered": "unbuf.",
  "unbuffered write-through": "unbuf. w.-thr.",
};

/** What stands above `tableRow()`s: 111 columns. */
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
  ].join(" ").trimEnd();
}

function microseconds(ns: number): string {
  return digits(ns / 1000);
}

function shortTask(point: PointResult): string {
  const { experiment, operation, pattern, bytes } = point;
  const words = [
    ...experiment === "transfer" || experiment === "overlapped"
      ? []
      : [experiment],
    operation,
    ...pattern === "buffered" ? [] : [SHORT[pattern] ?? pattern],
    ...bytes > 0 ? [sizeName(bytes)] : [],
    flightName(point),
  ].join(" ").trimEnd();
  const x = xName(point);
  return `${words}${x && ` @ ${x}`}`.slice(0, TASK_WIDTH);
}
