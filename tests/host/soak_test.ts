// The soak: that it runs, repeats and refuses what it says, and that it finds what grows.

import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { faultsOf, type Sample } from "../soak/flatness.ts";
import { REPOSITORY } from "./runtimes.ts";

function soak(...args: string[]) {
  return spawnSync(
    process.execPath,
    ["--import", "tsx", "tools/soak.ts", ...args],
    { cwd: REPOSITORY, encoding: "utf8" },
  );
}

/** Samples of a process at rest, each with what a function changes. */
function samples(change: (i: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 15 }, (_, i) => ({
    ...{ seconds: i, steps: 100 * i, handles: 50 + i % 3, openFiles: 0 },
    ...{ pendingOperations: 0, pooledMemory: 2 ** 24 },
    ...{ heap: 2 ** 23 + i % 2 * 2 ** 20, rss: 2 ** 27 + i % 2 * 2 ** 20 },
    ...change(i),
  }));
}

test("npm run soak runs sequences on the strict kernel, and the next seeds after them", () => {
  const { status, stdout, stderr } = soak(
    ...["--runtime", "node", "--minutes", "0.01", "--seed", "12"],
  );
  assertEquals(status, 0, stdout + stderr);
  const [, first, last] =
    /^[1-9]\d* steps, seeds (\d+) to (\d+)$/m.exec(stdout) ?? [];
  assertEquals(first, "12");
  assert(Number(last) >= 12, stdout);
  assertStringIncludes(stdout, " 0 pending, pool 16.0 MiB, ");
});

test("npm run soak refuses what makes no sense before it starts", () => {
  for (
    const [args, sentence] of [
      [["--minutes", "soon"], "--minutes takes a number from 0 on, not soon."],
      [["--kill", "--runtime", "node"], "one of deno, bun here, not node."],
    ] as const
  ) {
    const { status, stderr } = soak(...args);
    assertEquals(status, 2, stderr);
    assertStringIncludes(stderr, sentence);
  }
});

test("faultsOf() finds nothing where all comes and goes", () => {
  assertEquals(faultsOf(samples(() => ({}))), []);
  // What is warmed up stays.
  const warm = (i: number) => ({ handles: i < 5 ? 10 + i : 20 });
  assertEquals(faultsOf(samples(warm)), []);
});

test("faultsOf() finds what grows", () => {
  for (
    const [change, fault] of [
      [
        (i: number) => ({ handles: 50 + i % 3 + 2 * Math.floor(i / 5) }),
        "handles went from 53 in the middle third to 54 in the last",
      ],
      [(i: number) => ({ heap: i * 2 ** 20 }), "heap went from "],
      [(i: number) => ({ rss: i * 2 ** 24 }), "rss went from "],
      [
        (i: number) => ({ pendingOperations: i === 3 ? 1 : 0 }),
        "After 3 s, 0 files are open, and 1 operations pending.",
      ],
      [(i: number) => ({ openFiles: i >> 3 }), "After 8 s, 1 files are open"],
      [
        (i: number) => ({ pooledMemory: 2 ** 24 - (i >> 3) * 4096 }),
        "Pooled memory was not given back.",
      ],
    ] as const
  ) {
    const faults = faultsOf(samples(change));
    assertEquals(faults.length, 1, faults.join("\n"));
    assertStringIncludes(faults[0]!, fault);
  }
});
