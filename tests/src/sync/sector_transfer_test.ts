// portable

import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertThrows,
} from "@std/assert";
import {
  AlignedBuffer,
  ERROR_ACCESS_DENIED,
  ERROR_LOCK_VIOLATION,
  ERROR_WRITE_FAULT,
  openSync,
  type SyncFile,
  Win32Error,
} from "../../../mod.ts";
import { pooledMemory } from "../../../src/memory/pooled_memory.ts";
import { BOUNCE_SIZE } from "../../../src/sectors/sector_plan.ts";
import { random } from "../../support/random.ts";
import { Disk } from "../../support/strict_kernel/disk.ts";
import { fail } from "../../support/strict_kernel/failure.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import { replaceFunction } from "../../support/strict_kernel/replaced.ts";
import { STATUS_ACCESS_DENIED } from "../../support/strict_kernel/status.ts";

const PAGE = 4096;
const PATH = "C:\\a";
const CONTENT = random(2).bytes(8 * PAGE + 77);

/** Opens a file unbuffered. */
function openContent(): SyncFile {
  const options = { read: true, write: true, create: true };
  using file = openSync(PATH, options);
  file.writeAll(CONTENT, { at: 0 });
  return openSync(PATH, { ...options, unbuffered: true });
}

/** A transfer: its length, its offset unless it is at the file pointer, and whether the kernel has the caller's own memory. */
type Call = [length: number, place: number | undefined, isLent: boolean];

/** Notes the transfers that are made from now on. */
function watch(kernel: StrictKernel, own: ArrayBufferView): Call[] {
  const calls: Call[] = [];
  const start = kernel.memory.addressOf(own);
  const end = start + BigInt(own.byteLength);
  kernel.io.whenStarted = ({ request }) => {
    const { length, offset, overlapped, data: [range] } = request;
    const place = overlapped === 0n ? undefined : offset;
    const isLent = range!.address >= start && range!.address < end;
    calls.push([length, place, isLent]);
  };
  return calls;
}

strictTest(
  "whole sectors in aligned memory are transferred at the file pointer, without a copy",
  (kernel) => {
    using file = openContent();
    using memory = new AlignedBuffer(2 * PAGE);
    const { bytes } = memory;
    const calls = watch(kernel, bytes);
    assertEquals(file.read(bytes), 2 * PAGE);
    assertEquals(bytes, CONTENT.subarray(0, 2 * PAGE));
    assertEquals(file.write(bytes), 2 * PAGE);
    assertEquals(file.read(bytes.subarray(0, PAGE)), PAGE);
    assertEquals(calls.splice(0), [
      [2 * PAGE, undefined, true],
      [2 * PAGE, undefined, true],
      [PAGE, undefined, true],
    ]);
    // At an offset once, and then at the file pointer.
    file.seek(PAGE);
    for (let i = 0; i < 2; i++) assertEquals(file.read(bytes), 2 * PAGE);
    file.seek(PAGE);
    for (let i = 0; i < 2; i++) assertEquals(file.write(bytes), 2 * PAGE);
    assertEquals(
      calls.splice(0),
      [PAGE, undefined, PAGE, undefined].map((
        place,
      ) => [2 * PAGE, place, true]),
    );
    assertEquals(file.read(bytes, { at: PAGE }), 2 * PAGE);
    assertEquals(file.write(bytes, { at: PAGE }), 2 * PAGE);
    assertEquals(calls.splice(0), [
      [2 * PAGE, PAGE, true],
      [2 * PAGE, PAGE, true],
    ]);
    // What is no whole sector is copied.
    assertEquals(file.read(bytes, { at: 3 }), 2 * PAGE);
    assertEquals(file.read(bytes.subarray(0, 100), { at: 0 }), 100);
    assertEquals(file.read(bytes.subarray(7, 7 + PAGE), { at: 0 }), PAGE);
    assertEquals(calls.some(([, , isLent]) => isLent), false);
  },
);

