import { markdownTable } from "markdown-table";
import { max, median, min } from "simple-statistics";
import type {
  OverlappedCase,
  OverlappedName,
  OverlappedResult,
  OverlappedRun,
} from "../../bench/overlapped_types.ts";
import type { Results, Runtime, Spread } from "../../bench/types.ts";
import { sizeName } from "./cases.ts";

const DEPTHS = [1, 4, 32];
const SIZES = [4096, 65_536];
const GATHERED = 65_536;

/** Every case of the runtimes given. */
export function overlappedCasesOf(
  runtimes: readonly Runtime[],
): OverlappedCase[] {
  return runtimes.flatMap((runtime) => [
    ...(["write", "read"] as const).flatMap((operation) =>
      SIZES.flatMap((bytes) =>
        DEPTHS.map((depth) => ({ runtime, operation, bytes, depth }))
      )
    ),
    { runtime, operation: "gather", bytes: GATHERED, depth: 1 },
  ]);
}

/** Names a case as one says it. */
export function overlappedName(
  { runtime, operation, bytes, depth }: OverlappedCase,
): string {
  return `${runtime} overlapped ${operation} ${sizeName(bytes)} depth ${depth}`;
}

/** Sums up a case, as `summarize()` does for transfers one after the other. */
export function summarizeOverlapped(
  measured: OverlappedCase,
  runs: readonly OverlappedRun[],
): OverlappedResult {
  const names = Object.keys(runs[0]?.cpu ?? {}) as OverlappedName[];
  const time: OverlappedResult["time"] = {};
  const cpu: OverlappedResult["cpu"] = {};
  const speed: OverlappedResult["speed"] = {};
  for (const name of names) {
    time[name] = spread(
      runs.map(({ rounds }) => median(rounds.map((round) => round[name]!))),
    );
    cpu[name] = spread(runs.map(({ cpu }) => cpu[name]!));
    speed[name] = Object.fromEntries(
      names.filter((other) => other !== name).map((other) => [
        other,
        spread(
          runs.map(({ rounds }) =>
            median(rounds.map((round) => round[other]! / round[name]!))
          ),
        ),
      ]),
    );
  }
  const rounds = runs.reduce((sum, { rounds }) => sum + rounds.length, 0);
  return { ...measured, rounds, time, cpu, speed };
}

function spread(values: readonly number[]): Spread {
  const of = (value: number) => Number(value.toPrecision(4));
  return {
    median: of(median([...values])),
    low: of(min([...values])),
    high: of(max([...values])),
  };
}

/** Makes a table with a row for each way to perform the operations of a case, and what each leaves on the heap. */
export function overlappedReport(
  { overlapped, overlappedHeap }: Results,
): string {
  if (!overlapped?.length) return "";
  const table = markdownTable([
    [
      ...["Runtime", "Operation", "Depth", "Way", "Operations/s", "µs each"],
      ...["CPU µs each", "Speed to C"],
    ],
    ...overlapped.flatMap((result) => rowsOf(result)),
  ], { align: ["l", "l", "r", "l", "r", "r", "r", "r"] });
  const heap = Object.entries(overlappedHeap ?? {}).map(([runtime, growth]) =>
    `JS heap on ${runtime}, bytes an operation: ${
      Object.entries(growth).map(([name, bytes]) =>
        `${name} ${bytes.toFixed(0)}`
      ).join(", ")
    }`
  );
  return [table, "", NOTE, ...heap].join("\n");
}

const NOTE =
  "CPU time is the process's own. What the system does elsewhere is not in it: under Wine, the wineserver.";

function rowsOf(result: OverlappedResult): string[][] {
  const { runtime, operation, bytes, depth, time, cpu, speed } = result;
  return (Object.keys(time) as OverlappedName[]).map((name) => {
    const each = time[name]!.median;
    return [
      ...[runtime, `${operation} ${sizeName(bytes)}`, String(depth), name],
      ...[(1e9 / each).toFixed(0), (each / 1000).toFixed(1)],
      (cpu[name]!.median / 1000).toFixed(1),
      name === "C" ? "" : speed[name]?.C?.median.toFixed(2) ?? "",
    ];
  });
}
