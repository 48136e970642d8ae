import { test } from "node:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { assertEquals, assertRejects } from "@std/assert";
import {
  openSync,
  toWin32Path,
  Win32Error,
  writeFileAtomic,
} from "../../../mod.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const OLD = new TextEncoder().encode("what was there");
const NEW = new TextEncoder().encode("what comes");

test("writeFileAtomic() creates a file and replaces one", async () => {
  using folder = tempFolder();
  const path = folder.file("a.txt");
  await writeFileAtomic(path, OLD);
  assertEquals(new Uint8Array(readFileSync(path)), OLD);
  await writeFileAtomic(path, NEW);
  assertEquals(new Uint8Array(readFileSync(path)), NEW);
  const long = new Uint8Array(5 * 2 ** 20).fill(7);
  await writeFileAtomic(path, long.subarray(1));
  assertEquals(readFileSync(path).length, long.length - 1);
  assertEquals(readdirSync(folder.path), ["a.txt"]);
});

test("writeFileAtomic() copies access rights if it is asked to", async () => {
  using folder = tempFolder();
  const path = folder.file("a.txt");
  await writeFileAtomic(path, OLD, { copySecurity: true });
  await writeFileAtomic(path, NEW, { copySecurity: true });
  assertEquals(new Uint8Array(readFileSync(path)), NEW);
  assertEquals(readdirSync(folder.path), ["a.txt"]);
});

test("writeFileAtomic() leaves a folder of that name alone, and nothing behind", async () => {
  using folder = tempFolder();
  await assertRejects(() => writeFileAtomic(folder.path, NEW), Win32Error);
  writeFileSync(folder.file("b.txt"), OLD);
  assertEquals(readdirSync(folder.path), ["b.txt"]);
});

test("rename() and delete() work by a handle", () => {
  using folder = tempFolder();
  writeFileSync(folder.file("b.txt"), NEW);
  {
    using file = openSync(folder.file("a.txt"), {
      write: true,
      create: true,
      delete: true,
    });
    file.writeAll(OLD);
    file.rename(folder.file("b.txt"), { replace: true });
    assertEquals(readdirSync(folder.path), ["b.txt"]);
  }
  assertEquals(new Uint8Array(readFileSync(folder.file("b.txt"))), OLD);
  {
    using file = openSync(folder.file("b.txt"), { delete: true });
    file.delete();
  }
  assertEquals(readdirSync(folder.path), []);
});

test("toWin32Path() makes paths for functions of the raw layer", () => {
  assertEquals(toWin32Path(new URL("file:///C:/a%20b")), "C:\\a b");
  const long = `C:\\${"x".repeat(200)}\\${"y".repeat(100)}`;
  assertEquals(toWin32Path(long), `\\\\?\\${long}`);
});
