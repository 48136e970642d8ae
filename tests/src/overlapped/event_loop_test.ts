import { test } from "node:test";
import { assert } from "@std/assert";
import { open } from "../../../mod.ts";
import { tempFolder } from "../../support/temp_folder.ts";

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "unbuffered" : "buffered";

  test(`timers run during a loop of transfers of a ${kind} file`, async () => {
    using folder = tempFolder();
    await using file = await open(folder.file("a"), {
      read: true,
      write: true,
      create: true,
      unbuffered,
    });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    const block = new Uint8Array(4096);
    // Where the loop gave timers no turn, none would ever run.
    const end = performance.now() + 60_000;
    for (let i = 0; ticks < 5 && performance.now() < end; i++) {
      await file.write(block, { at: (i % 16) * 4096 });
      await file.read(block, { at: (i % 16) * 4096 });
    }
    clearInterval(timer);
    assert(ticks >= 5, `${ticks} ticks`);
  });
}
