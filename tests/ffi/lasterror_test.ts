// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { FrameCaller } from "../../ffi/backend.ts";
import { argumentOffset, FrameTable, RESULT } from "../../ffi/lasterror.ts";
import { FakeBackend } from "../support/fake_backend.ts";

/** A kernel32 whose functions fail with the code that they are given. */
function failingBackend(): FakeBackend {
  const backend = new FakeBackend({
    Fail: (code) => {
      backend.lastError = Number(code);
      return 0n;
    },
    Succeed: () => 1n,
  });
  return backend;
}

/** Refuses to make memory executable, as Arbitrary Code Guard does. */
function guardedBackend(): FakeBackend {
  const backend = new FakeBackend({
    Fail: (code) => {
      backend.lastError = Number(code);
      return 0n;
    },
    Add: (a, b) => a! + b!,
  }, { VirtualProtect: () => 0n });
  return backend;
}

test("FrameTable keeps the last error of its own calls", () => {
  const backend = failingBackend();
  const table = new FrameTable(backend);
  const fail = table.frame("Fail", 1);
  for (const code of [5, 0xFFFF_FFFF, 0, 997]) {
    fail.view.setBigUint64(argumentOffset(0), BigInt(code), true);
    fail.call0();
    backend.lastError = 1234; // The runtime's own calls.
    assertEquals(table.lastError, code);
  }
});

test("FrameTable shows a function the last error of the calls before it", () => {
  const backend = failingBackend();
  const table = new FrameTable(backend);
  const fail = table.frame("Fail", 1);
  fail.view.setBigUint64(argumentOffset(0), 5n, true);
  fail.call0();
  backend.lastError = 1234;
  // As in C, a call that succeeds leaves the last error alone.
  table.frame("Succeed", 0).call0();
  assertEquals(table.lastError, 5);
});

test("FrameTable makes executable memory, and it is never writable, too", () => {
  const backend = failingBackend();
  const table = new FrameTable(backend);
  assertEquals(table.capture, "same-frame");
  const protections = backend.calls.flatMap(({ name, words }) =>
    name === "VirtualAlloc"
      ? [words[3]]
      : name === "VirtualProtect"
      ? [words[2]]
      : []
  );
  assertEquals(protections, [0x04n, 0x20n]);
});

test("FrameTable takes the processor's instructions for new after writing them", () => {
  const names = (backend: FakeBackend) => {
    new FrameTable(backend);
    return backend.calls.map(({ name }) => name);
  };
  assertEquals(names(failingBackend()), [
    "VirtualAlloc",
    "GetModuleHandleW",
    "VirtualProtect",
    "GetCurrentProcess",
    "FlushInstructionCache",
    "RtlAddFunctionTable",
    // Of itself: from now on the frame calls it.
    "GetProcAddress",
  ]);
});

test("FrameTable falls back by itself where executable memory is refused", () => {
  const backend = guardedBackend();
  const table = new FrameTable(backend);
  assertEquals(table.capture, "after-call");
  assertEquals(table.hasAside, false);
  assertEquals(backend.count("RtlAddFunctionTable"), 0);
});

test("FrameTable falls back on request, and makes nothing executable", () => {
  const backend = failingBackend();
  const table = new FrameTable(backend, false);
  assertEquals(table.capture, "after-call");
  assertEquals(backend.count("VirtualAlloc"), 1);
  assertEquals(backend.count("VirtualProtect"), 0);
});

test("FrameTable calls right in its fall-back", () => {
  const backend = guardedBackend();
  const table = new FrameTable(backend);
  const add = table.frame("Add", 2);
  const view = new Uint8Array(4);
  const result = () => add.view.getBigUint64(RESULT, true);
  add.view.setBigUint64(argumentOffset(0), 2n ** 63n, true);
  add.view.setBigUint64(argumentOffset(1), 7n, true);
  add.call0();
  assertEquals(result(), 2n ** 63n + 7n);
  add.buffersAt(1, 9);
  add.call1(view);
  assertEquals(result(), 2n ** 63n + backend.addressOf(view));
  add.buffersAt(0, 1);
  add.call2(view, view.subarray(1));
  assertEquals(result(), 2n * backend.addressOf(view) + 1n);
});

test("FrameTable keeps the last error in its fall-back, too", () => {
  const backend = guardedBackend();
  const table = new FrameTable(backend);
  const fail = table.frame("Fail", 1);
  const get = table.frame("GetLastError", 0);
  for (const code of [5, 997, 0]) {
    fail.view.setBigUint64(argumentOffset(0), BigInt(code), true);
    fail.call0();
    assertEquals(table.lastError, code);
    backend.lastError = 1234;
    get.call0();
    assertEquals(get.view.getUint32(RESULT, true), code);
    assertEquals(table.lastError, code);
  }
});

test("FrameTable says which function kernel32 lacks", () => {
  for (const backend of [failingBackend(), guardedBackend()]) {
    const table = new FrameTable(backend);
    assertThrows(
      () => table.frame("Nothing", 0),
      Error,
      "This system's kernel32.dll does not export Nothing",
    );
  }
});

test("FrameTable says that there is no memory to start with", () => {
  const backend = new FakeBackend({}, { VirtualAlloc: () => 0n });
  assertThrows(() => new FrameTable(backend), Error, "no memory left");
});

test("FrameTable says which runtime cannot call on another thread", () => {
  assertThrows(
    () => new FrameTable(failingBackend()).asideFrame("Fail"),
    Error,
    "fake cannot call Fail on another thread here",
  );
});

test("FrameTable gives frames for other threads a last error of their own", async () => {
  const backend = new BackendWithAside({
    Fail: (code) => {
      backend.lastError = Number(code);
      return 0n;
    },
  });
  const table = new FrameTable(backend);
  const [a, b] = [table.asideFrame("Fail"), table.asideFrame("Fail")];
  a.view.setBigUint64(argumentOffset(0), 5n, true);
  b.view.setBigUint64(argumentOffset(0), 997n, true);
  await Promise.all([a.call(), b.call()]);
  assertEquals([a.lastError, b.lastError, table.lastError], [5, 997, 0]);
});

test("FrameTable has room for hundreds of calls on other threads, and says when it is full", () => {
  const table = new FrameTable(new BackendWithAside({ Succeed: () => 1n }));
  const frames: { free(): void }[] = [];
  const take = () => frames.push(table.asideFrame("Succeed"));
  assertThrows(
    () => {
      while (true) take();
    },
    Error,
    "Too many calls on other threads are under way",
  );
  assert(frames.length >= 256, `${frames.length} frames`);
  assertThrows(() => table.cell(), Error, "Too many calls");
  for (const frame of frames) frame.free();
  for (let i = frames.length; i > 0; i--) take();
  assertThrows(take, Error, "Too many calls");
});

test("FrameTable gives zeroed memory, even where a frame has been", () => {
  const table = new FrameTable(new BackendWithAside({ Succeed: () => 1n }));
  const frame = table.asideFrame("Succeed");
  frame.view.setBigUint64(argumentOffset(3), 7n, true);
  frame.free();
  const { view } = table.cell();
  assertEquals(view.byteLength, 128);
  assertEquals(
    new Uint8Array(view.buffer, view.byteOffset, 128),
    new Uint8Array(128),
  );
});

/** A fake that can call on "other threads": in a later job. */
class BackendWithAside extends FakeBackend {
  override frameCaller(routine: bigint): FrameCaller {
    const caller = super.frameCaller(routine);
    return {
      ...caller,
      async callAside(block) {
        await Promise.resolve();
        caller.bind(block).call0();
      },
    };
  }
}
