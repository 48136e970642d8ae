// The bench: that it plans what it says, and that every way of it does its work. How long anything takes is not tested.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Collected } from "../../bench/collected.ts";
import { REQUEST_SIZES } from "../../bench/experiments/sizes.ts";
import { EXPERIMENTS } from "../../bench/experiments.ts";
import {
  filterOf,
  type FilterValues,
  RUNTIMES,
  UsageError,
} from "../../bench/options.ts";
import { batchesOf, pointsOf, secondsFor, waysAt } from "../../bench/plan.ts";
import { condense, isSteady, percentiles } from "../../bench/rounds.ts";
import type { Point, Results, Way } from "../../bench/schema.ts";
import {
  LINE_BYTES,
  LINE_TEXT,
  LineCounter,
  LINES,
  textsOf,
} from "../../bench/text/lines.ts";
import { planOf } from "../../tools/bench/measure.ts";
import { parseOptions } from "../../tools/bench/options.ts";
import { Programs } from "../../tools/bench/programs.ts";
import { secondsLeft, timeName } from "../../tools/bench/progress.ts";
import { provision } from "../../tools/windows/mod.ts";
import { random } from "../support/random.ts";
import { tempFolder } from "../support/temp_folder.ts";
import type { Tried } from "./programs/bench_moves.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROGRAM = `${REPOSITORY}/tests/host/programs/bench_moves.ts`;

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

const distinct = <Value>(values: readonly Value[]) => [...new Set(values)];

test("a full run has every request size from 512 bytes to 4 MiB with every pattern", () => {
  const points = pointsOf("deno", false, { experiment: ["transfer"] });
  for (const pattern of distinct(points.map(({ pattern }) => pattern))) {
    const sizes = points.filter((point) =>
      point.pattern === pattern && point.operation === "write"
    ).map(({ bytes }) => bytes);
    assertEquals(sizes, REQUEST_SIZES);
  }
  assertEquals(REQUEST_SIZES.length, 14);
  assertEquals(REQUEST_SIZES.at(-1), 4 * 2 ** 20);
});

test("a short run has something of every experiment, pattern and depth that counts", () => {
  for (const runtime of ["deno", "bun"] as const) {
    const quick = pointsOf(runtime, true);
    assertEquals(
      distinct(quick.map(({ experiment }) => experiment)).toSorted(),
      // Workers on one file tell what Workers do not: that costs minutes.
      Object.keys(EXPERIMENTS).toSorted().filter((name) =>
        name !== "workers on one file"
      ),
    );
    const full = pointsOf(runtime, false);
    for (const field of ["pattern", "operation"] as const) {
      const missing = distinct(full.map((point) => point[field])).filter((
        value,
      ) => !quick.some((point) => point[field] === value));
      assertEquals(missing, []);
    }
    // Three sizes fit a line of CPU time.
    for (const pattern of ["buffered", "unbuffered"]) {
      const sizes = quick.filter((point) =>
        point.experiment === "transfer" && point.operation === "read" &&
        point.pattern === pattern
      );
      assert(sizes.length >= 3);
    }
  }
});

test("points of a run differ", () => {
  for (const runtime of RUNTIMES) {
    for (const quick of [true, false]) {
      const points = pointsOf(runtime, quick).map((point) =>
        JSON.stringify(point)
      );
      assertEquals(points.length, distinct(points).length);
      assert(points.length > 0);
    }
  }
});

test("filters choose points by each of their fields, and ways", () => {
  const filter = filterOf({
    ...{ experiment: ["transfer", "overlapped"], operation: ["rewrite at"] },
    ...{ pattern: ["unbuffered"], size: ["64K"], way: ["OverlappedFile"] },
  });
  const points = pointsOf("deno", false, filter);
  assertEquals(distinct(points.map(({ depth }) => depth)), [
    ...[1, 2, 4, 8, 16, 32],
  ]);
  for (const { experiment, operation, pattern, bytes } of points) {
    assertEquals([experiment, operation, pattern, bytes], [
      ...["overlapped", "rewrite at", "unbuffered", 65_536],
    ]);
  }
});

for (
  const [given, bytes] of [
    ["512", 512],
    ["4k", 4096],
    ["64 KiB", 65_536],
    ["1MB", 2 ** 20],
  ] as const
) {
  test(`--size ${given} is a size`, () => {
    assertEquals(filterOf({ size: [given] }).size, [bytes]);
  });
}

for (
  const [what, values, sentence] of [
    ["operation", { operation: ["scribble"] }, "rewrite at"],
    ["experiment", { experiment: ["all"] }, "transfer"],
    ["way", { way: ["Rust"] }, "SyncFile"],
    ["size", { size: ["4 hectobytes"] }, "64K"],
  ] satisfies [string, FilterValues, string][]
) {
  test(`filters refuse an unknown ${what}`, () => {
    const { message } = assertThrows(
      () => filterOf(values),
      UsageError,
    );
    assertStringIncludes(message, sentence);
  });
}

