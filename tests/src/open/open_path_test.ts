import { test } from "node:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  INVALID_HANDLE_VALUE,
  kernel32,
  openSync,
  Win32Error,
} from "../../../mod.ts";
import { assertNotOpened } from "../../support/not_opened.ts";
import { pipeName } from "../../support/pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const text = (path: string) => readFileSync(path, "utf8");
const bytes = (content: string) => new TextEncoder().encode(content);

test("openSync() opens names beyond ASCII", () => {
  using folder = tempFolder();
  for (const name of ["Grüße.txt", "日本語", "\u{1F600}.txt", "e\u0301.txt"]) {
    {
      using file = openSync(folder.file(name), {
        write: true,
        createNew: true,
      });
      file.write(bytes(name));
    }
    assertEquals(text(folder.file(name)), name);
  }
});

test("openSync() gives lone surrogates to the system as they are", () => {
  // In names of pipes, which no file system translates.
  const name = `${pipeName()}-\ud83d-\ude00`;
  const pipe = kernel32.CreateNamedPipeW(name, 3, 0, 1, 512, 512, 0, null);
  assert(pipe !== INVALID_HANDLE_VALUE);
  const wrong = (other: string) => name.replace("\ud83d", other);
  for (const other of ["\ufffd", "\ud83e", "\ud83d\ude00"]) {
    assertNotOpened(wrong(other), { write: true }, "ERROR_FILE_NOT_FOUND");
  }
  // No file has such a name, which systems may say in another code.
  assertThrows(() => openSync(wrong("?"), { write: true }), Win32Error);
  openSync(name, { write: true }).close();
  kernel32.CloseHandle(pipe);
});

test("openSync() opens paths of more than 260 characters", () => {
  using folder = tempFolder();
  const path = folder.file(
    `${"long name ".repeat(10)}x\\`.repeat(4) + "a ü.txt",
  );
  assert(path.length > 400);
  mkdirSync(`\\\\?\\${dirname(path)}`, { recursive: true });
  {
    using file = openSync(path, { write: true, createNew: true });
    file.write(bytes("far"));
  }
  assertEquals(text(`\\\\?\\${path}`), "far");
  using again = openSync(pathToFileURL(path));
  assertEquals(again.size(), 3);
});

test("openSync() opens a relative path, long or short, in the current folder", () => {
  using folder = tempFolder();
  const before = process.cwd();
  const long = `${"n".repeat(90)}\\`.repeat(3) + "b";
  mkdirSync(`\\\\?\\${folder.file(dirname(long))}`, { recursive: true });
  process.chdir(folder.path);
  try {
    openSync("a", { write: true, createNew: true }).close();
    openSync(long, { write: true, createNew: true }).close();
    openSync("x\\..\\a").close();
  } finally {
    process.chdir(before);
  }
  assert(existsSync(folder.file("a")));
  assert(existsSync(`\\\\?\\${folder.file(long)}`));
});

test("openSync() opens file: URLs", () => {
  using folder = tempFolder();
  const path = folder.file("a b % ü # ?.txt".replace("?", "!"));
  writeFileSync(path, "hello");
  using file = openSync(pathToFileURL(path));
  assertEquals(file.size(), 5);
  assertEquals(file.path, path);
});

test("openSync() opens devices", () => {
  for (const path of ["NUL", "\\\\.\\NUL", "nul"]) {
    using file = openSync(path, { read: true, write: true });
    assertEquals(file.write(new Uint8Array(10)), 10);
    assertEquals(file.read(new Uint8Array(10)), null);
  }
});
