// The bench: that it plans what it says, and that every way of it does its work. How long anything takes is not tested.

import { pointName } from "../../bench/names.ts";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { EXPERIMENTS } from "../../bench/experiments.ts";
import {
  LINE_BYTES,
  LineCounter,
  LINES,
  textsOf,
} from "../../bench/experiments/lines.ts";
import { parseOptions, UsageError } from "../../bench/options.ts";
import { batchesOf, pointsOf, shiftsOf, waysOf } from "../../bench/plan.ts";
import { condense, takeRounds } from "../../bench/rounds.ts";
import { PATTERNS, type Point, RUNTIMES } from "../../bench/schema.ts";
import { runBench } from "../../bench/session.ts";
import { HAS_C, Programs } from "../../tools/bench/programs.ts";
import { provision } from "../../tools/windows/mod.ts";
import { pointResult, resultsOf } from "../support/bench_results.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { REPOSITORY } from "./both_runtimes.ts";

const distinct = <Value>(values: readonly Value[]) => [...new Set(values)];

function bench(...args: string[]) {
  return spawnSync(process.execPath, [
    ...["--import", "tsx", "tools/bench.ts"],
    ...args,
  ], {
    cwd: REPOSITORY,
    env: { ...process.env, INIT_CWD: REPOSITORY },
    encoding: "utf8",
  });
}

test("a full run has every pattern with every request size from 512 bytes to 4 MiB", () => {
  const points = pointsOf("deno", false, { experiment: ["transfer"] });
  for (const pattern of PATTERNS) {
    const sizes = points.filter((point) =>
      point.pattern === pattern && point.operation === "write"
    ).map(({ bytes }) => bytes);
    assertEquals(sizes, Array.from({ length: 14 }, (_, i) => 2 ** (9 + i)));
  }
});

test("a short run has every experiment, and three sizes for the cost model", () => {
  for (const runtime of ["deno", "bun"] as const) {
    const points = pointsOf(runtime, true);
    assertEquals(
      distinct(points.map(({ experiment }) => experiment)),
      Object.keys(EXPERIMENTS),
    );
    for (const pattern of ["buffered", "unbuffered"]) {
      const sizes = points.filter((point) =>
        point.experiment === "transfer" && point.operation === "read" &&
        point.pattern === pattern
      );
      assert(sizes.length >= 3);
    }
  }
});

test("points of a run have names of their own, and ways to compare", () => {
  for (const runtime of RUNTIMES) {
    for (const quick of [true, false]) {
      const points = pointsOf(runtime, quick);
      assertEquals(distinct(points.map(pointName)).length, points.length);
      for (const point of points) assert(waysOf(point).length > 0);
    }
  }
});

test("parseOptions() makes a filter of each field of a point, and of ways", () => {
  const { filter } = parseOptions([
    ...["--experiment", "overlapped", "--operation", "rewrite at"],
    ...["--pattern", "unbuffered", "--size", "64 KiB"],
    ...["--way", "OverlappedFile"],
  ]);
  const points = pointsOf("deno", false, filter);
  assertEquals(points.map(({ depth }) => depth), [1, 2, 4, 8, 16, 32]);
  for (const { experiment, operation, pattern, bytes } of points) {
    assertEquals([experiment, operation, pattern, bytes], [
      ...["overlapped", "rewrite at", "unbuffered", 65_536],
    ]);
  }
  const sizes = parseOptions([
    "--size",
    "512",
    "--size",
    "4k",
    "--size",
    "1MB",
  ]);
  assertEquals(sizes.filter.size, [512, 4096, 2 ** 20]);
});

for (
  const [args, sentence] of [
    [["--operation", "scribble"], "rewrite at"],
    [["--experiment", "all"], "transfer"],
    [["--way", "Rust"], "SyncFile"],
    [["--size", "4 hectobytes"], "64K"],
    [["--runtime", "java"], "deno, bun"],
    [["--processes", "0"], "--processes"],
    [["--milliseconds", "0.5"], "--milliseconds"],
    [["--slow"], "--slow"],
  ] as const
) {
  test(`parseOptions() refuses ${args.join(" ")}`, () => {
    const { message } = assertThrows(() => parseOptions(args), UsageError);
    assertStringIncludes(message, sentence);
  });
}

