// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { Handle } from "../../ffi/handle.ts";
import { FrameTable } from "../../ffi/lasterror.ts";
import { bindFunction, type BoundFunction } from "../../ffi/marshal.ts";
import * as prototypes from "../../ffi/prototypes.ts";
import { bindTransfer } from "../../ffi/transfer.ts";
import { FakeBackend } from "../support/fake_backend.ts";

const FILE = 0x84n as Handle;

/** A WriteFile that writes all it is given, at an offset or not. */
function fakeWriteFile(): { backend: FakeBackend; offsets: bigint[] } {
  const offsets: bigint[] = [];
  const backend = new FakeBackend({
    WriteFile: (file, _buffer, length, count, overlapped) => {
      if (file !== FILE) {
        backend.lastError = 6;
        return 0n;
      }
      if (count !== 0n) backend.at(count!).setUint32(0, Number(length), true);
      if (overlapped !== 0n) {
        // As Windows may: none of it is left as it was.
        const view = backend.at(overlapped!);
        offsets.push(view.getBigUint64(16, true));
        for (let i = 0; i < 32; i += 8) view.setBigUint64(i, 0xEEn, true);
      }
      return 1n;
    },
  });
  return { backend, offsets };
}

/** Binds WriteFile, and tells which calls the general function got. */
function boundWriteFile(): {
  backend: FakeBackend;
  write: BoundFunction;
  general: unknown[][];
} {
  const { backend } = fakeWriteFile();
  const table = new FrameTable(backend);
  const slow = bindFunction("WriteFile", prototypes.WriteFile, () => table);
  const general: unknown[][] = [];
  const write = bindTransfer("WriteFile", (...args) => {
    general.push(args);
    return slow(...args);
  }, () => table);
  return { backend, write, general };
}

test("bindTransfer() passes the usual arguments as the general function does", () => {
  const { backend, write, general } = boundWriteFile();
  const bytes = new Uint8Array(8);
  const count = new Uint32Array(1);
  const usual = [FILE, bytes, 5, count, null] as const;
  assertEquals(write(...usual), true);
  assertEquals([general.length, count[0]], [0, 5]);
  assertEquals(write(FILE, bytes, 5, count, 0n), true);
  assertEquals(general.length, 1);
  const [fast, slow] = backend.calls
    .filter(({ name }) => name === "WriteFile")
    // Each has its own place for the count.
    .map(({ words: [file, buffer, length, , overlapped] }) => [
      ...[file, buffer, length, overlapped],
    ]);
  assertEquals(fast, slow);
});

test("bindTransfer() tells what was transferred, all or less, and that the call failed", () => {
  let transferred = 0;
  let result = 1n;
  const backend = new FakeBackend({
    ReadFile: (_file, _buffer, _length, count) => {
      backend.at(count!).setUint32(0, transferred, true);
      return result;
    },
  });
  const read = bindTransfer(
    "ReadFile",
    () => {
      throw new Error("This is not unusual");
    },
    () => table,
  );
  const table = new FrameTable(backend);
  const count = new Uint32Array(1);
  const call = () => read(FILE, new Uint8Array(8), 8, count, null);
  for (
    const [bytes, outcome] of [[8, 1n], [3, 1n], [0, 1n], [5, 0n]] as const
  ) {
    transferred = bytes;
    result = outcome;
    assertEquals([call(), count[0]], [outcome === 1n, bytes]);
  }
});

test("bindTransfer() knows each handle from the one before", () => {
  const { backend, write, general } = boundWriteFile();
  const bytes = new Uint8Array(8);
  const count = new Uint32Array(1);
  const handles = [FILE, 0x88n, 0x88n, FILE, 2n ** 64n - 1n, 0x1_0000_0084n];
  for (const handle of handles) write(handle, bytes, 5, count, null);
  assertEquals(
    backend.calls.filter(({ name }) => name === "WriteFile")
      .map(({ words }) => words[0]),
    handles,
  );
  assertEquals(general.length, 1); // that of more than 32 bits
});

test("bindTransfer() leaves all other arguments to the general function", () => {
  const { backend, write, general } = boundWriteFile();
  const bytes = new Uint8Array(8);
  const count = new Uint32Array(1);
  const refused = [
    [1, bytes, 5, count, null],
    [FILE, "bytes", 5, count, null],
    [FILE, bytes, 9, count, null],
    [FILE, bytes, -1, count, null],
    [FILE, bytes, 0.5, count, null],
    [FILE, bytes, NaN, count, null],
    [FILE, bytes, 5, new Uint8Array(3), null],
    [FILE, bytes, 5, [0], null],
    [FILE, bytes, 5, count],
    [FILE, bytes, 9, count, new Uint8Array(32)],
    [FILE, bytes, 5, count, new Uint8Array(31)],
    [FILE, bytes, 5, new Uint32Array(0), new Uint8Array(32)],
    [FILE + 2n ** 64n, bytes, 5, count, null],
    [FILE - 2n ** 64n, bytes, 5, count, new Uint8Array(32)],
  ];
  for (const args of refused) assertThrows(() => write(...args));
  assertEquals(backend.count("WriteFile"), 0);
  const taken = [
    [FILE, null, 0, count, null],
    [FILE, backend.addressOf(bytes), 5, count, null],
    [FILE, bytes, 5, null, null],
    [FILE, bytes, 0, count, null],
    [FILE, bytes, 5, new Uint8Array(4), null],
    [FILE, bytes, 5, null, new Uint8Array(32)],
    [FILE, bytes, 5, new Uint8Array(4), new Uint8Array(32)],
  ];
  for (const args of taken) assertEquals(write(...args), true);
  assertEquals(general.length, refused.length + taken.length);
});

test("bindTransfer() passes an OVERLAPPED as the general function does", () => {
  const { backend, write, general } = boundWriteFile();
  const bytes = new Uint8Array(8);
  const count = Uint32Array.of(77);
  const overlapped = new Uint8Array(32);
  assertEquals(write(FILE, bytes, 5, count, overlapped), true);
  assertEquals([general.length, count[0]], [0, 5]);
  assertEquals(
    overlapped.every((byte, i) => byte === (i % 8 ? 0 : 0xEE)),
    true,
  );
  const { words } = backend.calls.at(-1)!;
  assertEquals(words.slice(0, 3), [FILE, backend.addressOf(bytes), 5n]);
  assertEquals(words[4], backend.addressOf(overlapped));
  // What fails leaves the count.
  assertEquals(write(0n, bytes, 5, count, overlapped), false);
  assertEquals(count[0], 5);
});

test("bindTransfer() leaves nothing of a call for the other way", () => {
  const { backend, write } = boundWriteFile();
  const bytes = new Uint8Array(8);
  const count = new Uint32Array(1);
  write(FILE, bytes, 5, null, new Uint8Array(32));
  write(FILE, bytes.subarray(1), 3, count, null);
  const [file, buffer, length, , overlapped] = backend.calls.at(-1)!.words;
  assertEquals(
    [file, buffer, length, overlapped],
    [FILE, backend.addressOf(bytes) + 1n, 3n, 0n],
  );
});
