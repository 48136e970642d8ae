// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  type FileMode,
  fromHandle,
  type Handle,
  INVALID_HANDLE_VALUE,
  kernel32,
  open,
  OverlappedFile,
  SyncFile,
} from "../../../mod.ts";
import {
  CREATE_ALWAYS,
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  STD_ERROR_HANDLE,
  STD_INPUT_HANDLE,
  STD_OUTPUT_HANDLE,
} from "../../../src/raw.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { assertNoHandleLeftBy } from "../../support/handles.ts";
import { assertRefused } from "../../support/untouched.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

const MODE: FileMode = {
  read: true,
  write: true,
  append: false,
  unbuffered: false,
};

function rawHandle(path: string, flags = 0): Handle {
  const access = (GENERIC_READ | GENERIC_WRITE) >>> 0;
  const handle = kernel32.CreateFileW(
    path,
    access,
    7,
    null,
    CREATE_ALWAYS,
    flags,
    null,
  );
  assert(handle !== INVALID_HANDLE_VALUE);
  return handle;
}

const isOpen = (handle: Handle) => kernel32.GetFileType(handle) !== 0;

/** Collects garbage often enough for files that were dropped. */
async function collectAll(): Promise<void> {
  for (let round = 0; round < 10; round++) {
    collectGarbage();
    await nextJob();
  }
}

test("fromHandle() makes a file of the handle's kind", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const synchronous = fromHandle(rawHandle(path), { path });
  assert(synchronous instanceof SyncFile);
  assertEquals(synchronous.write(Uint8Array.of(1, 2)), 2);
  synchronous.close();
  const overlapped = fromHandle(rawHandle(path, FILE_FLAG_OVERLAPPED));
  assert(overlapped instanceof OverlappedFile);
  assertEquals(await overlapped.write(Uint8Array.of(1, 2)), 2);
  assertEquals(overlapped.path, `handle ${overlapped.handle}`);
  await overlapped.close();
  using named = fromHandle(rawHandle(path), "what errors call it") as SyncFile;
  assertEquals(named.path, "what errors call it");
});

test("fromHandle() of an unbuffered handle begins where its file pointer is, also between sectors", () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const handle = rawHandle(path, FILE_FLAG_NO_BUFFERING);
  using memory = new AlignedBuffer(8192);
  {
    using file = fromHandle(handle, { path, owned: false }) as SyncFile;
    file.writeAll(new Uint8Array(5000).fill(1), { at: 0 });
  }
  // A read to the end leaves the file pointer there, where no program can move it.
  const count = new Uint32Array(1);
  kernel32.SetFilePointerEx(handle, 4096n, null, 0);
  kernel32.ReadFile(handle, memory.address, 4096, count, null);
  assertEquals(count[0], 904);
  using file = fromHandle(handle, path) as SyncFile;
  assertEquals(file.read(memory.bytes), null);
  assertEquals(file.seek(0, "current"), 5000);
  assertEquals(file.write(new Uint8Array(10).fill(2)), 10);
  assertEquals(file.size(), 5010);
  assertEquals(file.seek(-1, "current"), 5009);
  assertEquals(file.readAll(), Uint8Array.of(2));
});

test("fromHandle() refuses what is no handle before any call", () => {
  const call = fromHandle as (handle: unknown) => unknown;
  for (const value of [5, "5", null, undefined]) {
    assertRefused(
      () => call(value),
      TypeError,
      "handle must be a handle (bigint): got",
    );
  }
  assertRefused(
    () => call(INVALID_HANDLE_VALUE),
    TypeError,
    "handle must not be INVALID_HANDLE_VALUE, which a call returns that has failed",
  );
});

test("constructors refuse handles of the other kind", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const overlapped = rawHandle(path, FILE_FLAG_OVERLAPPED);
  const synchronous = rawHandle(path);
  assertThrows(
    () => new SyncFile(overlapped, path, MODE),
    TypeError,
    "use OverlappedFile",
  );
  assertThrows(
    () => new OverlappedFile(synchronous, path, MODE),
    TypeError,
    "use SyncFile",
  );
  new SyncFile(synchronous, path, MODE).close();
  const file = new OverlappedFile(overlapped, path, MODE, {
    maxInFlight: { operations: 1 },
  });
  assertEquals(await file.write(Uint8Array.of(1), { at: 0 }), 1);
  await file.close();
});

test("files with owned: false leave their handles open, closed or dropped", async () => {
  using folder = kernelFolder();
  const handles = [0, FILE_FLAG_OVERLAPPED].map((flags, i) =>
    rawHandle(folder.file(`${i}`), flags)
  );
  for (const handle of handles) {
    const file = fromHandle(handle, { owned: false });
    assertEquals(await file.write(Uint8Array.of(1)), 1);
    await file.close();
    assertEquals(file.closed, true);
    assert(isOpen(handle));
  }
  const [synchronous, overlapped] = handles;
  (() => {
    // The other one is bound to the port of its first file.
    for (let i = 0; i < 100; i++) {
      fromHandle(synchronous!, { owned: false });
    }
  })();
  await collectAll();
  for (const handle of [synchronous!, overlapped!]) {
    assert(isOpen(handle));
    assert(kernel32.CloseHandle(handle));
  }
});

test("the collector leaves the standard handles open", OF_WINDOWS, async () => {
  const which = [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE];
  const standard = which.map(kernel32.GetStdHandle).filter(isOpen);
  assert(standard.length > 0, "the test needs a standard handle");
  (() => {
    for (const handle of standard) {
      for (let i = 0; i < 20; i++) {
        const file = fromHandle(handle, { path: "a standard handle" });
        assertEquals(file.owned, false);
        if (file instanceof OverlappedFile) return;
      }
    }
  })();
  await collectAll();
  assertEquals(standard.map(isOpen), standard.map(() => true));
});

test("fromHandle() leaves no handle behind where it fails", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  await assertNoHandleLeftBy(async () => {
    const file = await open(path, { write: true, create: true });
    // It is bound to a port.
    assertThrows(
      () => fromHandle(file.handle),
      Error,
      "CreateIoCompletionPort",
    );
    await file.close();
    const handle = rawHandle(path);
    assertThrows(() => new OverlappedFile(handle, path, MODE), TypeError);
    kernel32.CloseHandle(handle);
  }, { rounds: 50, most: 25 });
});
