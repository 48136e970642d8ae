// portable

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { compile, isNew, setCompiled } from "../../bench/compiling.ts";
import { rehearse } from "../../bench/measure.ts";
import type { Candidate } from "../../bench/contestant.ts";
import type { Point } from "../../bench/schema.ts";

test("a loop is new to a process until it has been compiled", () => {
  assert(isNew("a loop"));
  setCompiled("a loop");
  assertEquals([isNew("a loop"), isNew("another")], [false, true]);
});

test("compile() runs so many operations, each lap to its end", async () => {
  let laps = 0;
  await compile(() => Promise.resolve(++laps), 15_000, 60_000);
  assertEquals(laps, 3);
});

test("compile() gives up on operations that take long", async () => {
  let laps = 0;
  const sleep = () => new Promise((done) => setTimeout(done, 20, ++laps));
  await compile(sleep, 1, 50);
  assert(laps > 0 && laps < 10, `${laps}`);
});

test("rehearse() has everybody run a lap with one task and with another, and close all", async () => {
  const said: string[] = [];
  const way = (name: "C" | "SyncFile"): Candidate<number> => ({
    ...{ way: name, runtimes: ["deno"] },
    prepare(task) {
      return {
        run: (count, first) =>
          void said.push(`${name} ${task}: ${first}+${count}`),
        rewind: () => void said.push(`${name} ${task} rewinds`),
        close: () => void said.push(`${name} ${task} closes`),
      };
    },
  });
  const point: Point = {
    ...{ experiment: "transfer", runtime: "deno", operation: "read" },
    ...{ pattern: "buffered", bytes: 512, depth: 1 },
  };
  const task = {
    folder: "",
    library: "bench.dll",
    quick: true,
    milliseconds: 1,
  };
  let count = 0;
  await rehearse([way("C"), way("SyncFile")], point, task, () => ++count, 7);
  const turn = (name: string, task: number) => [
    ...[`${name} ${task} rewinds`, `${name} ${task}: 0+7`],
    `${name} ${task} closes`,
  ];
  assertEquals(said, [
    ...[...turn("C", 1), ...turn("SyncFile", 1)],
    ...[...turn("C", 2), ...turn("SyncFile", 2)],
  ]);
});
