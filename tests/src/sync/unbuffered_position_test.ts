import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../../mod.ts";
import { kernel32 } from "../../../src/raw.ts";
import {
  type FakeTransferResult,
  withFakeTransfers,
} from "../../support/fake_transfer.ts";
import { pattern, same } from "../../support/on_device.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const ERROR_INVALID_PARAMETER = 87;
const ERROR_LOCK_VIOLATION = 33;
const PAGE = 4096;
const CONTENT = pattern(4 * PAGE + 77);

/** Runs a body with a file of four pages and 77 bytes, and a page of memory. */
function onFile(
  use: (file: SyncFile, bytes: Uint8Array, path: string) => void,
): void {
  using folder = tempFolder();
  const path = folder.file("a");
  {
    using plain = openSync(path, { write: true, create: true });
    plain.writeAll(CONTENT);
  }
  using memory = new AlignedBuffer(PAGE);
  using file = openSync(path, { read: true, write: true, unbuffered: true });
  use(file, memory.bytes, path);
}

/** Where transfers were made: offsets, or undefined at the file pointer. */
function placesOf(run: () => void, result?: FakeTransferResult): unknown[] {
  return withFakeTransfers(({ length }) => result ?? { count: length }, run)
    .map(({ place }) => place);
}

test("read() and write() of whole sectors go through the file pointer", () => {
  onFile((file, bytes) => {
    const places = placesOf(() => {
      file.read(bytes);
      file.write(bytes);
      file.read(bytes);
    });
    assertEquals(places, [undefined, undefined, undefined]);
  });
});

test("read() to the end gives all of the file, by the file pointer and the rest", () => {
  onFile((file, bytes) => {
    const parts: Uint8Array[] = [];
    for (let n = file.read(bytes); n !== null; n = file.read(bytes)) {
      parts.push(bytes.slice(0, n));
      assertEquals(file.seek(0, "current"), parts.length * PAGE - PAGE + n);
    }
    same(new Uint8Array(parts.flatMap((part) => [...part])), CONTENT);
    assertEquals(file.seek(0, "current"), CONTENT.length);
  });
});

test("read() and write() after seek() are at an offset once, and then through the file pointer", () => {
  onFile((file, bytes) => {
    file.seek(PAGE);
    file.read(bytes);
    same(bytes, CONTENT.subarray(PAGE, 2 * PAGE));
    file.read(bytes);
    same(bytes, CONTENT.subarray(2 * PAGE, 3 * PAGE));
    file.seek(PAGE);
    const places = placesOf(() => file.read(bytes));
    assertEquals(places, [BigInt(PAGE)]);
  });
});

test("the position is the same whether transfers name an offset between or not", () => {
  onFile((file, bytes) => {
    file.read(bytes);
    file.read(bytes, { at: 3 * PAGE });
    same(bytes, CONTENT.subarray(3 * PAGE, 4 * PAGE));
    assertEquals(file.seek(0, "current"), PAGE);
    file.read(bytes);
    same(bytes, CONTENT.subarray(PAGE, 2 * PAGE));
    file.read(bytes);
    same(bytes, CONTENT.subarray(2 * PAGE, 3 * PAGE));
  });
});

test("the position is to the byte where parts of sectors come between", () => {
  onFile((file, bytes) => {
    const few = new Uint8Array(100);
    file.read(few);
    same(few, CONTENT.subarray(0, 100));
    file.read(bytes);
    same(bytes, CONTENT.subarray(100, 100 + PAGE));
    file.read(bytes.subarray(0, PAGE - 100));
    file.read(bytes);
    same(bytes, CONTENT.subarray(2 * PAGE, 3 * PAGE));
    file.write(few);
    file.read(few);
    same(few, CONTENT.subarray(3 * PAGE + 100, 3 * PAGE + 200));
  });
});

test("write() through the file pointer is followed by a part of a sector, to the byte", () => {
  onFile((file, bytes, path) => {
    bytes.set(pattern(PAGE, 5));
    file.write(bytes);
    file.write(bytes.subarray(0, 10));
    file.write(bytes);
    using plain = openSync(path);
    const expected = CONTENT.slice();
    expected.set(pattern(PAGE, 5));
    expected.set(pattern(10, 5), PAGE);
    expected.set(pattern(PAGE, 5), PAGE + 10);
    same(plain.readAll(), expected);
  });
});

test("whoever moves the file pointer of a handle moves the position, as of any file", () => {
  onFile((file, bytes) => {
    file.read(bytes);
    kernel32.SetFilePointerEx(file.handle, BigInt(3 * PAGE), null, 0);
    file.read(bytes);
    same(bytes, CONTENT.subarray(3 * PAGE, 4 * PAGE));
  });
});

test("a file pointer that was moved between sectors, which Windows refuses to read at, is read at all the same", () => {
  onFile((file, bytes) => {
    // Where the device wants memory aligned to more than 4 bytes, Windows refuses that already.
    if (!kernel32.SetFilePointerEx(file.handle, 100n, null, 0)) return;
    const results: FakeTransferResult[] = [
      { count: 0, error: ERROR_INVALID_PARAMETER },
      { count: 2 * PAGE },
    ];
    const calls = withFakeTransfers((_, i) => results[i]!, () => {
      assertEquals(file.read(bytes), PAGE);
    });
    assertEquals(calls.map(({ place }) => place), [undefined, 0n]);
    assertEquals(file.seek(0, "current"), 100 + PAGE);
  });
});

test("what else fails at the file pointer is not tried again", () => {
  onFile((file, bytes) => {
    for (const error of [ERROR_LOCK_VIOLATION, ERROR_INVALID_PARAMETER]) {
      for (const transfer of ["read", "write"] as const) {
        const places = placesOf(() => {
          assertThrows(() => file[transfer](bytes), Win32Error);
        }, { count: 0, error });
        assertEquals(places.length, 1);
        assertEquals(file.seek(0, "current"), 0);
        file.seek(0);
        file.read(bytes);
        kernel32.SetFilePointerEx(file.handle, 0n, null, 0);
      }
    }
  });
});

test("append goes to the end, wherever the file pointer is", () => {
  using folder = tempFolder();
  const path = folder.file("a");
  using memory = new AlignedBuffer(PAGE);
  {
    using file = openSync(path, {
      append: true,
      create: true,
      read: true,
      unbuffered: true,
    });
    memory.bytes.fill(1);
    file.write(memory.bytes);
    file.seek(0);
    file.read(memory.bytes);
    memory.bytes.fill(2);
    file.write(memory.bytes);
    file.write(new Uint8Array(3).fill(3));
    file.write(memory.bytes);
    assertEquals(file.size(), 3 * PAGE + 3);
  }
  using plain = openSync(path);
  const content = plain.readAll();
  assertEquals(
    [0, PAGE, 2 * PAGE, 2 * PAGE + 3, 3 * PAGE + 2].map((at) => content[at]),
    [1, 2, 3, 2, 2],
  );
});
