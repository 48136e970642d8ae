import { test } from "node:test";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../../mod.ts";
import { assertNoHandleLeft } from "../../support/handles.ts";

/** A folder on a disk of 4 MiB. */
const disk = process.env["KERNEL32_IO_SMALL_DISK"];
const skip = disk === undefined;
const MORE_THAN_IT_HOLDS = 6 << 20;

/** Runs a body on a new file of the small disk, buffered and unbuffered. */
function onSmallDisk(run: (file: SyncFile, path: string) => void): void {
  for (const unbuffered of [false, true]) {
    const path = join(disk!, "full.bin");
    const options = { read: true, write: true, create: true, unbuffered };
    using file = openSync(path, { ...options, deleteOnClose: true });
    run(file, path);
  }
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

function assertDiskFull(transfer: () => unknown): number {
  const error = assertThrows(transfer, Win32Error);
  assert(
    ["ERROR_DISK_FULL", "ERROR_HANDLE_DISK_FULL"].includes(error.symbol),
    error.message,
  );
  assertEquals(error.code, "ENOSPC");
  assertEquals(error.syscall, "WriteFile");
  return error.bytesTransferred!;
}

/** Asserts that a file has what an error says was written, and no other bytes before its end. */
function assertKept(path: string, data: Uint8Array, count: number): void {
  const kept = readFileSync(path);
  assert(kept.length >= count, `${kept.length} of ${count} bytes are there`);
  const expected = data.subarray(0, kept.length);
  assert(Buffer.compare(kept, expected) === 0, "the bytes are others");
}

test(
  "write() and writeAll() to a full disk say how much went there, and keep it",
  {
    skip,
  },
  () => {
    const data = pattern(MORE_THAN_IT_HOLDS);
    for (const method of ["write", "writeAll"] as const) {
      onSmallDisk((file, path) => {
        const count = assertDiskFull(() => file[method](data));
        assert(count > 0 && count < data.length, `${count}`);
        assertKept(path, data, count);
        assertEquals(file.seek(0, "current"), count);
      });
    }
  },
);

test(
  "write() at an odd offset to a full disk counts the caller's bytes alone",
  {
    skip,
  },
  () => {
    const data = pattern(MORE_THAN_IT_HOLDS);
    onSmallDisk((file, path) => {
      file.write(data.subarray(0, 100));
      const rest = data.subarray(100);
      const count = assertDiskFull(() => file.write(rest, { at: 100 }));
      assert(count > 0 && count < rest.length, `${count}`);
      assertKept(path, data, 100 + count);
      assertEquals(file.seek(0, "current"), 100);
    });
  },
);

test("write() of an AlignedBuffer to a full disk counts what went there", {
  skip,
}, () => {
  using buffer = new AlignedBuffer(MORE_THAN_IT_HOLDS);
  buffer.bytes.set(pattern(MORE_THAN_IT_HOLDS));
  onSmallDisk((file, path) => {
    const count = assertDiskFull(() => file.write(buffer.bytes));
    assertKept(path, buffer.bytes, count);
  });
});

test("writeGather() to a full disk counts the buffers before, too", {
  skip,
}, () => {
  const data = pattern(MORE_THAN_IT_HOLDS);
  const half = data.length / 2;
  onSmallDisk((file, path) => {
    const parts = [data.subarray(0, half), data.subarray(half)];
    const count = assertDiskFull(() => file.writeGather(parts));
    assert(count >= half && count < data.length, `${count}`);
    assertKept(path, data, count);
  });
});

test(
  "write() to a full disk goes on once there is room again",
  { skip },
  () => {
    const data = pattern(MORE_THAN_IT_HOLDS);
    onSmallDisk((file, path) => {
      assertDiskFull(() => file.write(data));
      assertDiskFull(() => file.write(data, { at: file.size() }));
      file.truncate(1000);
      file.seek(0, "end");
      file.writeAll(data.subarray(1000, 100_000));
      assertKept(path, data.subarray(0, 100_000), 100_000);
    });
  },
);

test("a full disk leaves no handle behind", { skip }, () => {
  const data = new Uint8Array(MORE_THAN_IT_HOLDS);
  assertNoHandleLeft(() =>
    onSmallDisk((file) => void assertDiskFull(() => file.write(data)))
  );
});
