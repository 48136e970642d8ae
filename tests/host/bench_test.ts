// The bench: that it measures what it says and reports what it measured. How long anything takes is not tested.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  OverlappedCase,
  OverlappedResult,
  OverlappedRun,
} from "../../bench/overlapped_types.ts";
import type { Case, Results, Round } from "../../bench/types.ts";
import { goalLines } from "../../tools/bench/goals.ts";
import { Bench } from "../../tools/bench/measure.ts";
import { summarizeOverlapped } from "../../tools/bench/overlapped.ts";
import { overlappedGoalLines } from "../../tools/bench/overlapped_goals.ts";
import { markdown, report } from "../../tools/bench/report.ts";
import { summarize } from "../../tools/bench/summary.ts";
import { provision } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [
    "--import",
    "tsx",
    "tools/bench.ts",
    ...args,
  ], {
    cwd: REPOSITORY,
    env: { ...process.env, INIT_CWD: REPOSITORY },
    encoding: "utf8",
  });
}

const CASE: Case = { runtime: "bun", operation: "write", bytes: 4096 };

/** A round that has SyncFile take so many times as long as a bare call. */
const round = (ratio: number, bare = 100): Round => ({
  ...{ "C": bare / 2, bare, "kernel32": bare },
  ...{ "SyncFile": bare * ratio, "node:fs": bare * 4 },
});

function resultsOf(...processes: Round[][]): Results {
  return {
    date: "2026-01-01",
    machine: { processor: "Processor", processors: 2, system: "System" },
    versions: { "bun.exe": "1" },
    processes: processes.length,
    seconds: 1,
    cases: [summarize(CASE, processes)],
    heap: { bun: { "SyncFile.write": 0.1, "one object": 16 } },
  };
}

test("summarize() takes ratios within rounds and tells how far processes are apart", () => {
  const slow = [round(1.2, 1000), round(1.1, 10), round(1.3, 5000)];
  const { cost, ratio, rounds } = summarize(CASE, [slow, [round(1.4)], [
    round(1.0),
  ]]);
  assertEquals(ratio.SyncFile?.bare, { median: 1.2, low: 1, high: 1.4 });
  assertEquals(cost.bare, { median: 100, low: 100, high: 1000, min: 10 });
  assertEquals(rounds, 5);
});

for (
  const [mark, processes] of [
    ["✓", [[round(1.01)], [round(1.02)], [round(1.2)]]],
    ["~", [[round(1.01)], [round(1.08)], [round(1.2)]]],
    ["✗", [[round(1.07)], [round(1.08)], [round(1.2)]]],
  ] satisfies [string, Round[][]][]
) {
  test(`goalLines() marks a goal with ${mark}`, () => {
    const lines = goalLines(resultsOf(...processes));
    const goal = "SyncFile takes at most 1.06 of bare";
    assertEquals(
      lines.filter((line) => line.startsWith(`${mark} ${goal}`)).length,
      1,
    );
  });
}

test("goalLines() takes the heap for growing where a call leaves something, and where an object would not show", () => {
  const heapLine = (growth: Record<string, number>) =>
    goalLines({ ...resultsOf([round(1)]), heap: { bun: growth } }).at(-1)!;
  assert(heapLine({ "SyncFile.write": 0.1, "one object": 16 }).startsWith("✓"));
  assert(heapLine({ "SyncFile.write": 16, "one object": 16 }).startsWith("✗"));
  assert(
    heapLine({ "SyncFile.write": 0.1, "one object": 0.1 }).startsWith("✗"),
  );
});

test("markdown() makes a table of the ratios", () => {
  const [head, , row] = markdown(resultsOf([round(1.05)])).split("\n");
  assertEquals(cells(head), [
    "Runtime",
    "Call",
    "Size",
    "`kernel32` to bare call",
    "`SyncFile` to bare call",
    "to C",
    "to `Deno.FsFile`",
    "to `node:fs`",
  ]);
  assertEquals(cells(row), [
    "bun",
    "write",
    "4 KiB",
    "1.00",
    "1.05",
    "2.10",
    "",
    "0.26",
  ]);
});

function cells(row = ""): string[] {
  return row.split("|").slice(1, -1).map((cell) => cell.trim());
}

test("npm run bench measures a case of each size, keeps the results and reports them again", () => {
  using folder = tempFolder();
  const kept = folder.file("results.json");
  const measured = bench(
    "--quick",
    "--runtime",
    "bun",
    "--operation",
    "read at",
    "--out",
    kept,
  );
  assertEquals(measured.status, 0, measured.stderr);
  const results = JSON.parse(readFileSync(kept, "utf8")) as Results;
  assertEquals(results.cases.map(({ bytes }) => bytes), [
    16,
    4096,
    65_536,
    1_048_576,
  ]);
  for (const { cost, rounds } of results.cases) {
    assert(rounds >= 20);
    assertEquals(Object.keys(cost).sort(), [
      "C",
      "SyncFile",
      "bare",
      "kernel32",
      "node:fs",
    ]);
    assert(
      Object.values(cost).every(({ min, median }) => min > 0 && min <= median),
    );
  }
  const again = bench("--from", kept);
  assertEquals(again.stdout, measured.stdout);
});