test("a process of a full run measures one operation and one pattern", () => {
  const points = pointsOf("bun", false);
  const batches = batchesOf(points, false);
  assertEquals(batches.flat().length, points.length);
  for (const batch of batches) {
    const kinds = batch.map(({ experiment, operation, pattern }) =>
      [experiment, operation, pattern].join()
    );
    assertEquals(distinct(kinds).length, 1);
  }
});

test("a process of a short run does not read and write in transfers, but on Node", () => {
  const points = RUNTIMES.flatMap((runtime) => pointsOf(runtime, true));
  const batches = batchesOf(points, true);
  assertEquals(batches.flat().length, points.length);
  for (const batch of batches) {
    const kinds = batch.map(({ runtime, experiment, operation }) =>
      experiment === "transfer" && runtime !== "node"
        ? [runtime, experiment, operation.startsWith("read")].join()
        : [runtime, experiment === "transfer"].join()
    );
    assertEquals(distinct(kinds).length, 1);
  }
});

test("a short run of everything is planned to take less than two minutes", () => {
  const { seconds } = planOf(parseOptions(["--quick"]));
  assert(seconds > 30 && seconds < 110, `${seconds} s`);
});

test("more points and more processes take longer", () => {
  const task = { milliseconds: 100, quick: false };
  const points = pointsOf("deno", false, { experiment: ["transfer"] });
  const [one, two] = [1, 2].map((count) =>
    secondsFor(points.slice(0, count), task)
  ) as [number, number];
  assert(two > one);
  const [once, thrice] = ["1", "3"].map((count) =>
    planOf(parseOptions(["--quick", "--size", "4K", "--processes", count]))
      .seconds
  ) as [number, number];
  assert(Math.abs(thrice - 3 * once) < 1e-6);
});

test("every point has ways, C first", () => {
  for (const runtime of RUNTIMES) {
    for (const point of pointsOf(runtime, false)) {
      assertEquals(waysAt(point)[0], "C");
    }
  }
});

test("condense() keeps few rounds, and takes medians of many in their order", () => {
  assertEquals(condense([3, 1, 2], 4), [3, 1, 2]);
  assertEquals(condense([1, 9, 2, 10, 30, 20], 2), [2, 20]);
  assertEquals(condense([1, 3, 5, 7], 2), [2, 6]);
  const all = condense(Array.from({ length: 1003 }, (_, i) => i), 16);
  assertEquals(all.length, 16);
  assert(all.every((value, i) => i === 0 || value > all[i - 1]!));
});

test("isSteady() looks at ratios, whatever slows all down alike", () => {
  const drift = Array.from({ length: 32 }, (_, i) => 100 + 3 * i);
  const noise = random(7);
  const noisy = (times: readonly number[], percent: number) =>
    times.map((time) => time * (1 + percent * noise.below(201) / 1e4));
  assert(isSteady([drift, noisy(drift, 1)]));
  assert(!isSteady([drift, noisy(drift, 1), noisy(drift, 50)]));
  // More rounds tell more.
  const long = Array.from({ length: 40 }, () => drift).flat();
  assert(isSteady([long, noisy(long, 1), noisy(long, 20)]));
  // Who is alone has nothing but the time.
  assert(!isSteady([drift]));
  assert(isSteady([noisy(Array<number>(32).fill(5), 1)]));
});

test("percentiles() are times that were measured", () => {
  const times = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  assertEquals(percentiles(times), [
    ...[1, 250, 500, 750, 900, 950, 990, 999, 1000],
  ]);
  assertEquals(percentiles([7]), Array(9).fill(7));
});

test("lines of text are as long on average as is said, and come back as they were", () => {
  assertEquals(LINE_TEXT.length, LINES.length * LINE_BYTES);
  assert(LINE_TEXT.some((byte) => byte > 127));
  const counter = new LineCounter();
  const text = [...textsOf(3000, 1000)].join("");
  // In pieces that end anywhere.
  for (let at = 0; at < text.length; at += 777) {
    counter.take(text.slice(at, at + 777));
  }
  assertEquals(counter.count, 3000);
  assertEquals(counter.length, text.length - 3000);
});

const POINT: Point = {
  ...{ experiment: "transfer", runtime: "bun", operation: "read" },
  ...{ pattern: "buffered", bytes: 4096, depth: 1 },
};

test("Collected puts the runs of a point together, and keeps reasons once", () => {
  const collected = new Collected();
  const run = { ways: { C: { rounds: [1, 2] } } };
  assertEquals(collected.take({ begun: POINT }), undefined);
  assertEquals(collected.take({ point: POINT, run })?.runs.length, 1);
  assertEquals(collected.take({ point: { ...POINT }, run })?.runs.length, 2);
  const other = { ...POINT, bytes: 512 };
  collected.take({ skipped: other, why: "sectors" });
  collected.take({ skipped: other, why: "sectors" });
  const none = { ways: {}, missing: { C: "no compiler" } };
  assertEquals(
    collected.take({ point: { ...POINT, bytes: 1024 }, run: none }),
    undefined,
  );
  assertEquals(collected.points.map(({ bytes }) => bytes), [4096]);
  assertEquals(collected.skipped.slice(1).map(({ why }) => why), [
    ...["sectors", "C: no compiler"],
  ]);
});

