// The bench without its tool: the program that anybody runs who has a runtime and nothing else, but a compiled library at most.

import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pointName } from "../../bench/point_name.ts";
import type { Results, Runtime } from "../../bench/schema.ts";
import { readResults } from "../../tools/report/results.ts";
import { provision, type Windows } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BENCH = join(REPOSITORY, "bench");

/** One of each kind of point that is quick. */
const CHOICE = [
  ...["--quick", "--milliseconds", "1", "--size", "64K"],
  ...["--experiment", "transfer", "--experiment", "gather"],
  ...["--experiment", "in flight", "--operation", "read"],
  ...["--operation", "gather", "--pattern", "unbuffered"],
];

const WORDS = { deno: ["run", "-A"], bun: [] } as const;

async function run(
  windows: Windows,
  runtime: keyof typeof WORDS,
  args: readonly string[],
) {
  const program = windows.path(join(BENCH, "run.ts"));
  return await windows.run(
    runtime,
    [...WORDS[runtime], program, ...args],
    { cwd: REPOSITORY, stdout: "pipe", stderr: "pipe" },
  );
}

/** Compiles what `npm run bench` compiles. */
async function compiled(windows: Windows, path: string): Promise<string> {
  const sources = readdirSync(BENCH).filter((name) => name.endsWith(".c"));
  await windows.compile(
    sources.toSorted().map((name) => join(BENCH, name)),
    path,
    ["-shared"],
  );
  return windows.path(path);
}

for (const runtime of ["deno", "bun"] as const satisfies readonly Runtime[]) {
  test(`on ${runtime}.exe, bench/run.ts measures C with a compiled library, and goes on with what it has kept`, async () => {
    using folder = tempFolder();
    const windows = await provision({ runtimes: [runtime] });
    await using _session = await windows.session();
    const library = await compiled(windows, folder.file("bench.dll"));
    const out = folder.file("a.json");
    const kept = folder.file("a.unfinished.json");
    const args = [...CHOICE, "--library", library];
    const whole = await run(windows, runtime, [
      ...[...args, "--out", windows.path(out)],
    ]);
    assertEquals(whole.code, 0, whole.stderr);
    assertStringIncludes(whole.stdout, "of C");
    const results = await readResults(out);
    assertEquals(
      results.points.map(({ experiment }) => experiment).toSorted(),
      ["gather", "transfer"],
    );
    for (const { runs } of results.points) {
      assert(runs.every(({ ways }) => ways.C!.rounds.every((ns) => ns > 0)));
    }

    const [first] = results.points as [Results["points"][number]];
    const part = { ...results, points: [first], unfinished: true };
    writeFileSync(kept, JSON.stringify(part));
    const resume = ["--resume", windows.path(kept)];
    const without = await run(windows, runtime, [...CHOICE, ...resume]);
    assertEquals(without.code, 2);
    assertStringIncludes(without.stderr, "the program that measures");
    assertEquals(JSON.parse(readFileSync(kept, "utf8")), part);

    rmSync(out);
    const rest = await run(windows, runtime, [...args, ...resume]);
    assertEquals(rest.code, 0, rest.stderr);
    assert(!rest.stdout.split("\n\n")[0]!.includes(`${pointName(first)}:`));
    const { points } = await readResults(out);
    assertEquals(points.length, results.points.length);
    assertEquals(points[0], first);
    assert(!existsSync(kept));
  });

  test(`on ${runtime}.exe, bench/run.ts says what it has no figures of without a library`, async () => {
    const windows = await provision({ runtimes: [runtime] });
    await using _session = await windows.session();
    const { code, stdout, stderr } = await run(windows, runtime, CHOICE);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "C: there is no compiled C");
    const none = await run(windows, runtime, ["--library", "none.dll"]);
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "none.dll");
  });
}
