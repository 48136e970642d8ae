import { test } from "node:test";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { AlignedBuffer, kernel32, openSync, Win32Error } from "../../../mod.ts";
import { isViewAligned } from "../../../src/memory/aligned_buffer.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { assertRefused } from "../../support/untouched.ts";

const MEM_RESERVE = 0x2000;
const MEM_RELEASE = 0x8000;
const PAGE_READWRITE = 0x04;

/** Tells whether nothing lies at an address: a new reservation can be had there. */
function isFree(address: bigint): boolean {
  const reserved = kernel32.VirtualAlloc(
    address,
    4096n,
    MEM_RESERVE,
    PAGE_READWRITE,
  );
  if (reserved === 0n) return false;
  kernel32.VirtualFree(reserved, 0n, MEM_RELEASE);
  return true;
}

test("AlignedBuffer is aligned to 64 KiB, and its bytes are the memory there", () => {
  using buffer = new AlignedBuffer(100);
  assertEquals(buffer.address % 65_536n, 0n);
  assertNotEquals(buffer.address, 0n);
  assertEquals(buffer.byteLength, 100);
  assertEquals(buffer.bytes.length, 100);
  assertEquals(buffer.bytes.byteOffset, 0);
  assert(!isFree(buffer.address));
});

test("AlignedBuffer is zeroed", () => {
  for (let round = 0; round < 3; round++) {
    using buffer = new AlignedBuffer(70_000);
    assert(buffer.bytes.every((byte) => byte === 0));
    buffer.bytes.fill(0xAA); // What the next one would show if it were not.
  }
});

