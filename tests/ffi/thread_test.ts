// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { argumentOffset, RESULT } from "../../ffi/capture/block.ts";
import { workerCaller } from "../../ffi/worker.ts";
import { Thread } from "../../ffi/thread.ts";
import { FakeBackend } from "../support/fake_backend.ts";
import { FakeMemory } from "../support/fake_memory.ts";

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

test("Thread keeps the last error of its own calls", () => {
  const backend = failingBackend();
  const thread = new Thread(backend);
  const fail = thread.frame("Fail", 1);
  for (const code of [5, 0xFFFF_FFFF, 0, 997]) {
    fail.view.setBigUint64(argumentOffset(0), BigInt(code), true);
    fail.call0();
    backend.lastError = 1234; // The runtime's own calls.
    assertEquals(thread.lastError, code);
  }
});

test("Thread shows a function the last error of the calls before it", () => {
  const backend = failingBackend();
  const thread = new Thread(backend);
  const fail = thread.frame("Fail", 1);
  fail.view.setBigUint64(argumentOffset(0), 5n, true);
  fail.call0();
  backend.lastError = 1234;
  // As in C, a call that succeeds leaves the last error alone.
  thread.frame("Succeed", 0).call0();
  assertEquals(thread.lastError, 5);
});

test("Thread makes executable memory, and it is never writable, too", () => {
  const backend = failingBackend();
  const thread = new Thread(backend);
  assertEquals(thread.capture, "same-frame");
  const protections = backend.calls.flatMap(({ name, words }) =>
    name === "VirtualAlloc"
      ? [words[3]]
      : name === "VirtualProtect"
      ? [words[2]]
      : []
  );
  assertEquals(protections, [0x04n, 0x20n]);
});

test("Thread takes the processor's instructions for new after writing them", () => {
  const names = (backend: FakeBackend) => {
    new Thread(backend);
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

test("Thread falls back by itself where executable memory is refused", () => {
  const backend = guardedBackend();
  const thread = new Thread(backend);
  assertEquals(thread.capture, "after-call");
  assertEquals(backend.count("RtlAddFunctionTable"), 0);
});

test("Thread falls back on request, and makes nothing executable", () => {
  const backend = failingBackend();
  const thread = new Thread(backend, false);
  assertEquals(thread.capture, "after-call");
  assertEquals(backend.count("VirtualAlloc"), 1);
  assertEquals(backend.count("VirtualProtect"), 0);
});

test("Thread calls right in its fall-back", () => {
  const backend = guardedBackend();
  const thread = new Thread(backend);
  const add = thread.frame("Add", 2);
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

test("Thread keeps the last error in its fall-back, too", () => {
  const backend = guardedBackend();
  const thread = new Thread(backend);
  const fail = thread.frame("Fail", 1);
  const get = thread.frame("GetLastError", 0);
  for (const code of [5, 997, 0]) {
    fail.view.setBigUint64(argumentOffset(0), BigInt(code), true);
    fail.call0();
    assertEquals(thread.lastError, code);
    backend.lastError = 1234;
    get.call0();
    assertEquals(get.view.getUint32(RESULT, true), code);
    assertEquals(thread.lastError, code);
  }
});

test("Thread says which function kernel32 lacks", () => {
  for (const backend of [failingBackend(), guardedBackend()]) {
    const thread = new Thread(backend);
    assertThrows(
      () => thread.frame("Nothing", 0),
      Error,
      "This system's kernel32.dll does not export Nothing",
    );
  }
});

test("Thread says that there is no memory to start with", () => {
  const backend = new FakeBackend({}, { VirtualAlloc: () => 0n });
  assertThrows(() => new Thread(backend), Error, "VirtualAlloc failed");
});

test("threadCall() says that no function is called on another thread without executable memory", () => {
  assertThrows(
    () => new Thread(guardedBackend()).threadCall("Fail", workerCaller),
    Error,
    "fake cannot call Fail on another thread here",
  );
});

test("threadCall() has a last error of its own", async () => {
  const thread = new Thread(threadedBackend());
  const [a, b] = [
    thread.threadCall("Fail", workerCaller),
    thread.threadCall("Fail", workerCaller),
  ];
  a.view.setBigUint64(argumentOffset(0), 5n, true);
  b.view.setBigUint64(argumentOffset(0), 997n, true);
  await Promise.all([a.call(), b.call()]);
  assertEquals([a.lastError, b.lastError, thread.lastError], [5, 997, 0]);
});

test("threadCall() binds all that a call needs", async () => {
  const backend = threadedBackend();
  let bound = 0;
  const routineCaller = backend.routineCaller.bind(backend);
  backend.routineCaller = (routine) => {
    const caller = routineCaller(routine);
    return {
      ...caller,
      bindThreadCaller() {
        bound++;
        return caller.bindThreadCaller(workerCaller);
      },
    };
  };
  const thread = new Thread(backend);
  assertEquals(bound, 0);
  const call = thread.threadCall("Fail", workerCaller);
  thread.threadCall("Fail", workerCaller);
  assertEquals(bound, 1);
  const before = backend.bound.length;
  await call.call();
  assertEquals([bound, backend.bound.length], [1, before]);
});

test("threadCall() has memory for any number of calls at once, and uses it again", () => {
  const backend = threadedBackend();
  const thread = new Thread(backend);
  const take = () =>
    Array.from({ length: 2000 }, () => thread.threadCall("Fail", workerCaller));
  const calls = take();
  assertEquals(new Set(calls.map(({ view }) => view)).size, 2000);
  const regions = backend.count("VirtualAlloc");
  assert(regions > 1);
  for (const call of calls) call.free();
  take();
  assertEquals(backend.count("VirtualAlloc"), regions);
});

test("Thread says when there is no memory left for calls", () => {
  let left = 1;
  const memory = new FakeMemory();
  const backend = new FakeBackend({}, {
    VirtualAlloc: (_, size) => left-- > 0 ? memory.allocate(Number(size)) : 0n,
  }, memory);
  const thread = new Thread(backend);
  const error = assertThrows(
    () => {
      for (;;) thread.cell();
    },
    Error,
    "VirtualAlloc failed: @kernel32/io has no memory for its calls",
  );
  assertEquals((error as { code?: string }).code, "ENOMEM");
  left = 1;
  assertEquals(thread.cell().view.byteLength, 128);
});

test("Thread gives zeroed memory, even where a call has been", () => {
  const thread = new Thread(threadedBackend());
  const call = thread.threadCall("Fail", workerCaller);
  call.view.setBigUint64(argumentOffset(3), 7n, true);
  call.free();
  const { view } = thread.cell();
  assertEquals(view.byteLength, 128);
  assertEquals(
    new Uint8Array(view.buffer, view.byteOffset, 128),
    new Uint8Array(128),
  );
});

/** A kernel32 whose Fail can be called on "other threads": in a later job. */
function threadedBackend(): FakeBackend {
  return new FakeBackend(
    { Fail: () => 0n },
    {},
    new FakeMemory(),
    async ({ words: [code] }) => {
      await Promise.resolve();
      return { result: 0n, lastError: Number(code) };
    },
  );
}
