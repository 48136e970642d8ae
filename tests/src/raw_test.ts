import { test } from "node:test";
import { readFileSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { INVALID_HANDLE_VALUE } from "../../src/win32/handle.ts";
import {
  getLastWin32Error,
  kernel32,
  lastErrorCapture,
} from "../../src/raw.ts";
import { tempFolder } from "../support/temp_folder.ts";

const GENERIC_READ_WRITE = 0xC000_0000;
const CREATE_ALWAYS = 2;
const OPEN_EXISTING = 3;
const NORMAL = 0x80;

/** A new file, open for reading and writing. */
function create(path: string): ReturnType<typeof kernel32.CreateFileW> {
  return kernel32.CreateFileW(
    path,
    GENERIC_READ_WRITE,
    7,
    null,
    CREATE_ALWAYS,
    NORMAL,
    null,
  );
}

test("kernel32 writes and reads a file, as in C", () => {
  using folder = tempFolder();
  const path = folder.file("a.bin");
  const file = create(path);
  const count = new Uint32Array(1);
  const bytes = new Uint8Array([1, 2, 3, 4, 5]);
  assertEquals(kernel32.WriteFile(file, bytes, 5, count, null), true);
  assertEquals(count[0], 5);
  const position = new BigInt64Array(1);
  assertEquals(kernel32.SetFilePointerEx(file, -3n, position, 1), true);
  assertEquals(position[0], 2n);
  const back = new Uint8Array(10);
  assertEquals(kernel32.ReadFile(file, back, 10, count, null), true);
  assertEquals(count[0], 3);
  assertEquals([...back.subarray(0, 4)], [3, 4, 5, 0]);
  assertEquals(kernel32.CloseHandle(file), true);
  assertEquals([...readFileSync(path)], [1, 2, 3, 4, 5]);
});

test("kernel32.WriteFile() takes less than the buffer has", () => {
  using folder = tempFolder();
  const file = create(folder.file("a.bin"));
  const count = new Uint32Array(1);
  kernel32.WriteFile(
    file,
    new Uint8Array([1, 2, 3]).subarray(1),
    1,
    count,
    null,
  );
  assertEquals(count[0], 1);
  kernel32.CloseHandle(file);
  assertEquals([...readFileSync(folder.file("a.bin"))], [2]);
});

test("kernel32.WriteFile() refuses more than the buffer has", () => {
  using folder = tempFolder();
  const file = create(folder.file("a.bin"));
  assertThrows(
    () =>
      kernel32.WriteFile(file, new Uint8Array(3), 4, new Uint32Array(1), null),
    RangeError,
    "lpBuffer of WriteFile must have at least 4 bytes: got 3",
  );
  kernel32.CloseHandle(file);
  assertEquals(readFileSync(folder.file("a.bin")).length, 0);
});

test("kernel32.WriteFile() refuses a place for the count that is too small", () => {
  assertThrows(
    () =>
      kernel32.WriteFile(
        INVALID_HANDLE_VALUE,
        new Uint8Array(3),
        3,
        new Uint8Array(3),
        null,
      ),
    RangeError,
    "lpNumberOfBytesWritten of WriteFile must have at least 4 bytes: got 3",
  );
});

test("kernel32.WriteFile() at 0xFFFFFFFF'FFFFFFFF appends", () => {
  using folder = tempFolder();
  const path = folder.file("a.bin");
  const file = create(path);
  const count = new Uint32Array(1);
  const overlapped = new Uint8Array(32).fill(0xFF, 16, 24);
  kernel32.WriteFile(file, new Uint8Array([1, 2]), 2, count, null);
  kernel32.SetFilePointerEx(file, 0n, null, 0);
  assertEquals(
    kernel32.WriteFile(file, new Uint8Array([3]), 1, count, overlapped),
    true,
  );
  kernel32.CloseHandle(file);
  assertEquals([...readFileSync(path)], [1, 2, 3]);
});

test("kernel32.CreateFileW() gives INVALID_HANDLE_VALUE and tells why", () => {
  using folder = tempFolder();
  const file = kernel32.CreateFileW(
    folder.file("none"),
    0,
    0,
    null,
    OPEN_EXISTING,
    0,
    null,
  );
  assertStrictEquals(file, INVALID_HANDLE_VALUE);
  assertEquals(getLastWin32Error(), 2);
});

test("getLastWin32Error() stays until the next call of kernel32", () => {
  kernel32.SetLastError(1234);
  for (let i = 0; i < 1000; i++) {
    void new Uint8Array(1000);
    JSON.parse("[1]");
  }
  readFileSync(import.meta.filename ?? "README.md");
  assertEquals(getLastWin32Error(), 1234);
});

test("lastErrorCapture() tells that the error is read in the call's frame", () => {
  assertEquals(lastErrorCapture(), "same-frame");
});

test("kernel32 has the functions of file, pipe and device I/O, frozen", () => {
  assert(Object.isFrozen(kernel32));
  for (
    const name of [
      "WriteFile",
      "ReadFileScatter",
      "LockFileEx",
      "ConnectNamedPipe",
    ]
  ) {
    assertEquals(
      typeof kernel32[name as keyof typeof kernel32],
      "function",
      name,
    );
  }
});
