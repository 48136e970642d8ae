import {
  PERCENTILES,
  type PointResult,
  type Results,
} from "../../bench/schema.ts";
import { type Figures, figuresOf, missingOf, ratio } from "./figures.ts";
import { comparePoints, WAY_NAMES } from "./names.ts";

type Cell = string | number | undefined;

const LATENCIES = PERCENTILES.map((part) => `latency_p${part * 100}_us`);

const HEAD: readonly string[] = [
  ...["experiment", "runtime", "operation", "pattern", "bytes", "depth", "x"],
  ...["way", "processes", "rounds"],
  ...["ns", "ns_low", "ns_high", "us", "ops_per_s", "mb_per_s"],
  ...["cpu_us", "cpu_us_low", "cpu_us_high", "cpu_us_per_kib"],
  ...["ratio_to_c", "ratio_to_c_low", "ratio_to_c_high"],
  ...["ratio_to_bare", "ratio_to_bare_low", "ratio_to_bare_high"],
  ...LATENCIES,
  ...["memory_bytes", "missing"],
];

/**
 * Writes results as a table of comma-separated values (RFC 4180), with a row for each way at each point.
 *
 * A way that has no figures has a row that says why.
 */
export function csv({ points }: Results): string {
  const rows = points.toSorted(comparePoints).flatMap(rowsOf);
  return [HEAD, ...rows].map((row) => `${row.map(cellText).join(",")}\r\n`)
    .join("");
}

function rowsOf(point: PointResult): Cell[][] {
  const { experiment, runtime, operation, pattern, bytes, depth, x } = point;
  const place = [experiment, runtime, operation, pattern, bytes, depth, x];
  const figures = new Map(figuresOf(point).map((each) => [each.way, each]));
  return WAY_NAMES.flatMap((way) => {
    const known = figures.get(way);
    const missing = missingOf(point, way);
    if (known !== undefined) {
      return [[...place, way, ...cells(point, known), missing]];
    }
    if (missing === undefined) return [];
    const empty = HEAD.length - place.length - 2;
    return [[...place, way, ...Array<Cell>(empty), missing]];
  });
}

function cells(point: PointResult, figures: Figures): Cell[] {
  const { way, processes, rounds, time, cpu, cpuPerKiB, latency, memory } =
    figures;
  const toC = ratio(point, way, "C");
  const toBare = ratio(point, way, "bare");
  return [
    ...[processes, rounds],
    ...[time.median, time.low, time.high, time.median / 1000],
    ...[figures.perSecond, figures.megabytes],
    ...[cpu?.median, cpu?.low, cpu?.high, cpuPerKiB],
    ...[toC?.median, toC?.low, toC?.high],
    ...[toBare?.median, toBare?.low, toBare?.high],
    ...LATENCIES.map((_, i) => latency && latency[i]! / 1000),
    memory,
  ];
}

function cellText(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(Number(cell.toPrecision(6)));
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