test("AlignedBuffer gives the kernel and JS the same bytes", () => {
  using folder = tempFolder();
  using file = openSync(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  using buffer = new AlignedBuffer(8);
  buffer.bytes.set([1, 2, 3, 4]);
  const count = new Uint32Array(1);
  kernel32.WriteFile(file.handle, buffer.address, 4, count, null);
  assertEquals(count[0], 4);
  kernel32.SetFilePointerEx(file.handle, 0n, null, 0);
  kernel32.ReadFile(file.handle, buffer.address + 4n, 4, count, null);
  assertEquals([...buffer.bytes], [1, 2, 3, 4, 1, 2, 3, 4]);
});

test("AlignedBuffer refuses lengths that cannot be", () => {
  for (const length of [0, -1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertRefused(
      () => new AlignedBuffer(length),
      RangeError,
      `byteLength must be a whole number from 1: got ${length}`,
    );
  }
  for (const length of ["5", 5n, null, undefined, {}]) {
    assertRefused(
      () => new AlignedBuffer(length as unknown as number),
      TypeError,
      "byteLength must be a number: got",
    );
  }
});

test("AlignedBuffer says so when there is no memory", () => {
  const error = assertThrows(() => new AlignedBuffer(2 ** 50), Win32Error);
  assertEquals(error.syscall, "VirtualAlloc");
  assertNotEquals(error.win32, 0);
});

test("AlignedBuffer leaves no memory behind that the runtime cannot show", () => {
  // Not every runtime has an ArrayBuffer of 16 GiB. Whether one has it or not,
  // the second round starts with what the first one did.
  const addresses: bigint[] = [];
  for (let round = 0; round < 2; round++) {
    const reserved = kernel32.VirtualAlloc(null, 2n ** 34n, MEM_RESERVE, 4);
    kernel32.VirtualFree(reserved, 0n, MEM_RELEASE);
    addresses.push(reserved);
    try {
      new AlignedBuffer(2 ** 34).free();
    } catch (error) {
      if (error instanceof Win32Error) continue; // There is less memory.
      assertInstanceOf(error, RangeError);
      const { message } = error as RangeError;
      assert(message.includes("an ArrayBuffer of this runtime can have"));
    }
  }
  // Give or take what other threads have taken meanwhile.
  const distance = addresses[1]! - addresses[0]!;
  assert(distance < 2n ** 34n && -distance < 2n ** 34n, `${addresses}`);
});

test("AlignedBuffer.free() gives the memory back", () => {
  const buffer = new AlignedBuffer(2 ** 20);
  assert(!isFree(buffer.address));
  buffer.free();
  assert(isFree(buffer.address));
});

test("AlignedBuffer.free() detaches every view", () => {
  const buffer = new AlignedBuffer(4096);
  const { bytes } = buffer;
  const part = bytes.subarray(100, 200);
  const words = new Uint32Array(bytes.buffer, 0, 4);
  const view = new DataView(bytes.buffer);
  buffer.free();
  assertEquals(buffer.byteLength, 0);
  assertEquals(buffer.bytes.length, 0);
  for (const array of [bytes, part, words]) {
    assertEquals(array.length, 0);
    assertEquals(array[0], undefined);
    array[0] = 1; // Goes nowhere.
  }
  assertThrows(() => view.getUint8(0), TypeError);
});

test("AlignedBuffer.free() leaves views that no file reads or writes", () => {
  using folder = tempFolder();
  using file = openSync(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  const buffer = new AlignedBuffer(4096);
  const { bytes } = buffer;
  file.write(bytes);
  buffer.free();
  assertRefused(() => file.write(bytes), TypeError, "detached");
  assertRefused(() => file.read(bytes, { at: 0 }), TypeError, "detached");
  assertEquals(file.size(), 4096);
});

test("AlignedBuffer.free() does nothing the second time", () => {
  const buffer = new AlignedBuffer(4096);
  buffer.free();
  using other = new AlignedBuffer(4096); // Where the first one was, likely.
  buffer.free();
  buffer[Symbol.dispose]();
  other.bytes[0] = 7;
  assertEquals(other.bytes[0], 7);
});

test("AlignedBuffer is freed at the end of its scope", () => {
  let address: bigint;
  {
    using buffer = new AlignedBuffer(65_536);
    address = buffer.address;
  }
  assert(isFree(address));
});

test("AlignedBuffer gives its memory back when it is dropped", async () => {
  const addresses: bigint[] = [];
  (() => {
    for (let i = 0; i < 200; i++) {
      const buffer = new AlignedBuffer(2 ** 20);
      buffer.bytes[0] = 1;
      addresses.push(buffer.address);
    }
  })();
  let free = 0;
  for (let round = 0; round < 20 && free < 190; round++) {
    collectGarbage();
    await nextJob();
    free = addresses.filter(isFree).length;
  }
  // A few may still be found on the stack, or their place be taken again.
  assert(free >= 190, `only ${free} of 200 were given back`);
});

test("AlignedBuffer keeps its memory as long as there is a view", async () => {
  const views: Uint8Array[] = [];
  const addresses: bigint[] = [];
  (() => {
    for (let i = 0; i < 50; i++) {
      const buffer = new AlignedBuffer(65_536);
      buffer.bytes.fill(i);
      views.push(buffer.bytes.subarray(4096, 8192));
      addresses.push(buffer.address);
    }
  })();
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    await nextJob();
  }
  assertEquals(addresses.filter(isFree), []);
  views.forEach((view, i) => assert(view.every((byte) => byte === i)));
});

test("isViewAligned() goes by the address of the first byte", () => {
  using buffer = new AlignedBuffer(16_384);
  const { bytes } = buffer;
  for (const offset of [0, 512, 1024, 4096, 8192]) {
    const view = bytes.subarray(offset);
    assertEquals(isViewAligned(view, 512), true, `${offset}`);
    assertEquals(isViewAligned(view, 4096), offset % 4096 === 0, `${offset}`);
    assertEquals(isViewAligned(bytes.subarray(offset + 1), 512), false);
  }
  assert(isViewAligned(new DataView(bytes.buffer, 512), 512));
  assert(isViewAligned(new Uint32Array(bytes.buffer, 4096), 4096));
});

test("isViewAligned() knows of memory that is no AlignedBuffer's, too", () => {
  // Of any 4096 neighbouring addresses exactly one is a multiple of 4096.
  const bytes = new Uint8Array(new ArrayBuffer(16_384));
  const aligned = [];
  for (let offset = 0; offset < 8192; offset++) {
    if (isViewAligned(bytes.subarray(offset), 4096)) aligned.push(offset);
  }
  assertEquals(aligned.length, 2);
  assertEquals(aligned[1]! - aligned[0]!, 4096);
});

test("AlignedBuffer is an object that `using` takes", () => {
  const buffer = new AlignedBuffer(1);
  assertInstanceOf(buffer[Symbol.dispose], Function);
  buffer.free();
});
