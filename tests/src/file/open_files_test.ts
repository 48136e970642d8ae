// portable

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { fromHandle, openSync } from "../../../mod.ts";
import { openFiles } from "../../../src/file/open_files.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { kernelFolder } from "../../support/windows_or_strict.ts";

test("openFiles() counts no file that was dropped, whether it owned its handle or not", async () => {
  using folder = kernelFolder();
  const options = { write: true, create: true };
  using kept = openSync(folder.file("kept"), options);
  const before = openFiles();
  (() => {
    for (let i = 0; i < 100; i++) {
      openSync(folder.file(`${i}`), options);
      fromHandle(kept.handle, { owned: false });
    }
  })();
  assertEquals(openFiles(), before + 200);
  for (let round = 0; round < 20 && openFiles() > before + 5; round++) {
    collectGarbage();
    await nextJob();
  }
  // A few may still be found on the stack.
  const open = openFiles() - before;
  assert(open >= 0 && open <= 5, `${open} of 200 are still open`);
  assertEquals(kept.write(Uint8Array.of(1)), 1);
});
