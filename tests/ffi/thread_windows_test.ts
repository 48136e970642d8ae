import { test } from "node:test";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import type { Backend, WordFunction } from "../../ffi/backend.ts";
import type { Handle } from "../../ffi/handle.ts";
import {
  argumentOffset,
  NO_ARGUMENT,
  RESULT,
} from "../../ffi/capture/block.ts";
import { CODE_SIZE, codeImage } from "../../ffi/capture/image.ts";
import { selectBackend } from "../../ffi/select.ts";
import { Thread, thread } from "../../ffi/thread.ts";
import { failingCalls, failingWrite } from "../support/failing_calls.ts";
import { bindAll } from "../support/prototypes.ts";
import { tempFolder } from "../support/temp_folder.ts";

const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

test("Thread captures in the same frame", () => {
  assertEquals(thread().capture, "same-frame");
});

test("Thread leaves its routine in a page that is executable, not writable", () => {
  const { routine } = routineOf(selectBackend());
  const { protect, state } = queryPage(routine);
  assertEquals(state, 0x1000); // MEM_COMMIT
  assertEquals(protect, PAGE_EXECUTE_READ);
});

test("Thread leaves its blocks in a page that is writable, not executable", () => {
  const { table } = routineOf(selectBackend());
  assertEquals(queryPage(table.cell().address).protect, PAGE_READWRITE);
});

test("Thread never asks for memory that is writable and executable", () => {
  const { protections } = routineOf(selectBackend());
  assertEquals(protections, [
    PAGE_READWRITE,
    PAGE_EXECUTE_READ,
  ]);
});

test("Thread leaves the memory behind that page as it was", () => {
  const { routine } = routineOf(selectBackend());
  const behind = queryPage(routine + BigInt(CODE_SIZE));
  assertEquals(behind.protect, PAGE_READWRITE);
});

test("Thread has written the routine of this processor", () => {
  const backend = selectBackend();
  const { routine } = routineOf(backend);
  const { bytes } = codeImage(backend.architecture);
  assertEquals(new Uint8Array(backend.memory(routine, bytes.length)), bytes);
});

test("Thread registers how the system unwinds its routine", () => {
  const backend = selectBackend();
  const { routine } = routineOf(backend);
  const { functionTable } = codeImage(backend.architecture);
  const { RtlLookupFunctionEntry } = backend.bind("ntdll.dll", {
    RtlLookupFunctionEntry: 3,
  });
  const imageBase = new BigUint64Array(new ArrayBuffer(8));
  for (const offset of [0, 20, 60]) {
    imageBase[0] = 0n;
    const found = RtlLookupFunctionEntry(
      routine + BigInt(offset),
      backend.addressOf(imageBase),
      0n,
    );
    assertEquals(
      [found, imageBase[0]],
      [routine + BigInt(functionTable), routine],
    );
  }
});

test("Thread calls right in its fall-back, and its codes are right", () => {
  const table = new Thread(selectBackend(), false);
  assertEquals(table.capture, "after-call");
  assertCallsRight(table);
});

test("Thread falls back by itself where VirtualProtect refuses", () => {
  const backend = selectBackend();
  const table = new Thread({
    ...backend,
    bind(library, exports) {
      const bound = backend.bind(library, exports);
      return { ...bound, VirtualProtect: () => 0n };
    },
  });
  assertEquals(table.capture, "after-call");
  assertCallsRight(table);
});

test("Thread calls right in the same frame", () => {
  const table = new Thread(selectBackend());
  assertEquals(table.capture, "same-frame");
  assertCallsRight(table);
});

test("Thread passes one and two buffers where they belong", () => {
  for (const executable of [true, false]) {
    const table = new Thread(selectBackend(), executable);
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

test("Thread calls functions of other libraries, and captures their last errors", () => {
  for (const executable of [true, false]) {
    const table = new Thread(selectBackend(), executable);
    const { view, buffersAt, call1 } = table.frame(
      "ConvertStringSecurityDescriptorToSecurityDescriptorW",
      4,
      "advapi32.dll",
    );
    const text = Uint16Array.from("D:\0", (unit) => unit.charCodeAt(0));
    view.setBigUint64(argumentOffset(1), 99n, true); // a revision that there is not
    view.setBigUint64(argumentOffset(2), table.cell().address, true);
    buffersAt(0, NO_ARGUMENT);
    call1(text);
    assertEquals(view.getInt32(RESULT, true), 0);
    assertEquals(table.lastError, 1305); // ERROR_UNKNOWN_REVISION
    assertThrows(
      () => table.frame("NoSuchFunction", 0, "advapi32.dll"),
      Error,
      "NoSuchFunction",
    );
  }
});

/** Writes and reads a file, and lets calls fail, through a table of its own. */
function assertCallsRight(table: Thread): void {
  const kernel32 = bindAll(() => table);
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

/** Makes a Thread, and records what it does with executable memory. */
function routineOf(backend: Backend): {
  table: Thread;
  routine: bigint;
  protections: number[];
} {
  const protections: number[] = [];
  let routine = 0n;
  const table = new Thread({
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
    routineCaller(address) {
      routine = address;
      return backend.routineCaller(address);
    },
  });
  return { table, routine, protections };
}

/** Queries MEMORY_BASIC_INFORMATION of an address. */
function queryPage(address: bigint): { state: number; protect: number } {
  const backend = selectBackend();
  const { VirtualQuery } = backend.bind("kernel32.dll", { VirtualQuery: 3 });
  const information = new Uint8Array(new ArrayBuffer(48));
  const size = VirtualQuery(address, backend.addressOf(information), 48n);
  assertEquals(size, 48n);
  const view = new DataView(information.buffer);
  return { state: view.getUint32(32, true), protect: view.getUint32(36, true) };
}
