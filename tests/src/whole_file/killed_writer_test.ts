// not portable

import { test } from "node:test";
import { readdirSync, readFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { startProgram } from "../../support/killed_program.ts";
import { random } from "../../support/random.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const KILLS = 20;
const LENGTH = 300_000;
const LONGEST_LIFE_MS = 100;

test(`a file is whole after its writer was killed, ${KILLS} times`, async () => {
  using folder = tempFolder();
  const path = folder.file("a.bin");
  const { below } = random(1);
  const writer = new URL(
    "../../support/programs/atomic_writer.ts",
    import.meta.url,
  );
  for (let i = 0; i < KILLS; i++) {
    const program = await startProgram(writer, [path, String(LENGTH)]);
    await new Promise((resolve) => setTimeout(resolve, below(LONGEST_LIFE_MS)));
    await program.kill();
    const content = readFileSync(path);
    assertEquals(content.length, LENGTH);
    assert(content.every((byte) => byte === content[0] && byte > 0));
    for (const name of readdirSync(folder.path)) {
      assert(
        name === "a.bin" || /^a\.bin\.[0-9a-f-]{13}\.tmp$/.test(name),
        name,
      );
    }
  }
});
