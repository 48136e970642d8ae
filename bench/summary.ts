// What a terminal shows of results.

import {
  comparePoints,
  digits,
  plural,
  pointName,
  ratioText,
  WAY_NAMES,
} from "./names.ts";
import { figuresOf, notMeasured, ratio } from "./figures.ts";
import type { PointResult, Results, Way } from "./schema.ts";
import { type Table, tableText, withoutEmpty } from "./table.ts";

/** Sums up a point in one line: what the first way took, and how many times as long each other. */
export function row(point: PointResult): string {
  const [first, ...others] = figuresOf(point);
  const cells = others.map(({ way }) => {
    const to = ratio(point, way, first!.way);
    return `${way} ${to ? ratioText(to.median) : "–"}`;
  });
  const time = `${first!.way} ${timeName(first!.time.median)}`;
  return `${pointName(point)}: ${[time, ...cells].join(", ")}`;
}

function timeName(ns: number): string {
  if (ns >= 1e6) return `${digits(ns / 1e6)} ms`;
  return ns >= 1e3 ? `${digits(ns / 1e3)} µs` : `${digits(ns)} ns`;
}

/** Sums up results: the mixed programs first. */
export function summary(results: Results): string {
  return [
    ...mixedTables(results.points).map(tableText),
    ...heapLines(results),
    machineSentence(results),
    ...[caveat(results) ?? []].flat(),
    ...notMeasured(results).map(({ what, why }) =>
      `Not measured: ${what}: ${why}`
    ),
  ].join("\n\n");
}

/** Tables of the mixed programs: a row for each form of requests, and of whom they are the ratios. */
export function mixedTables(points: readonly PointResult[]): Table[] {
  return (["mixed", "mixed overlapped"] as const).flatMap((experiment) => {
    const own = points.filter((point) => point.experiment === experiment)
      .toSorted(comparePoints);
    if (own.length === 0) return [];
    const isSync = experiment === "mixed";
    const main: readonly Way[] = isSync
      ? ["kernel32", "kernel32, other", "SyncFile", "SyncFile, other"]
      : ["OverlappedFile", "OverlappedFile, other"];
    const others = WAY_NAMES.filter((way) =>
      way !== "C" && !main.includes(way)
    );
    return [withoutEmpty({
      head: [
        ...["Runtime", "Call", "Form", isSync ? "" : "In flight", "C µs"],
        ...main.map((way) => `\`${way}\` to bare`),
        ...[...others, ...main].map((way) => `\`${way}\` to C`),
      ],
      words: 3,
      rows: own.map((point) => [
        ...[point.runtime, point.operation, point.phase ?? ""],
        isSync ? "" : String(point.depth),
        microseconds(point, "C"),
        ...main.map((way) => ratioCell(point, way, "bare")),
        ...[...others, ...main].map((way) => ratioCell(point, way, "C")),
      ]),
    })];
  });
}

/** The median of a ratio, or nothing. */
export function ratioCell(point: PointResult, way: Way, against: Way): string {
  const spread = ratio(point, way, against);
  return spread ? ratioText(spread.median) : "";
}

/** What an operation took, or nothing. */
export function microseconds(point: PointResult, way: Way): string {
  const figures = figuresOf(point).find((each) => each.way === way);
  return figures ? digits(figures.time.median / 1000) : "";
}

function heapLines({ heap }: Results): string[] {
  return Object.entries(heap).map(([runtime, bytes]) =>
    `Bytes that a call leaves on the heap of ${runtime}: ${
      Object.entries(bytes).map(([name, each]) => `${name} ${digits(each)}`)
        .join(", ")
    }`
  );
}

/** Says in one sentence what a run was measured on. */
export function machineSentence(results: Results): string {
  const { date, machine, versions, options } = results;
  const names = Object.entries(versions).map((entry) => entry.join(" "));
  return `${
    names.join(", ")
  }; ${machine.system}; ${machine.processor} (${machine.processors}); ${
    plural(options.processes, "process", "processes")
  } a point; ${date.slice(0, 10)}.`;
}

/** What a reader must know of figures from Wine, if these are. */
export function caveat({ machine }: Results): string | undefined {
  return /\bwine\b/i.test(machine.system)
    ? "Measured under Wine, which is not Windows: each call takes another route to the disk, and costs other times. " +
      "What carries over is how the ways compare in what they add to a call, and not what a disk does."
    : undefined;
}