test("a process of a full run measures one operation and one pattern, or one mixed program", () => {
  const points = pointsOf("bun", false);
  const batches = batchesOf(points, false);
  assertEquals(batches.flat().length, points.length);
  for (const batch of batches) {
    const kinds = batch.map(({ experiment, operation, pattern }) =>
      EXPERIMENTS[experiment].together
        ? experiment
        : [experiment, operation, pattern].join()
    );
    assertEquals(distinct(kinds).length, 1);
  }
});

test("shiftsOf() measures every point once before any a second time", () => {
  const points = pointsOf("deno", false, { experiment: ["file size"] });
  const shifts = shiftsOf(points, false, 3);
  const third = shifts.length / 3;
  for (const i of [0, 1, 2]) {
    const once = shifts.slice(i * third, (i + 1) * third).flat();
    assertEquals(once.length, points.length);
    assertEquals(distinct(once).length, points.length);
  }
});

test("takeRounds() has contestants take turns, and closes them after a failure", async () => {
  const said: string[] = [];
  const entry = (name: "bare" | "kernel32", fails = false) => ({
    name,
    prepare: () => ({
      run(count: number) {
        if (fails && said.length > 10) throw new Error("failed");
        if (count > 1) said.push(name);
      },
      close: () => void said.push(`${name} closed`),
    }),
  });
  const pace = {
    ...{ loop: "test", lap: 4, shortestTurn: 0.001, milliseconds: 1 },
    ...{ warmUp: 0, compiling: 0, cpu: 0 },
  };
  const [ways] = await takeRounds([
    { pace, entries: [entry("bare"), entry("kernel32")] },
  ]);
  assertEquals(ways!.bare!.rounds.length, ways!.kernel32!.rounds.length);
  assert(ways!.bare!.rounds.length >= 8);
  assertEquals(said.slice(-2), ["bare closed", "kernel32 closed"]);
  said.length = 0;
  const failing = { pace, entries: [entry("bare"), entry("kernel32", true)] };
  const error = await takeRounds([failing]).then(() => "", String);
  assertStringIncludes(error, "failed");
  assertEquals(said.slice(-2), ["bare closed", "kernel32 closed"]);
});

test("condense() leaves few rounds, and takes medians of many in their order", () => {
  assertEquals(condense([3, 1, 2], 4), [3, 1, 2]);
  assertEquals(condense([1, 9, 2, 10, 30, 20], 2), [2, 20]);
  assertEquals(condense([1, 3, 5, 7], 2), [2, 6]);
});

test("lines of text are as long on average as is said, and come back as they were", () => {
  const bytes = new TextEncoder().encode(`${LINES.join("\n")}\n`);
  assertEquals(bytes.length, LINES.length * LINE_BYTES);
  assert(bytes.some((byte) => byte > 127));
  const counter = new LineCounter();
  const text = [...textsOf(3000, 1000)].join("");
  // In pieces that end anywhere.
  for (let at = 0; at < text.length; at += 777) {
    counter.take(text.slice(at, at + 777));
  }
  assert(counter.isWhole(3000, text.length - 3000));
});

test("npm run bench -- --list measures nothing, and says the points and ways", () => {
  const { status, stdout } = bench("--list", "--quick", "--size", "64K");
  assertEquals(status, 0);
  assertStringIncludes(stdout, "gather: gather, unbuffered, 64 KiB: C; bare; ");
  assert(/\d+ points? in \d+ process(es)?$/.test(stdout.trim()), stdout);
  const nothing = bench("--experiment", "gather", "--pattern", "buffered");
  assertEquals(nothing.status, 2);
  assertStringIncludes(nothing.stderr, "--list");
});

test("npm run bench -- --from makes a report and a table of what was measured, and compares", () => {
  using folder = tempFolder();
  const [results, page] = [folder.file("results.json"), folder.file("r.html")];
  const point: Point = {
    ...{ experiment: "mixed", runtime: "deno", operation: "read" },
    ...{ pattern: "buffered", bytes: 4096, depth: 1, phase: "64 views" },
  };
  const measured = pointResult(point, ["C", "bare", "SyncFile"]);
  writeFileSync(results, JSON.stringify(resultsOf([measured])));
  const from = ["--from", results, "--html", page];
  const compared = bench(...from, "--compare", results);
  assertEquals(compared.status, 0, compared.stderr);
  assertStringIncludes(compared.stdout, "2 ratios compared, 0 changed");
  assertStringIncludes(
    readFileSync(page, "utf8"),
    "A program that does everything",
  );
  assertStringIncludes(bench(...from, "--markdown").stdout, "| 64 views |");
});

