import { test } from "node:test";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Backend, WordFunction } from "../../ffi/backend.ts";
import type { Handle } from "../../ffi/handle.ts";
import { CODE_SIZE, codeImage } from "../../ffi/code_image.ts";
import type { Kernel32 } from "../../ffi/kernel32.ts";
import { FrameTable, NO_ARGUMENT } from "../../ffi/lasterror.ts";
import { bindFunction } from "../../ffi/marshal.ts";
import { frames } from "../../ffi/mod.ts";
import * as prototypes from "../../ffi/prototypes.ts";
import { selectBackend } from "../../ffi/select.ts";
import { failingCalls, failingWrite } from "../support/failing_calls.ts";
import { tempFolder } from "../support/temp_folder.ts";

const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

test("FrameTable captures in the same frame, and can call on other threads", () => {
  assertEquals(frames().capture, "same-frame");
  assertEquals(frames().hasAside, true);
});

test("FrameTable leaves its routines in a page that is executable, not writable", () => {
  const { routine } = routineOf(selectBackend());
  const { protect, state } = queryPage(routine);
  assertEquals(state, 0x1000); // MEM_COMMIT
  assertEquals(protect, PAGE_EXECUTE_READ);
});

test("FrameTable leaves its blocks in a page that is writable, not executable", () => {
  const { table } = routineOf(selectBackend());
  assertEquals(queryPage(table.cell().address).protect, PAGE_READWRITE);
});

test("FrameTable never asks for memory that is writable and executable", () => {
  const { protections } = routineOf(selectBackend());
  assertEquals(protections, [
    PAGE_READWRITE,
    PAGE_EXECUTE_READ,
  ]);
});

test("FrameTable leaves the memory behind that page as it was", () => {
  const { routine } = routineOf(selectBackend());
  const behind = queryPage(routine + BigInt(CODE_SIZE));
  assertEquals(behind.protect, PAGE_READWRITE);
});

test("FrameTable has written the routines of this processor", () => {
  const backend = selectBackend();
  const { routine } = routineOf(backend);
  const { bytes, frame } = codeImage(backend.architecture);
  const page = backend.memory(routine - BigInt(frame), bytes.length);
  assertEquals(new Uint8Array(page), bytes);
});

test("FrameTable tells the system how to unwind its routines", () => {
  const backend = selectBackend();
  const { routine } = routineOf(backend);
  const { frame, transfers, functionTable, functionCount } = codeImage(
    backend.architecture,
  );
  const page = routine - BigInt(frame);
  const { RtlLookupFunctionEntry } = backend.bind("ntdll.dll", {
    RtlLookupFunctionEntry: 3,
  });
  const imageBase = new BigUint64Array(new ArrayBuffer(8));
  const routines = [frame, ...transfers];
  assertEquals(routines.length, functionCount);
  const size = backend.architecture === "x64" ? 12 : 8;
  for (const [i, start] of routines.entries()) {
    for (const offset of [0, 20, 60]) {
      imageBase[0] = 0n;
      const found = RtlLookupFunctionEntry(
        page + BigInt(start + offset),
        backend.addressOf(imageBase),
        0n,
      );
      assertEquals(
        [found, imageBase[0]],
        [page + BigInt(functionTable + i * size), page],
      );
    }
  }
});

test("FrameTable calls right in its fall-back, and its codes are right", () => {
  const table = new FrameTable(selectBackend(), false);
  assertEquals([table.capture, table.hasAside], ["after-call", false]);
  assertCallsRight(table);
});

test("FrameTable falls back by itself where VirtualProtect refuses", () => {
  const backend = selectBackend();
  const table = new FrameTable({
    ...backend,
    bind(library, exports) {
      const bound = backend.bind(library, exports);
      return { ...bound, VirtualProtect: () => 0n };
    },
  });
  assertEquals([table.capture, table.hasAside], ["after-call", false]);
  assertCallsRight(table);
});

test("FrameTable calls right in the same frame", () => {
  const table = new FrameTable(selectBackend());
  assertEquals(table.capture, "same-frame");
  assertCallsRight(table);
});