for (
  const [what, args, sentence] of [
    ["an unknown runtime", ["--runtime", "node"], "deno or bun"],
    ["an unknown operation", ["--operation", "append"], "overlapped"],
    ["an unknown option", ["--slow"], "--slow"],
    ["a word too many", ["write"], "'write'"],
  ] satisfies [string, string[], string][]
) {
  test(`npm run bench refuses ${what}`, () => {
    const { status, stderr } = bench(...args);
    assertEquals(status, 2);
    assertStringIncludes(stderr, sentence);
  });
}

const OVERLAPPED: OverlappedCase = {
  runtime: "bun",
  operation: "write",
  bytes: 4096,
  depth: 32,
};

/** A run that has OverlappedFile reach so much of C's speed. */
const overlappedRun = (...speeds: number[]): OverlappedRun => ({
  rounds: speeds.map((speed, i) => ({
    ...{ "C": 1000 * (i + 1), "OverlappedFile": 1000 * (i + 1) / speed },
  })),
  cpu: { "C": 500, "OverlappedFile": 600 },
});

function overlappedResults(...runs: OverlappedRun[]): Results {
  return {
    ...resultsOf([round(1)]),
    cases: [],
    overlapped: [summarizeOverlapped(OVERLAPPED, runs)],
    overlappedHeap: { deno: { "write, depth 1": 600, "the loop": 150 } },
  };
}

test("summarizeOverlapped() takes speeds within rounds and tells how far processes are apart", () => {
  const { overlapped } = overlappedResults(
    overlappedRun(0.9, 0.95, 0.5),
    overlappedRun(0.8),
    overlappedRun(1),
  );
  const [{ speed, time, cpu, rounds }] = overlapped as [OverlappedResult];
  assertEquals(speed.OverlappedFile?.C, { median: 0.9, low: 0.8, high: 1 });
  assertEquals(time.C, { median: 1000, low: 1000, high: 2000 });
  assertEquals(cpu.OverlappedFile, { median: 600, low: 600, high: 600 });
  assertEquals(rounds, 5);
});

for (
  const [mark, ...speeds] of [
    ["✓", 0.91, 0.9, 0.5],
    ["~", 0.91, 0.89, 0.5],
    ["✗", 0.89, 0.88, 0.5],
  ] as const
) {
  test(`overlappedGoalLines() marks a goal with ${mark}`, () => {
    const runs = speeds.map((speed) => overlappedRun(speed));
    const [line, detail] = overlappedGoalLines(overlappedResults(...runs));
    assert(line?.startsWith(`${mark} at least 0.90 of C's`), line);
    assertStringIncludes(detail!, "bun overlapped write 4 KiB depth 32");
  });
}

test("overlappedGoalLines() takes what the loop leaves on the heap away, and wants to have seen it", () => {
  const heapLine = (growth: Record<string, number>) =>
    overlappedGoalLines({
      ...overlappedResults(overlappedRun(1)),
      overlappedHeap: { deno: growth },
    }).at(-1)!;
  const measured = (write: number, loop: number) =>
    heapLine({ "write, depth 1": write, "the loop": loop });
  assert(measured(600, 150).startsWith("✓"));
  assert(measured(700, 150).startsWith("✗"));
  assert(measured(0, 0).startsWith("✗"));
});

test("report() and markdown() have a row for each way to perform overlapped operations", () => {
  const results = overlappedResults(overlappedRun(0.8));
  for (const text of [report(results), markdown(results)]) {
    const rows = text.split("\n").map(cells);
    assert(
      rows.some((row) =>
        row.join() === "bun,write 4 KiB,32,C,1000000,1.0,0.5,"
      ),
    );
    assert(
      rows.some((row) =>
        row.join() === "bun,write 4 KiB,32,OverlappedFile,800000,1.3,0.6,0.80"
      ),
    );
  }
});

test("the bench measures a gather with every way to write pages", async () => {
  using folder = tempFolder();
  const windows = await provision({ runtimes: ["bun"] });
  await using _session = await windows.session();
  const measured = { operation: "gather", bytes: 65_536, depth: 1 } as const;
  const { rounds, cpu } = await (await Bench.prepare(windows, folder.path))
    .overlapped({ runtime: "bun", ...measured }, 0.1);
  assert(rounds.length > 0);
  const names = ["C", "C, 16 writes", "OverlappedFile", "16 writes"];
  assertEquals(Object.keys(cpu), names);
  for (const round of rounds) {
    assertEquals(Object.keys(round).sort(), names.toSorted());
    assert(Object.values(round).every((time) => time > 0));
  }
});
