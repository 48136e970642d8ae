// How cost grows: that every way really does its work. How long it takes is not tested.

import { readdirSync } from "node:fs";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { Point } from "../../bench/schema.ts";
import { Programs } from "../../tools/bench/programs.ts";
import { EXPERIMENTS } from "../../bench/experiments.ts";
import { provision } from "../../tools/windows/mod.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** The least and something more of everything that grows. */
function smallPoints(runtime: "deno" | "bun"): Point[] {
  const common = { runtime, depth: 1 } as const;
  const records = { ...common, bytes: 4096, operation: "rewrite at" } as const;
  return [
    ...(["read", "rewrite", "write"] as const).flatMap((operation) =>
      (["buffered", "unbuffered"] as const).map((pattern) => ({
        ...{ experiment: "file size", ...common, operation, pattern } as const,
        ...{ bytes: 2 ** 20, x: 2 ** 21 },
      }))
    ),
    ...(["buffered", "unbuffered"] as const).map((pattern) => ({
      ...{ experiment: "open files", ...records, pattern } as const,
      ...{ depth: pattern === "buffered" ? 1 : 3, x: 3 },
    })),
    {
      ...{ experiment: "open files", ...common, operation: "open", bytes: 0 },
      ...{ pattern: "buffered", x: 3 },
    },
    ...(["read at", "rewrite at"] as const).map((operation) => ({
      ...{ experiment: "in flight", ...records, operation } as const,
      ...{ pattern: "unbuffered", depth: 70, x: 70 } as const,
    })),
    { experiment: "workers", ...records, pattern: "buffered", x: 2 },
    {
      ...{ experiment: "workers on one file", ...records },
      ...{ pattern: "buffered", x: 2 },
    },
    ...(["read at", "rewrite at"] as const).flatMap((operation) =>
      (["buffered", "unbuffered"] as const).map((pattern) => ({
        ...{ experiment: "buffer size", ...records, operation } as const,
        ...{ pattern, x: 8192 },
      }))
    ),
  ];
}

for (const runtime of ["deno", "bun"] as const) {
  test(`on ${runtime}.exe, every way has figures at small points, and no file is left`, async () => {
    using folder = tempFolder();
    const windows = await provision({ runtimes: [runtime] });
    await using _session = await windows.session();
    const programs = await Programs.prepare(windows, folder.path);
    const before = readdirSync(folder.path);
    const points = smallPoints(runtime);
    let measured = 0;
    const spec = { points, quick: true, milliseconds: 1 };
    await programs.measure(runtime, spec, (line) => {
      if (!("run" in line)) return;
      const { point, run: { ways } } = line;
      measured++;
      const names = Object.keys(ways);
      const expected = EXPERIMENTS[point.experiment]!.ways!(point);
      assertEquals(names.toSorted(), expected.toSorted());
      assert("C" in ways);
      for (const { rounds, memory } of Object.values(ways)) {
        assert(rounds.length > 0 && rounds.every((time) => time > 0));
        assert(memory !== undefined && memory >= 0);
      }
    });
    assertEquals(measured, points.length);
    const left = readdirSync(folder.path).filter((name) =>
      !before.includes(name)
    );
    assertEquals(left, ["spec.json"]);
  });
}