test("secondsLeft() trusts the guess first, and what it sees later", () => {
  assertEquals(secondsLeft(0, 100, 5), 100);
  const [slow, fast] = [secondsLeft(50, 100, 150), secondsLeft(50, 100, 20)];
  assert(slow > 100 && slow < 150, `${slow}`);
  assert(fast < 50 && fast > 20, `${fast}`);
  assertEquals(secondsLeft(120, 100, 90), 0);
});

test("timeName() says how long something takes", () => {
  assertEquals([0.2, 95, 100, 5999, 7200].map(timeName), [
    ...["1 s", "95 s", "2 min", "1 h 40 min", "2 h 0 min"],
  ]);
});

test("--list measures nothing, and tells the points, ways and time", () => {
  const { status, stdout } = bench(
    "--list",
    "--quick",
    "--experiment",
    "gather",
  );
  assertEquals(status, 0);
  assertStringIncludes(stdout, "| gather ");
  assertStringIncludes(stdout, "| C; OverlappedFile ");
  assert(/\d+ points? in \d+ process(es)?, about \d+ s/.test(stdout), stdout);
});

for (
  const [what, args, sentence] of [
    ["an unknown runtime", ["--runtime", "java"], "deno, bun, node"],
    ["an unknown option", ["--slow"], "--slow"],
    ["a word too many", ["write"], "'write'"],
    ["points that there are none of", [
      "--experiment",
      "gather",
      "--pattern",
      "buffered",
    ], "--list"],
    ["no processes", ["--processes", "0"], "--processes"],
    ["no time", ["--milliseconds", "0.5"], "--milliseconds"],
  ] satisfies [string, string[], string][]
) {
  test(`npm run bench refuses ${what}`, () => {
    const { status, stderr } = bench(...args);
    assertEquals(status, 2, stderr);
    assertStringIncludes(stderr, sentence);
  });
}

/** Who takes part where. */
const WAYS: Record<(typeof RUNTIMES)[number], readonly Way[]> = {
  deno: [
    ...["C", "bare", "kernel32", "SyncFile", "OverlappedFile"] as const,
    ...["SyncFile, struct()", "OverlappedFile stream"] as const,
    ...["Deno.FsFile", "Deno.FsFile stream"] as const,
    ...["node:fs", "node:fs/promises", "node:fs stream"] as const,
  ],
  bun: [
    ...["C", "bare", "kernel32", "SyncFile", "OverlappedFile"] as const,
    ...["SyncFile, struct()", "OverlappedFile stream"] as const,
    ...["Bun.file", "@bun-win32/kernel32"] as const,
    ...["node:fs", "node:fs/promises", "node:fs stream"] as const,
  ],
  node: [
    ...["C", "koffi", "node:fs", "node:fs/promises", "node:fs stream"] as const,
  ],
};

for (const runtime of RUNTIMES) {
  test(`every way of the bench does its work on ${runtime}`, async () => {
    using folder = tempFolder();
    const windows = await provision({ runtimes: [runtime] });
    await using _session = await windows.session();
    const programs = await Programs.prepare(windows, folder.path);
    const args = [windows.path(folder.path), windows.path(programs.library)];
    const all: Tried[] = [];
    await programs.run(runtime, [], PROGRAM, args, (line) => {
      all.push(JSON.parse(line) as Tried);
    });
    assertEquals(all.filter(({ problem }) => problem !== undefined), []);
    assertEquals(
      distinct(all.map(({ way }) => way)).toSorted(),
      WAYS[runtime].toSorted(),
    );
    assert(all.length > 100);
  });
}

test("npm run bench measures points with all ways, keeps the results, and leaves no folder behind", () => {
  using folder = tempFolder();
  const kept = folder.file("results.json");
  const folders = () =>
    readdirSync(tmpdir()).filter((name) =>
      name.startsWith("kernel32-io-bench-")
    );
  const before = folders();
  const { status, stdout, stderr } = bench(
    ...["--quick", "--runtime", "bun", "--experiment", "transfer"],
    ...["--operation", "read at", "--size", "4K", "--out", kept],
    ...["--csv", folder.file("results.csv")],
    ...["--html", folder.file("report.html")],
  );
  assertEquals(status, 0, stderr);
  assertStringIncludes(stdout, "read at");
  const results = JSON.parse(readFileSync(kept, "utf8")) as Results;
  assertEquals(results.points.length, 1);
  const [{ runs, bytes }] = results.points as [Results["points"][number]];
  assertEquals([bytes, runs.length], [4096, 1]);
  const names = ["C", "SyncFile", "bare", "kernel32", "node:fs"];
  const ways = runs[0]!.ways;
  assertEquals(
    Object.keys(ways).toSorted(),
    [...names, "@bun-win32/kernel32"].toSorted(),
  );
  for (const { rounds, latency } of Object.values(ways)) {
    assertEquals([rounds.length, latency?.length], [8, 9]);
    assert([...rounds, ...latency!].every((time) => time > 0));
  }
  assert(results.machine.system.length > 0);
  assertEquals(folders(), before);
  assert(existsSync(kept));
});
