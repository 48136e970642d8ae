import { test } from "node:test";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { kernel32, openSync, toHandle, Win32Error } from "../../../mod.ts";
import { fileTypeOf, statOf } from "../../../src/file/file_info.ts";
import { pipe } from "../../support/pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;

test("stat() tells what node:fs tells of the same file", () => {
  using folder = tempFolder();
  const path = folder.file("a.txt");
  writeFileSync(path, "hello");
  using file = openSync(path);
  const stat = file.stat();
  const expected = statSync(path, { bigint: true });
  assertEquals(stat.isFile, true);
  assertEquals(stat.isDirectory, false);
  assertEquals(stat.isSymlink, false);
  assertEquals(stat.size, 5);
  // Deno gives it as a number, which is not exact beyond 2^53.
  assertEquals(Number(stat.ino), Number(expected.ino));
  assertEquals(BigInt(stat.dev), expected.dev);
  assertEquals(BigInt(stat.nlink), expected.nlink);
  for (const name of ["mtime", "atime", "birthtime"] as const) {
    assertEquals(stat[name]?.getTime(), Number(expected[`${name}Ms`]), name);
  }
});

test("stat() tells times as they are, to the millisecond", () => {
  using folder = tempFolder();
  const path = folder.file("a.txt");
  writeFileSync(path, "");
  using file = openSync(path);
  for (
    const time of [
      "1985-10-26T01:21:00.000Z",
      "2001-09-09T01:46:40.123Z",
      "2038-01-19T03:14:08.999Z",
    ]
  ) {
    utimesSync(path, new Date(time), new Date(time));
    assertEquals(file.stat().mtime?.toISOString(), time);
  }
});

test("stat() counts the links to a file", () => {
  using folder = tempFolder();
  const path = folder.file("a.txt");
  writeFileSync(path, "");
  using file = openSync(path);
  assertEquals(file.stat().nlink, 1);
  linkSync(path, folder.file("b.txt"));
  assertEquals(file.stat().nlink, 2);
  using other = openSync(folder.file("b.txt"));
  assertEquals(other.stat().ino, file.stat().ino);
});

test("stat() tells a file's attributes", () => {
  using folder = tempFolder();
  const path = folder.file("a.txt");
  writeFileSync(path, "");
  using file = openSync(path);
  const READONLY = 1;
  assertEquals(file.stat().attributes & READONLY, 0);
  chmodSync(path, 0o444);
  assertEquals(file.stat().attributes & READONLY, READONLY);
  chmodSync(path, 0o666);
});

test("statOf() knows a directory", () => {
  using folder = tempFolder();
  mkdirSync(folder.file("d"));
  const handle = kernel32.CreateFileW(
    folder.file("d"),
    0,
    7,
    null,
    3,
    FILE_FLAG_BACKUP_SEMANTICS,
    null,
  );
  const stat = statOf(handle, "d");
  kernel32.CloseHandle(handle);
  assertEquals([stat.isFile, stat.isDirectory], [false, true]);
});

// Of pipes, too, Wine knows nothing; of those of Windows it depends on the version.
test("statOf() fails where nothing is known, and says with which function", () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  const error = assertThrows(() => statOf(event, "an event"), Win32Error);
  assert(kernel32.CloseHandle(event));
  assertEquals(error.syscall, "GetFileInformationByHandle");
  assertEquals([error.symbol, error.path], [
    "ERROR_INVALID_HANDLE",
    "an event",
  ]);
});

test("size() is exact beyond 4 GiB", () => {
  using folder = tempFolder();
  using file = openSync(folder.file("a"), { write: true, create: true });
  file.setSparse(); // takes no room of the disk
  for (const size of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5]) {
    file.truncate(size);
    assertEquals(file.size(), size);
    assertEquals(file.stat().size, size);
  }
});

test("fileTypeOf() tells files, devices and pipes apart", () => {
  using folder = tempFolder();
  using file = openSync(folder.file("a"), { write: true, create: true });
  using nul = openSync("NUL");
  using ends = pipe();
  assertEquals(fileTypeOf(file.handle, ""), "disk");
  assertEquals(fileTypeOf(nul.handle, ""), "character");
  assertEquals(fileTypeOf(ends.server.handle, ""), "pipe");
  assertEquals(fileTypeOf(ends.client.handle, ""), "pipe");
});

test("fileTypeOf() fails for a handle that is none, or of something else", () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  for (const handle of [event, toHandle(0x7FFF_0000), toHandle(0)]) {
    kernel32.SetLastError(0);
    const error = assertThrows(() => fileTypeOf(handle, "p"), Win32Error);
    assertEquals(error.symbol, "ERROR_INVALID_HANDLE");
    assertEquals(error.path, "p");
  }
  assert(kernel32.CloseHandle(event));
});
