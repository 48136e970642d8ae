// A run of the bench that was interrupted: that nothing is lost which it has measured, and that another one goes on with that only where
// it may.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Collected } from "../../bench/collected.ts";
import { batchesOf, pointsOf, shiftsOf } from "../../bench/plan.ts";
import { pointName } from "../../bench/point_name.ts";
import { difference } from "../../bench/resumption.ts";
import type { Point, Results } from "../../bench/schema.ts";
import { Unfinished } from "../../bench/unfinished.ts";
import { planOf } from "../../tools/bench/measure.ts";
import { parseOptions, resumption } from "../../tools/bench/options.ts";
import { html } from "../../tools/report/html.ts";
import { readResults } from "../../tools/report/results.ts";
import { summary } from "../../tools/report/summary.ts";
import { benchResults } from "../support/bench_results.ts";
import { tempFolder } from "../support/temp_folder.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const POINTS = pointsOf("bun", true, { experiment: ["transfer"] });
const RUN = { ways: { C: { rounds: [1, 2] } } };

/** Takes results of points, so many runs of each. */
function measured(counts: readonly (readonly [Point, number])[]): Collected {
  const collected = new Collected();
  for (const [point, runs] of counts) {
    for (let i = 0; i < runs; i++) collected.take({ point, run: RUN });
  }
  return collected;
}

test("shiftsOf() has every point once in each process", () => {
  const batches = batchesOf(POINTS, true);
  const shifts = shiftsOf(batches, 2);
  assertEquals(shifts, [...batches, ...batches]);
});

test("shiftsOf() leaves out what was measured, and no more than that", () => {
  const [first, second, ...rest] = POINTS as [Point, Point, ...Point[]];
  const known = measured([[first, 2], [second, 1]]);
  const left = shiftsOf(
    [[first, second], rest],
    2,
    (point) => known.runsOf(point),
  );
  assertEquals(left, [rest, [second], rest]);
  assertEquals(shiftsOf([[first]], 2, () => 2), []);
});

test("shiftsOf() has what takes long in one process alone", () => {
  const points = pointsOf("bun", false, { experiment: ["file size"] });
  const counts = points.map((point) =>
    shiftsOf([points], 3).flat().filter((other) => other === point).length
  );
  assertEquals(
    counts,
    points.map(({ x = 0 }) => x >= 2 ** 32 ? 1 : 3),
  );
  assertEquals(shiftsOf([points], 3, () => 1).length, 2);
});

test("Collected goes on with what was known, whoever wrote the points", () => {
  const [point] = POINTS as [Point];
  const { points } = measured([[point, 1]]);
  // A file need not have the fields in the same order.
  const turned = points.map((point) =>
    Object.fromEntries(Object.entries(point).reverse()) as typeof point & Point
  );
  const skipped = [{ what: pointName(point), why: "it crashed" }];
  const collected = new Collected({ points: turned, skipped });
  assertEquals(collected.runsOf(point), 1);
  assert(collected.skipped.some(({ why }) => why === "it crashed"));
  collected.take({ point, run: RUN });
  assertEquals(collected.points.map(({ runs }) => runs.length), [2]);
  assertEquals(points.map(({ runs }) => runs.length), [1]);
  assert(!collected.skipped.some(({ why }) => why === "it crashed"));
});

test("a plan that goes on is as much shorter as there was measured", () => {
  const options = parseOptions(["--quick", "--runtime", "bun"]);
  const all = planOf(options);
  const { points } = measured(POINTS.map((point) => [point, 1]));
  const earlier = { ...benchResults(), points, startup: { bun: 4 } };
  const rest = planOf(options, earlier);
  assertEquals(
    rest.shifts.flat().map(pointName).toSorted(),
    all.points.filter(({ experiment }) => experiment !== "transfer")
      .map(pointName).toSorted(),
  );
  assertEquals([all.beside, rest.beside], [["bun"], []]);
  assert(rest.seconds < all.seconds);
});

const RESULTS = { ...benchResults(), programs: "0123" };
const { machine, options, versions } = RESULTS;
for (
  const [what, changed, sentence] of [
    ["system", { machine: { ...machine, system: "Wine 11.0" } }, "Wine 11.0"],
    ["processor", { machine: { ...machine, processor: "Other" } }, "Other"],
    ["number of processors", { machine: { ...machine, processors: 4 } }, "4"],
    ["memory", { machine: { ...machine, memory: 1 } }, "memory"],
    ["disk", { machine: { ...machine, disk: "tmpfs" } }, "ext4"],
    ["version", { versions: { ...versions, "bun.exe": "9.9.9" } }, "bun.exe"],
    ["length", { options: { ...options, quick: true } }, "--quick"],
    ["time", { options: { ...options, milliseconds: 1 } }, "--milliseconds"],
    ["choice", { options: { ...options, ways: ["C"] } }, "--way"],
    ["program", { programs: "4567" }, "program"],
  ] satisfies [string, Partial<Results>, string][]
) {
  test(`nobody goes on with results of another ${what}`, () => {
    const text = difference(RESULTS, { ...RESULTS, ...changed });
    assertStringIncludes(text ?? "", sentence);
  });
}