strictTest(
  "memory of JS that happens to be aligned is lent, if it is long",
  (kernel) => {
    using file = openContent();
    const buffer = new ArrayBuffer(16 * PAGE);
    const address = kernel.memory.addressOf(new Uint8Array(buffer));
    const aligned = PAGE - Number(address % BigInt(PAGE));
    for (
      const [at, length, isLent] of [
        [aligned, 8 * PAGE, true],
        [aligned, 7 * PAGE, false],
        [aligned + 16, 8 * PAGE, false],
      ] as const
    ) {
      const bytes = new Uint8Array(buffer, at, length);
      const calls = watch(kernel, bytes);
      for (const transfer of ["read", "write"] as const) {
        calls.length = 0;
        assertEquals(file[transfer](bytes, { at: 0 }), length);
        assertEquals(calls.every((call) => call[2] === isLent), true);
        if (isLent) assertEquals(calls, [[length, 0, true]]);
        assertEquals(bytes, CONTENT.subarray(0, length));
      }
    }
  },
);

strictTest(
  "the position is behind what a transfer at it has transferred, also if it fails",
  () => {
    using file = openContent();
    const length = 2 * BOUNCE_SIZE;
    file.truncate(length);
    using other = openSync(PATH, { read: true, write: true });
    other.lock({ at: length - PAGE, length: 10 });
    const unused = pooledMemory();
    for (const transfer of ["read", "write"] as const) {
      file.seek(100);
      const { win32, bytesTransferred } = assertThrows(
        () => file[transfer](new Uint8Array(length - 200)),
        Win32Error,
      );
      assertEquals(win32, ERROR_LOCK_VIOLATION);
      assertEquals(bytesTransferred! > 0, true);
      assertEquals(file.seek(0, "current"), 100 + bytesTransferred!);
    }
    assertEquals(pooledMemory(), unused);
  },
);

strictTest("an offset is checked before the file pointer is asked for", () => {
  using file = openContent();
  using _ = replaceFunction(
    "NtQueryInformationFile",
    () => () => BigInt(STATUS_ACCESS_DENIED),
  );
  for (const transfer of ["read", "write"] as const) {
    assertThrows(
      () => file[transfer](new Uint8Array(3), { at: 2 ** 53 - 1 }),
      RangeError,
      "An unbuffered transfer must end before 2^53-2^20",
    );
  }
});

strictTest(
  "a write of sectors of which nothing is taken is an error",
  (kernel) => {
    using file = openContent();
    using memory = new AlignedBuffer(PAGE);
    kernel.io.whenStarted = (operation) =>
      operation.instead = () => ({ status: 0, count: 0 });
    const { win32, syscall, path, bytesTransferred } = assertThrows(
      () => file.write(memory.bytes, { at: 0 }),
      Win32Error,
    );
    assertEquals([win32, syscall, path, bytesTransferred], [
      ERROR_WRITE_FAULT,
      "WriteFile",
      PATH,
      0,
    ]);
  },
);

strictTest(
  "a raw disk is read at its beginning to its end, and not beyond",
  (kernel) => {
    const disk = new Disk({ size: 3 * PAGE });
    disk.bytes.write(0, CONTENT.subarray(0, 3 * PAGE));
    kernel.names.devices.set("physicaldrive1", disk);
    using memory = new AlignedBuffer(4 * PAGE);
    using file = openSync("\\\\.\\PhysicalDrive1");
    assertEquals(file.read(memory.bytes), 3 * PAGE);
    assertEquals(
      memory.bytes.subarray(0, 3 * PAGE),
      CONTENT.subarray(0, 3 * PAGE),
    );
    assertEquals(file.read(memory.bytes), null);
  },
);

strictTest(
  "a refused write of a raw disk says what to do, and a refused read does not",
  (kernel) => {
    kernel.names.devices.set("physicaldrive1", new Disk({ size: 3 * PAGE }));
    using file = openSync("\\\\.\\PhysicalDrive1", { read: true, write: true });
    kernel.io.whenStarted = ({ request }) => {
      if (request.kind !== "control") fail(ERROR_ACCESS_DENIED);
    };
    const messageOf = (run: () => unknown) =>
      assertThrows(run, Win32Error, "ERROR_ACCESS_DENIED").message;
    const bytes = new Uint8Array(PAGE);
    assertMatch(messageOf(() => file.write(bytes)), /lock the volume/);
    assertNotMatch(messageOf(() => file.read(bytes)), /lock the volume/);
  },
);
