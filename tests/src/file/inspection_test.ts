// portable

import { test } from "node:test";
import { inspect } from "node:util";
import { assertEquals } from "@std/assert";
import { open, openSync } from "../../../mod.ts";
import { kernelFolder } from "../../support/windows_or_strict.ts";

test("a file is printed as its path, its state and its mode", async () => {
  using folder = kernelFolder();
  const path = folder.file("printed.bin");
  const file = openSync(path, { write: true, create: true });
  const other = await open(path, { read: true, unbuffered: true });
  const state = { path, closed: false };
  const written = { write: true, append: false, unbuffered: false };
  const read = { write: false, append: false, unbuffered: true };
  assertEquals(
    inspect(file),
    `SyncFile ${inspect({ ...state, read: false, ...written })}`,
  );
  assertEquals(
    inspect(other),
    `OverlappedFile ${inspect({ ...state, read: true, ...read })}`,
  );
  file.close();
  await other.close();
  assertEquals(inspect(file).includes("closed: true"), true);
});
