// portable

import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Candidate } from "../../bench/contestant.ts";
import { SkippedError } from "../../bench/experiment.ts";
import type { Place } from "../../bench/scaling/contestant.ts";
import { experiment as bufferSize } from "../../bench/scaling/buffer_size.ts";
import {
  experiment as fileSize,
  wantingRoom,
} from "../../bench/scaling/file_size.ts";
import {
  flagsOf,
  inFolder,
  makeFiles,
  pathFields,
} from "../../bench/scaling/files.ts";
import { experiment as inFlight } from "../../bench/scaling/in_flight.ts";
import { inLanes } from "../../bench/scaling/lanes.ts";
import { choose } from "../../bench/measure.ts";
import { experiment as openFiles } from "../../bench/scaling/open_files.ts";
import { roundsFor, takeRounds } from "../../bench/scaling/rounds.ts";
import { experiment as workers, sharing } from "../../bench/scaling/workers.ts";
import type { Point, Way } from "../../bench/schema.ts";
import { tempFolder } from "../support/temp_folder.ts";

const EXPERIMENTS = [
  ...[fileSize, openFiles, inFlight, workers, sharing, bufferSize],
];

const POINT: Point = {
  ...{ experiment: "workers", runtime: "deno", operation: "rewrite at" },
  ...{ pattern: "buffered", bytes: 4096, depth: 1, x: 3 },
};

test("points() has something grow at every point, from one to the most", () => {
  const most = EXPERIMENTS.map(({ points }) => {
    const all = points(false, "bun");
    for (const { x } of all) assert(x !== undefined && x >= 1);
    return Math.max(...all.map(({ x = 0 }) => x));
  });
  assertEquals(most, [8 * 2 ** 30, 1000, 1024, 4, 4, 256 * 2 ** 20]);
});

test("points() has no point twice, and fewer in a short run", () => {
  for (const { points } of EXPERIMENTS) {
    const all = points(false, "deno").map((point) => JSON.stringify(point));
    assertEquals(new Set(all).size, all.length);
    assert(points(true, "deno").length < all.length);
  }
});

test("points() has none for Node, where growth is not measured", () => {
  for (const { points } of EXPERIMENTS) {
    assertEquals(points(false, "node"), []);
  }
});

test("ways() has C and this module at every point", () => {
  for (const { points, ways } of EXPERIMENTS) {
    for (const point of points(false, "bun")) {
      const names = ways!(point);
      assertEquals(names[0], "C");
      assert(names.some((name) => /^(Sync|Overlapped)File$/.test(name)));
    }
  }
});

test("wantingRoom() asks for the file and something to spare", () => {
  const point = { ...POINT, x: 2 ** 30 };
  assertEquals(wantingRoom(point, 2 ** 31), undefined);
  assertEquals(
    wantingRoom(point, 2 ** 30),
    "the disk has room for 1.0 GiB, and 1.3 GiB are needed",
  );
});

test("the largest files are measured in one process, all else in as many as one likes", () => {
  const most = fileSize.points(false, "bun").map((point) =>
    [point.x! / 2 ** 20, fileSize.mostProcesses!(point)] as const
  );
  assertEquals(most.slice(0, 5), [
    ...[[1, Infinity], [8, Infinity], [64, Infinity], [512, Infinity]] as const,
    [8192, 1],
  ]);
});

test("measure() skips a file that the disk has no room for", async () => {
  using folder = tempFolder();
  const point = { ...POINT, x: 2 ** 60 };
  const task = { folder: folder.path, milliseconds: 1, quick: true };
  await assertRejects(() => fileSize.measure(point, task), SkippedError);
});

test("inFolder() leaves nothing after a failure", async () => {
  using folder = tempFolder();
  let inner = "";
  await assertRejects(
    () =>
      inFolder(folder.path, (path) => {
        inner = path;
        assertEquals(makeFiles(path, 3, 5000).length, 3);
        return Promise.reject(new Error("no"));
      }),
    Error,
    "no",
  );
  assert(inner !== "" && !existsSync(inner));
  assertEquals(readdirSync(folder.path), []);
});

test("pathFields() gives each path a field of its own", () => {
  const units = new Uint16Array(pathFields(["ab", "c"]).buffer);
  assertEquals(units.length, 2 * 260);
  assertEquals([...units.subarray(0, 3)], [97, 98, 0]);
  assertEquals([...units.subarray(260, 262)], [99, 0]);
});

test("flagsOf() tells how the module opens files", () => {
  assertEquals(flagsOf("buffered", false), 0x0010_0080);
  assertEquals(flagsOf("unbuffered", true), 0x6010_0080);
});

