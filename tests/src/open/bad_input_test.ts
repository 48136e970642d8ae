// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { kernel32, openSync, type PositionOptions } from "../../../mod.ts";
import { SyncFile } from "../../../src/sync/sync_file.ts";
import { assertNoHandleLeft } from "../../support/handles.ts";
import { assertRefused } from "../../support/untouched.ts";
import {
  fileOf,
  kernelFolder,
  OF_WINDOWS,
} from "../../support/windows_or_strict.ts";

/**
 * A file that takes itself for readable and writable while its handle has no
 * access at all: a transfer that reaches the system fails and leaves its code.
 */
function powerless(path: string, unbuffered: boolean): SyncFile {
  fileOf(path, "hello");
  const handle = kernel32.CreateFileW(path, 0, 7, null, 3, 0x80, null);
  const mode = { read: true, write: true, append: false, unbuffered };
  return new SyncFile(handle, path, mode);
}

type Transfer = (buffer: unknown, options?: unknown) => unknown;

/** Runs a body for every method that transfers bytes. */
function forTransfers(run: (transfer: Transfer, name: string) => void): void {
  using folder = kernelFolder();
  for (const unbuffered of [false, true]) {
    using file = powerless(folder.file(`${unbuffered}`), unbuffered);
    for (
      const name of ["read", "readExactly", "write", "writeAll"] as const
    ) {
      run(
        (buffer, options) =>
          file[name](buffer as Uint8Array, options as PositionOptions),
        name,
      );
    }
    for (const name of ["readScatter", "writeGather"] as const) {
      run((buffer, options) =>
        file[name](
          [new Uint8Array(1), buffer as Uint8Array],
          options as PositionOptions,
        ), name);
    }
    // What is refused above would have failed here.
    assertThrows(
      () => file.read(new Uint8Array(1)),
      Error,
      "(ERROR_ACCESS_DENIED, 5)",
    );
    assertThrows(
      () => file.write(new Uint8Array(1)),
      Error,
      "(ERROR_ACCESS_DENIED, 5)",
    );
  }
}

const BUFFER_NAMES: Readonly<Record<string, string>> = {
  read: "buffer",
  readExactly: "buffer",
  write: "data",
  writeAll: "data",
};

test("transfers refuse buffers that are none, and say what to hand in", () => {
  forTransfers((transfer, method) => {
    const name = BUFFER_NAMES[method] ?? "each of buffers";
    for (
      const value of [
        undefined,
        null,
        "text",
        5,
        {},
        [1, 2],
        new ArrayBuffer(4),
      ]
    ) {
      assertRefused(
        () => transfer(value),
        TypeError,
        `${name} must be a Uint8Array or another ArrayBufferView: got`,
      );
    }
  });
});

test("transfers refuse detached memory", () => {
  const detached = new Uint8Array(8);
  structuredClone(detached, { transfer: [detached.buffer] });
  forTransfers((transfer) => {
    assertRefused(() => transfer(detached), TypeError, "detached ArrayBuffer");
  });
});

test("transfers take shared and resizable memory", () => {
  using folder = kernelFolder();
  using file = openSync(folder.file("memory.bin"), {
    read: true,
    write: true,
    create: true,
  });
  const memories = [
    new SharedArrayBuffer(8),
    new ArrayBuffer(8, { maxByteLength: 16 }),
  ];
  for (const memory of memories) {
    for (const view of [new Uint8Array(memory), new DataView(memory, 4)]) {
      const bytes = new Uint8Array(memory);
      bytes.set([1, 2, 3, 4, 5, 6, 7, 8]);
      assertEquals(file.write(view, { at: 0 }), view.byteLength);
      bytes.fill(0);
      assertEquals(file.read(view, { at: 0 }), view.byteLength);
      const expected = [1, 2, 3, 4, 5, 6, 7, 8].fill(0, 0, view.byteOffset);
      assertEquals([...bytes], expected);
    }
  }
});

test("transfers refuse offsets that cannot be, and name the value", () => {
  forTransfers((transfer, name) => {
    const buffer = new Uint8Array(1);
    for (const at of [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53]) {
      assertRefused(
        () => transfer(buffer, { at }),
        RangeError,
        `at must be a whole number from 0 to 2^53-1, or a bigint beyond: got ${at}`,
      );
    }
    for (const at of [-1n, 2n ** 63n]) {
      assertRefused(
        () => transfer(buffer, { at }),
        RangeError,
        `at must be from 0 to 2^63-1: got ${at}`,
      );
    }
    for (const at of ["0", null, {}, true]) {
      assertRefused(
        () => transfer(buffer, { at }),
        TypeError,
        "at must be a number or a bigint: got",
      );
    }
    assertEquals(typeof name, "string");
  });
});

test("transfers refuse options that are no object", () => {
  forTransfers((transfer) => {
    for (const options of [0, 5n, null, "end", true]) {
      assertRefused(
        () => transfer(new Uint8Array(1), options),
        TypeError,
        "options must be an object such as { at: 0 }: got",
      );
    }
  });
});

