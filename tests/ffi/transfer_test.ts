// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { Handle } from "../../ffi/handle.ts";
import { FrameTable } from "../../ffi/lasterror.ts";
import { bindFunction, type BoundFunction } from "../../ffi/marshal.ts";
import * as prototypes from "../../ffi/prototypes.ts";
import { bindTransfer, handleWord, Transfer } from "../../ffi/transfer.ts";
import { FakeBackend } from "../support/fake_backend.ts";

const FILE = 0x84n as Handle;
const WORD = 0x84;

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

test("handleWord() is the part of a handle that counts, with its sign", () => {
  assertEquals(handleWord(0x84n), 0x84);
  assertEquals(handleWord(2n ** 64n - 1n), -1); // INVALID_HANDLE_VALUE
  assertEquals(handleWord(0xFFFF_FFF0n), -16);
});

/** The two ways to have transfers: with routines, and without. */
const TABLES = [
  (backend: FakeBackend) => new FrameTable(backend),
  (backend: FakeBackend) => new FrameTable(backend, false),
];

test("Transfer says whether all was transferred, and what not", () => {
  for (const table of TABLES) {
    const { backend } = fakeWriteFile();
    const transfer = new Transfer("WriteFile", table(backend));
    assertEquals(transfer.here(WORD, new Uint8Array(8), 8), true);
    assertEquals(transfer.lastError, 0);
    assertEquals(transfer.here(0, new Uint8Array(8), 8), false);
    assertEquals([transfer.succeeded, transfer.lastError], [false, 6]);
  }
});

test("Transfer counts what was transferred of more, at the file pointer and at an offset", () => {
  for (const table of TABLES) {
    let count = 0;
    let result = 1n;
    const backend = new FakeBackend({
      ReadFile: (_file, _buffer, _length, at) => {
        backend.at(at!).setUint32(0, count, true);
        return result;
      },
    });
    const transfer = new Transfer("ReadFile", table(backend));
    const bytes = new Uint8Array(8);
    count = 3;
    assertEquals(transfer.here(WORD, bytes, 8), false);
    assertEquals([transfer.succeeded, transfer.count], [true, 3]);
    count = 5;
    assertEquals(transfer.at(WORD, bytes, 8, 0, 0), false);
    assertEquals([transfer.succeeded, transfer.count], [true, 5]);
    count = 8;
    assertEquals(transfer.at(WORD, bytes, 8, 0, 0), true);
    // All was transferred, and yet the call has failed.
    result = 0n;
    assertEquals(transfer.here(WORD, bytes, 8), false);
    assertEquals([transfer.succeeded, transfer.count], [false, 8]);
  }
});

test("Transfer passes what the general function would", () => {
  for (const table of TABLES) {
    const { backend, offsets } = fakeWriteFile();
    const transfer = new Transfer("WriteFile", table(backend));
    const bytes = new Uint8Array(8);
    assertEquals(transfer.here(WORD, bytes, 7), true);
    const [file, buffer, length, , overlapped] = backend.calls
      .find(({ name }) => name === "WriteFile")!.words;
    assertEquals([file, length, overlapped], [FILE, 7n, 0n]);
    assertEquals(buffer, backend.addressOf(bytes));
    assertEquals(offsets, []);
  }
});

test("Transfer.at() sets the offset for every call, whatever the system left there", () => {
  for (const table of TABLES) {
    const { backend, offsets } = fakeWriteFile();
    const transfer = new Transfer("WriteFile", table(backend));
    const bytes = new Uint8Array(8);
    transfer.at(WORD, bytes, 8, 0xFFFF_FFF0, 0x7FFF_FFFF);
    transfer.at(WORD, bytes, 8, 16, 0);
    transfer.here(WORD, bytes, 8);
    assertEquals(offsets, [0x7FFF_FFFF_FFFF_FFF0n, 16n]);
  }
});

test("Transfer.at() begins with a status block of zeros", () => {
  for (const table of TABLES) {
    const seen: bigint[] = [];
    const backend = new FakeBackend({
      WriteFile: (_file, _buffer, length, count, overlapped) => {
        const view = backend.at(overlapped!);
        seen.push(view.getBigUint64(0, true), view.getBigUint64(8, true));
        view.setBigUint64(0, 0x103n, true);
        view.setBigUint64(8, 8n, true);
        backend.at(count!).setUint32(0, Number(length), true);
        return 1n;
      },
    });
    const transfer = new Transfer("WriteFile", table(backend));
    transfer.at(WORD, new Uint8Array(8), 8, 0, 0);
    transfer.at(WORD, new Uint8Array(8), 8, 8, 0);
    assertEquals(seen, [0n, 0n, 0n, 0n]);
  }
});
