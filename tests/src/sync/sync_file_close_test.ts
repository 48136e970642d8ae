import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  FileClosedError,
  kernel32,
  openSync,
  Win32Error,
} from "../../../mod.ts";
import { SyncFile } from "../../../src/sync/sync_file.ts";
import { assertNoHandleLeft } from "../../support/handles.ts";
import { counting, onFile } from "../../support/on_file.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

test("SyncFile refuses what it was not opened for", () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  using writer = openSync(path, { write: true, create: true });
  using reader = openSync(path);
  const one = new Uint8Array(1);
  for (
    const method of [
      () => writer.read(one),
      () => writer.readExactly(one),
      () => writer.readScatter([one]),
    ]
  ) {
    assertThrows(
      method,
      TypeError,
      "not open for reading: open it with read: true",
    );
  }
  for (
    const method of [
      () => reader.write(one),
      () => reader.writeAll(one),
      () => reader.writeGather([one]),
    ]
  ) {
    assertThrows(
      method,
      TypeError,
      "not open for writing: open it with write: true",
    );
  }
});

test("SyncFile refuses every method but `using` once it is closed", () => {
  onFile((file, path) => {
    const one = new Uint8Array(1);
    const methods: Record<string, () => unknown> = {
      allocate: () => file.allocate(1),
      allocatedRanges: () => file.allocatedRanges(),
      close: () => file.close(),
      delete: () => file.delete(),
      deviceIoControl: () => file.deviceIoControl(1),
      flush: () => file.flush(),
      lock: () => file.lock(),
      lockVolume: () => file.lockVolume(),
      read: () => file.read(one),
      readAll: () => file.readAll(),
      readExactly: () => file.readExactly(new Uint8Array(0)),
      readScatter: () => file.readScatter([]),
      rename: () => file.rename("b.bin"),
      sectorSize: () => file.sectorSize(),
      seek: () => file.seek(0),
      setSparse: () => file.setSparse(),
      setValidData: () => file.setValidData(1),
      size: () => file.size(),
      stat: () => file.stat(),
      truncate: () => file.truncate(),
      tryLock: () => file.tryLock(),
      unlock: () => file.unlock(),
      write: () => file.write(one),
      writeAll: () => file.writeAll(new Uint8Array(0)),
      writeGather: () => file.writeGather([]),
      zeroRange: () => file.zeroRange(0, 1),
    };
    const names = new Set<string>();
    for (
      let proto = SyncFile.prototype as object;
      proto !== Object.prototype;
      proto = Object.getPrototypeOf(proto)
    ) {
      for (const name of Object.getOwnPropertyNames(proto)) names.add(name);
    }
    const others = [
      "constructor",
      "handle",
      "mode",
      "closed",
      "check",
      "closeHandle",
    ];
    for (const name of others) names.delete(name);
    assertEquals([...names].sort(), Object.keys(methods).sort());

    assertEquals(file.closed, false);
    file.close();
    assertEquals(file.closed, true);
    for (const [name, method] of Object.entries(methods)) {
      assertThrows(
        method,
        FileClosedError,
        `${name}() needs an open file, and '${path}' has been closed`,
      );
    }
    file[Symbol.dispose]();
  });
});

test(
  "close() gives the handle back, also of a file that was read and written",
  OF_WINDOWS,
  () => {
    for (const unbuffered of [false, true]) {
      using folder = kernelFolder();
      const options = { read: true, write: true, create: true, unbuffered };
      assertNoHandleLeft(() => {
        const file = openSync(folder.file("a"), options);
        file.write(counting(5));
        file.read(counting(5), { at: 0 });
        file.close();
      });
    }
  },
);

test(
  "close() says so if somebody else has closed the handle",
  OF_WINDOWS,
  () => {
    using folder = kernelFolder();
    const file = openSync(folder.file("a"), { write: true, create: true });
    kernel32.CloseHandle(file.handle);
    const error = assertThrows(() => file.close(), Win32Error);
    assertEquals(error.symbol, "ERROR_INVALID_HANDLE");
    assertEquals(error.syscall, "CloseHandle");
    assertEquals(error.code, "EBADF");
    assertEquals(file.closed, true);
    file[Symbol.dispose]();
  },
);

test(
  "SyncFile does not take a handle over that is not a file's",
  OF_WINDOWS,
  () => {
    const event = kernel32.CreateEventW(null, true, false, null);
    const mode = { read: true, write: true, append: false, unbuffered: false };
    const error = assertThrows(
      () => new SyncFile(event, "an event", mode),
      Win32Error,
    );
    assertEquals(error.symbol, "ERROR_INVALID_HANDLE");
    assertEquals(error.path, "an event");
    assert(kernel32.CloseHandle(event));
    assertThrows(
      () => new SyncFile(5 as unknown as typeof event, "a number", mode),
      TypeError,
      "must be a handle (bigint): got 5 (number)",
    );
  },
);