test("runBench() goes on after a process that failed, and says what was not measured", async () => {
  const options = parseOptions(["--experiment", "records", "--processes", "2"]);
  const said: string[] = [];
  let processes = 0;
  const ways = { "SyncFile": { rounds: [1] }, "node:fs": { rounds: [2] } };
  const results = await runBench(
    options,
    {
      ...{ versions: {}, host: " somewhere" },
      measure(_runtime, { points: [point] }, take) {
        take({ system: "Windows" });
        if (++processes === 1) throw new Error("it ended\nwith code 1");
        take(
          processes === 2
            ? { skipped: point!, why: "there is no room" }
            : { point: point!, run: { ways } },
        );
        return Promise.resolve();
      },
    },
    (line) => said.push(line),
  );
  const { points, skipped, machine } = results;
  assertEquals(processes, 8);
  assertEquals(points.length, 4);
  assertEquals(points.map(({ runs }) => runs.length), [2, 2, 1, 1]);
  assertEquals(machine.system, "Windows somewhere");
  assertEquals(
    skipped.map(({ why }) => why),
    ["it ended", "there is no room"],
  );
  assert(said.includes("it ended\nwith code 1"));
  assertStringIncludes(said.at(-1)!, "SyncFile 1.00 ns, node:fs 2.00");
});

/** Points that between them have all that there is in each experiment. */
function fewPoints(runtime: Point["runtime"]): Point[] {
  const seen = new Set<string>();
  return pointsOf(runtime, true).filter((point) => {
    const { experiment, operation, pattern, phase, depth } = point;
    const facts = [operation, pattern, phase, depth > 1].map((fact) =>
      `${experiment} ${fact}`
    );
    const isNew = facts.some((fact) => !seen.has(fact));
    for (const fact of facts) seen.add(fact);
    return isNew;
  });
}

for (const runtime of RUNTIMES) {
  test(`on ${runtime}.exe, every way has figures at a few points, beside another checkout, and no file is left`, async () => {
    using folder = tempFolder();
    const windows = await provision({ runtimes: [runtime] });
    await using _session = await windows.session();
    const programs = await Programs.prepare(
      ...[windows, folder.path, [runtime], REPOSITORY] as const,
    );
    const before = readdirSync(folder.path);
    const points = fewPoints(runtime);
    const left = new Set(points.map(pointName));
    const spec = { points, quick: true, milliseconds: 0.01 };
    await programs.measure(runtime, spec, (line) => {
      if (!("run" in line)) return;
      const { point, run: { ways } } = line;
      left.delete(pointName(point));
      const own = waysOf(point).map(({ name }) => name)
        .filter((name) => HAS_C || name !== "C");
      const others = own.filter((name) =>
        ["kernel32", "SyncFile", "OverlappedFile"].includes(name)
      ).map((name) => `${name}, other`);
      assertEquals(
        Object.keys(ways).toSorted(),
        [...own, ...others].toSorted(),
      );
      for (const { rounds } of Object.values(ways)) {
        assert(rounds.length > 0 && rounds.every((time) => time > 0));
      }
    });
    assertEquals([...left], []);
    const files = readdirSync(folder.path).filter((name) =>
      !before.includes(name)
    );
    assertEquals(files, ["spec.json"]);
    if (runtime !== "deno") return;
    let heap: Record<string, number> = {};
    const take = (line: string) => heap = JSON.parse(line);
    const args = [windows.path(folder.path), "10000", "256"];
    await programs.run(runtime, "heap", args, take);
    assert(heap["one object"]! > 8, JSON.stringify(heap));
    assert("OverlappedFile write × 32" in heap);
  });

  test(`on ${runtime}.exe, bench/run.ts measures alone, and says what it has no figures of`, async () => {
    const windows = await provision({ runtimes: [runtime] });
    await using _session = await windows.session();
    const program = windows.path(join(REPOSITORY, "bench", "run.ts"));
    const { code, stdout, stderr } = await windows.run(
      runtime,
      [
        ...runtime === "deno" ? ["run", "-A", "--no-check"] : [],
        ...[program, "--quick", "--milliseconds", "1", "--size", "64K"],
        ...["--experiment", "gather", "--operation", "gather"],
      ],
      { cwd: REPOSITORY, stdout: "pipe", stderr: "pipe" },
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "gather, unbuffered, 64 KiB: bare ");
    assertStringIncludes(stdout, "there is no compiled C");
  });
}