test("FrameTable passes one and two buffers where they belong", () => {
  for (const executable of [true, false]) {
    const table = new FrameTable(selectBackend(), executable);
    const frame = table.frame("GetSystemInfo", 1);
    const info = new Uint8Array(48);
    frame.buffersAt(0, NO_ARGUMENT);
    frame.call1(info);
    const pageSize = new DataView(info.buffer).getUint32(4, true);
    assertEquals(pageSize, 4096);
    const unused = new Uint8Array(1);
    const again = new Uint8Array(48);
    frame.buffersAt(NO_ARGUMENT, 0);
    frame.call2(unused, again);
    assertEquals(again, info);
  }
});

/** Writes and reads a file, and lets calls fail, through a table of its own. */
function assertCallsRight(table: FrameTable): void {
  const kernel32 = bindAll(table);
  using folder = tempFolder();
  const file = kernel32.CreateFileW(
    folder.file("file"),
    0xC000_0000, // GENERIC_READ | GENERIC_WRITE
    0,
    null,
    1, // CREATE_NEW
    0,
    null,
  );
  assertNotEquals(file as bigint, 2n ** 64n - 1n);
  const count = new Uint32Array(1);
  const bytes = Uint8Array.of(1, 2, 3);
  assert(kernel32.WriteFile(file, bytes, 3, count, null));
  assertEquals(count[0], 3);
  assert(kernel32.SetFilePointerEx(file, 1n, null, 0));
  const read = new Uint8Array(8);
  assert(kernel32.ReadFile(file, read, 8, count, null));
  assertEquals([count[0], ...read.subarray(0, 2)], [2, 2, 3]);
  assert(kernel32.CloseHandle(file));

  const failing = [...failingCalls(kernel32), failingWrite(kernel32)];
  for (let i = 0; i < 2_000; i++) {
    const { name, code, fail } = failing[i % failing.length]!;
    fail();
    assertEquals([name, table.lastError], [name, code]);
  }
  kernel32.SetLastError(5);
  assertEquals([kernel32.GetLastError(), table.lastError], [5, 5]);
  const sectors = Array.from({ length: 4 }, () => new Uint32Array(1));
  const [, bytesPerSector] = sectors;
  assert(kernel32.GetDiskFreeSpaceW(
    "C:\\",
    sectors[0]!,
    bytesPerSector!,
    sectors[2]!,
    sectors[3]!,
  ));
  assert(bytesPerSector![0]! >= 512);
  assert(kernel32.CloseHandle(0x7FFF_FFF0n as Handle) === false);
}

function bindAll(table: FrameTable): Kernel32 {
  const functions = Object.entries(prototypes).map(([name, prototype]) => [
    name,
    bindFunction(name, prototype, () => table),
  ]);
  return Object.fromEntries(functions);
}

/** Makes a table and tells what it did with executable memory. */
function routineOf(backend: Backend): {
  table: FrameTable;
  routine: bigint;
  protections: number[];
} {
  const protections: number[] = [];
  let routine = 0n;
  const table = new FrameTable({
    ...backend,
    bind<Name extends string>(
      library: string,
      exports: Readonly<Record<Name, number>>,
    ) {
      const bound = backend.bind(library, exports);
      const watched = (name: string, index: number) => {
        const call = (bound as Record<string, WordFunction>)[name]!;
        return (...words: bigint[]) => {
          protections.push(Number(words[index]));
          return call(...words);
        };
      };
      return {
        ...bound,
        VirtualAlloc: watched("VirtualAlloc", 3),
        VirtualProtect: watched("VirtualProtect", 2),
      };
    },
    frameCaller(address) {
      routine = address;
      return backend.frameCaller(address);
    },
  });
  return { table, routine, protections };
}

/** What MEMORY_BASIC_INFORMATION tells of an address. */
function queryPage(address: bigint): { state: number; protect: number } {
  const backend = selectBackend();
  const { VirtualQuery } = backend.bind("kernel32.dll", { VirtualQuery: 3 });
  const information = new Uint8Array(new ArrayBuffer(48));
  const size = VirtualQuery(address, backend.addressOf(information), 48n);
  assertEquals(size, 48n);
  const view = new DataView(information.buffer);
  return { state: view.getUint32(32, true), protect: view.getUint32(36, true) };
}
