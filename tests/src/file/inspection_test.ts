// portable

import { test } from "node:test";
import { inspect } from "node:util";
import { assertEquals, assertMatch } from "@std/assert";
import { open, openSync, SyncFile } from "../../../mod.ts";
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

test("a file is printed by the function that the runtime hands over", () => {
  using folder = kernelFolder();
  const path = folder.file("printed.bin");
  const file = openSync(path, { write: true, create: true });
  const print = (name: string, args: unknown[]) =>
    (file as unknown as Record<symbol, (...args: unknown[]) => string>)[
      Symbol.for(name)
    ]!(...args);
  const options = { depth: 3 };
  const inspectWith = (value: object, given?: object) =>
    `${Object.keys(value)} ${given === options}`;
  const expected = "SyncFile path,closed,read,write,append,unbuffered true";
  const ofDeno = print("Deno.customInspect", [inspectWith, options]);
  const ofNode = print("nodejs.util.inspect.custom", [2, options, inspectWith]);
  assertEquals([ofDeno, ofNode], [expected, expected]);
  file.close();
});

test("what is no file can be printed: a prototype, and what inherits from a file", () => {
  using folder = kernelFolder();
  using file = openSync(folder.file("a"), { write: true, create: true });
  for (const object of [SyncFile.prototype, Object.create(file)]) {
    assertMatch(inspect(object), /^Sync\w*File {}$/);
  }
});