test("readScatter() and writeGather() refuse what is no list of buffers", () => {
  using folder = kernelFolder();
  using file = powerless(folder.file("a"), false);
  for (const list of [undefined, null, 5, new Uint8Array(4), "text"]) {
    const buffers = list as unknown as Uint8Array[];
    const part = "buffers must be a list of buffers, such as [header, body]";
    assertRefused(() => file.readScatter(buffers), TypeError, part);
    assertRefused(() => file.writeGather(buffers), TypeError, part);
  }
});

test("writeGather() writes nothing if the last buffer will not do", () => {
  using folder = kernelFolder();
  using file = openSync(folder.file("a"), { write: true, create: true });
  assertThrows(
    () => file.writeGather([new Uint8Array(5), "x" as unknown as Uint8Array]),
    TypeError,
    "each of buffers must be",
  );
  assertEquals(file.size(), 0);
});

test("an unbuffered file refuses offsets that JS cannot count exactly", () => {
  using folder = kernelFolder();
  using file = powerless(folder.file("a"), true);
  const data = new Uint8Array(5000);
  for (const at of [2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n]) {
    const part =
      `An unbuffered transfer must end before 2^53-2^20: got at ${at} and 5000`;
    assertRefused(() => file.read(data, { at }), RangeError, part);
    assertRefused(() => file.write(data, { at }), RangeError, part);
  }
});

test("sizes and lengths that cannot be are refused, and named", () => {
  using folder = kernelFolder();
  using file = powerless(folder.file("a"), false);
  const methods = {
    size: [
      (value: number) => file.truncate(value),
      (value: number) => file.allocate(value),
    ],
    length: [
      (value: number) => file.setValidData(value),
      (value: number) => file.lock({ length: value }),
      (value: number) => file.unlock({ length: value }),
    ],
    at: [
      (value: number) => file.lock({ at: value }),
      (value: number) => file.unlock({ at: value }),
    ],
  };
  for (const [name, calls] of Object.entries(methods)) {
    for (const call of calls) {
      for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
        assertRefused(
          () => call(value),
          RangeError,
          `${name} must be a whole number from 0 to 2^53-1, or a bigint beyond: got ${value}`,
        );
      }
      for (const value of [-1n, 2n ** 63n] as unknown as number[]) {
        assertRefused(
          () => call(value),
          RangeError,
          `${name} must be from 0 to 2^63-1: got ${value}`,
        );
      }
      for (const value of ["5", null, {}] as unknown as number[]) {
        assertRefused(
          () => call(value),
          TypeError,
          `${name} must be a number or a bigint: got`,
        );
      }
    }
  }
});

test("seek() refuses what is no offset or no origin", () => {
  using folder = kernelFolder();
  using file = powerless(folder.file("a"), false);
  const seek = (offset: unknown, origin?: unknown) => () =>
    file.seek(offset as number, origin as "start");
  for (const offset of [0.5, NaN, Infinity, 2 ** 53]) {
    assertRefused(
      seek(offset),
      RangeError,
      `offset must be a whole number or a bigint: got ${offset}`,
    );
  }
  for (const offset of ["5", null, undefined, {}]) {
    assertRefused(
      seek(offset),
      TypeError,
      "offset must be a whole number or a bigint: got",
    );
  }
  for (const origin of ["begin", 3, -1, 0.5, NaN, null]) {
    assertRefused(
      seek(0, origin),
      TypeError,
      'origin must be "start", "current" or "end", or Deno.SeekMode\'s 0, 1 or 2: got',
    );
  }
});

test("lock(), tryLock() and unlock() refuse names that they do not know", () => {
  using folder = kernelFolder();
  using file = powerless(folder.file("a"), false);
  const range = { offset: 4, length: 4 };
  for (const method of ["lock", "tryLock", "unlock"] as const) {
    assertRefused(
      () => file[method](range),
      TypeError,
      `"offset" is no option of ${method}(). The options are at, length`,
    );
  }
});

test("lock() and unlock() refuse options of the wrong type", () => {
  using folder = kernelFolder();
  using file = powerless(folder.file("a"), false);
  const lock = file.lock.bind(file) as (options: unknown) => void;
  const unlock = file.unlock.bind(file) as (options: unknown) => void;
  assertRefused(
    () => lock({ exclusive: 1 }),
    TypeError,
    "exclusive must be true or false: got 1 (number)",
  );
  assertRefused(
    () => lock({ wait: "no" }),
    TypeError,
    'wait must be true or false: got the string "no"',
  );
  for (const value of [null, 5, "all", 5n]) {
    const part = "must be an object that may have at, length, exclusive";
    assertRefused(() => lock(value), TypeError, part);
    assertRefused(() => unlock(value), TypeError, part);
  }
});

test("bad input leaves no handle behind", OF_WINDOWS, () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const options = { read: true, write: true, create: true };
  assertNoHandleLeft(() => {
    using file = openSync(path, options);
    assertThrows(() => file.read("text" as unknown as Uint8Array));
    assertThrows(() => file.write(new Uint8Array(1), { at: -1 }));
    assertThrows(() => file.seek(-1));
    assertThrows(() => file.lock({ at: -1 }));
    assertThrows(() => openSync(path, { ...options, preallocate: NaN }));
    assertThrows(() => openSync(`${path}\0`, options));
  });
});