test("whoever goes on may want more processes, and other runtimes", () => {
  const more = { ...options, processes: 5 };
  assertEquals(difference(RESULTS, { ...RESULTS, options: more }), undefined);
  const node = { "node.exe": "26.0.0" };
  assertEquals(difference(RESULTS, { ...RESULTS, versions: node }), undefined);
});

test("Unfinished is a file beside the results, of which there is always all", async () => {
  using folder = tempFolder();
  const out = folder.file("results.json");
  const unfinished = new Unfinished(out);
  assertEquals(unfinished.path, folder.file("results.unfinished.json"));
  // Whoever goes on with it and names no other file writes the same.
  assertEquals(new Unfinished(unfinished.path).path, unfinished.path);
  assert(!unfinished.exists() && !unfinished.isWritten);
  await unfinished.write(RESULTS);
  await unfinished.write(RESULTS);
  assertEquals(readdirSync(folder.path), ["results.unfinished.json"]);
  const read = await readResults(unfinished.path);
  assertEquals(read, { ...RESULTS, unfinished: true });
  assert(new Unfinished(out).exists());
  await unfinished.remove();
  assertEquals(readdirSync(folder.path), []);
});

test("a report of a run that was interrupted says so", () => {
  const unfinished = { ...RESULTS, unfinished: true } as const;
  for (const report of [html, summary]) {
    assertStringIncludes(report(unfinished), "interrupted");
    assert(!report(RESULTS).includes("interrupted"));
  }
});

test("resumption() says what to type, as a shell takes it", () => {
  const args = ["--quick", "--operation", "read at"];
  const command =
    'npm run bench -- --quick --operation "read at" --resume /a/b.json';
  assertEquals(resumption(args, "/a/b.json"), command);
  const again = [...args, "--resume", "old.json", "--resume=other.json"];
  assertEquals(resumption(again, "/a/b.json"), command);
});

/** Runs the bench, and interrupts it as soon as it has printed a text. */
async function bench(args: readonly string[], until?: string) {
  const child = spawn(process.execPath, [
    ...["--import", "tsx", "tools/bench.ts", ...args],
  ], { cwd: REPOSITORY, env: { ...process.env, INIT_CWD: REPOSITORY } });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      if (until !== undefined && said.stdout.includes(until)) {
        child.kill("SIGINT");
      }
    });
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, ...said };
}

test("npm run bench goes on where it was interrupted", async () => {
  using folder = tempFolder();
  const out = folder.file("results.json");
  const kept = folder.file("results.unfinished.json");
  writeFileSync(out, "what was there before");
  const files = [
    ...["--csv", folder.file("results.csv")],
    ...["--html", folder.file("report.html")],
  ];
  const args = [
    ...["--quick", "--runtime", "bun", "--experiment", "transfer"],
    ...["--size", "4K", "--processes", "2", "--out", out, ...files],
  ];
  const { code, stderr } = await bench(args, "bun ");
  assertEquals(code, 130, stderr);
  assertStringIncludes(stderr, resumption(args, kept));
  assertEquals(readFileSync(out, "utf8"), "what was there before");
  const part = await readResults(kept);
  const planned = planOf(parseOptions(args)).points.length;
  assert(part.unfinished && part.points.length > 0);
  assert(part.points.length < planned);

  const anew = await bench(args);
  assertEquals(anew.code, 2);
  assertStringIncludes(anew.stderr, "--resume");
  const other = await bench([
    ...[...args, "--milliseconds", "1", "--resume", kept],
  ]);
  assertEquals(other.code, 1);
  assertStringIncludes(other.stderr, "--milliseconds was 12 then and is 1 now");
  assertEquals(await readResults(kept), part);

  const rest = await bench([...args, "--resume", kept]);
  assertEquals(rest.code, 0, rest.stderr);
  const { points, unfinished } = await readResults(out);
  assertEquals([points.length, unfinished], [planned, undefined]);
  assertEquals(points.map(({ runs }) => runs.length), Array(planned).fill(2));
  for (const { runs, ...point } of part.points) {
    const all = points.find((other) => pointName(other) === pointName(point));
    assertEquals(all!.runs.slice(0, runs.length), runs);
  }
  assert(!existsSync(kept));
});
