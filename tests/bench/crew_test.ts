// not portable

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Crew } from "../../bench/scaling/crew.ts";
import { FILLING } from "../../bench/memory.ts";
import { tempFolder } from "../support/temp_folder.ts";

const WAYS = ["SyncFile", "node:fs"] as const;

for (const way of WAYS) {
  test(`Crew: each Worker rewrites its part of a file by ${way}`, async () => {
    using folder = tempFolder();
    const path = folder.file("shared.bin");
    writeFileSync(path, new Uint8Array(5 * 512));
    const job = { way, path, bytes: 512, places: 2 };
    const crew = await Crew.begin([{ ...job, first: 0 }, { ...job, first: 3 }]);
    try {
      for (let i = 0; i < 3; i++) crew.run(100);
    } finally {
      await crew.end();
    }
    const sectors = [0, 1, 2, 3, 4].map((i) => readFileSync(path)[i * 512]);
    assertEquals(sectors, [FILLING, FILLING, 0, FILLING, FILLING]);
  });
}

test("Crew.begin() fails if a Worker cannot open its file, and ends the others", async () => {
  using folder = tempFolder();
  const path = folder.file("here.bin");
  writeFileSync(path, new Uint8Array(512));
  const job = {
    way: "SyncFile",
    path,
    bytes: 512,
    first: 0,
    places: 1,
  } as const;
  const jobs = [job, { ...job, path: folder.file("gone.bin") }];
  await assertRejects(() => Crew.begin(jobs), Error, "ERROR_FILE_NOT_FOUND");
  assert(existsSync(path));
});