test("roundsFor() has few rounds where a turn is long, and one at least", () => {
  assertEquals(
    [1, 50, 100, 1000].map((turn) => roundsFor(20, turn)),
    [5, 5, 2, 1],
  );
  assertEquals(roundsFor(1000, 1000), 3);
});

test("inLanes() performs each operation once, and no more than there are lanes at a time", async () => {
  const seen: number[] = [];
  let under = 0;
  let most = 0;
  const run = inLanes("C", ["a", "b", "c"], async (index) => {
    seen.push(index);
    most = Math.max(most, ++under);
    await Promise.resolve();
    under--;
    return 1;
  }, (count) => count === 1);
  await run(10);
  assertEquals(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(most, 3);
});

test("inLanes() fails for an operation that was cut short", async () => {
  const run = inLanes(
    "C",
    [0],
    (index) => Promise.resolve(index),
    (count) => count < 4,
  );
  await run(4);
  await assertRejects(() => run(5), Error, "cut short");
});

/** A way that notes what it is asked for. */
function noting(
  way: Way,
  said: string[],
  run: (count: number) => void = () => {},
): Candidate<Place> {
  return {
    way,
    runtimes: ["deno"],
    prepare({ x }) {
      said.push(`${way} opens ${x}`);
      return {
        run(count, first) {
          said.push(`${way} ${first}+${count}`);
          run(count);
        },
        close: () => void said.push(`${way} closes ${x}`),
      };
    },
  };
}

const PLACE: Place = { point: POINT, x: 3, library: undefined };
const PLAN = {
  ...{ least: 1, lap: (x: number) => 10 * x },
  ...{ shortestTurn: 0, milliseconds: 1 },
};

test("takeRounds() warms up with little, then has all open at the same time", async () => {
  const said: string[] = [];
  const ways = [noting("C", said), noting("SyncFile", said)];
  const measured = await takeRounds(ways, PLACE, PLAN);
  assertEquals(Object.keys(measured), ["C", "SyncFile"]);
  const handling = said.filter((line) => !line.includes("+"));
  assertEquals(handling, [
    ...["C opens 1", "C closes 1", "C opens 3"],
    // What is compiled for one file is not yet what is compiled for many.
    ...["SyncFile opens 1", "SyncFile closes 1"],
    ...["SyncFile opens 1", "SyncFile closes 1", "SyncFile opens 3"],
    ...["C closes 3", "SyncFile closes 3"],
  ]);
});

test("takeRounds() has ways take turns, each going on where it was", async () => {
  const said: string[] = [];
  const ways = [noting("C", said), noting("SyncFile", said)];
  const measured = await takeRounds(ways, PLACE, PLAN);
  const rounds = measured.C!.rounds.length;
  assert(rounds >= 5);
  assertEquals(measured.SyncFile!.rounds.length, rounds);
  const turns = said.filter((line) => line.includes("+")).slice(-2 * rounds);
  for (let round = 0; round < rounds; round++) {
    const names = turns.slice(2 * round, 2 * round + 2).toSorted();
    assertEquals(names, [`C ${30 * round}+30`, `SyncFile ${30 * round}+30`]);
  }
});

test("takeRounds() tells the time of an operation", async () => {
  const lasting = noting("C", [], () => {
    const end = performance.now() + 3;
    while (performance.now() < end);
  });
  const { C } = await takeRounds([lasting], PLACE, PLAN);
  // 3 ms for 30 operations.
  for (const round of C!.rounds) assert(round >= 99_000);
});

test("takeRounds() closes all that was opened after a failure", async () => {
  const said: string[] = [];
  const failing = noting("SyncFile", said, (count) => {
    if (count === 30) throw new Error("no");
  });
  await assertRejects(
    () => takeRounds([noting("C", said), failing], PLACE, PLAN),
    Error,
    "no",
  );
  const opened = said.filter((line) => line.includes("opens"));
  const closed = said.filter((line) => line.includes("closes"));
  assertEquals(closed.length, opened.length);
});

test("choose() says why a way takes no part, unless it is another runtime's", () => {
  const elsewhere: Candidate<Place> = { ...noting("bare", []), runtimes: [] };
  const refusing = { ...noting("node:fs", []), refuses: () => "it has none" };
  const ways = [noting("C", []), elsewhere, noting("SyncFile", []), refusing];
  const { chosen, missing } = choose(ways, POINT, {});
  assertEquals(chosen.map(({ way }) => way), ["SyncFile"]);
  assertEquals(Object.keys(missing), ["node:fs", "C"].toSorted());
  assertEquals(missing["node:fs"], "it has none");
});

test("choose() leaves out whom nobody asked for", () => {
  const ways = [noting("C", []), noting("SyncFile", [])];
  const { chosen } = choose(ways, POINT, { library: "", only: ["C"] });
  assertEquals(chosen.map(({ way }) => way), ["C"]);
});
