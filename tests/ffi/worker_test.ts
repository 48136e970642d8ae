// portable

import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { workerCaller } from "../../ffi/worker.ts";

/** A Worker that does what a test says when it is called, and notes what is done with it. */
class FakeWorker {
  static readonly all: FakeWorker[] = [];
  static reaction: (worker: FakeWorker) => void;
  onmessage: (() => void) | null = null;
  onerror: ((event: { message?: string }) => void) | null = null;
  holds = false;
  terminated = false;
  calls = 0;

  constructor() {
    FakeWorker.all.push(this);
  }

  postMessage(): void {
    this.calls++;
    FakeWorker.reaction(this);
  }

  ref(): void {
    this.holds = true;
  }

  unref(): void {
    this.holds = false;
  }

  terminate(): void {
    this.terminated = true;
  }
}

/** Puts the fake in the place of the runtime's Worker, until the result is disposed. */
function useFakes(): Disposable {
  const scope = globalThis as { Worker?: unknown };
  const original = scope.Worker;
  scope.Worker = FakeWorker;
  FakeWorker.all.length = 0;
  return { [Symbol.dispose]: () => void (scope.Worker = original) };
}

const succeeds = (worker: FakeWorker) =>
  queueMicrotask(() => worker.onmessage!());
const fails = (worker: FakeWorker) =>
  queueMicrotask(() => worker.onerror!({ message: "on purpose" }));
const refuses = () => {
  throw new Error("no memory for the message");
};

test("workerCaller() uses a Worker again that has ended its call", async () => {
  using _ = useFakes();
  const call = workerCaller(1n);
  FakeWorker.reaction = succeeds;
  await call(128n);
  await call(256n);
  assertEquals(FakeWorker.all.length, 1);
  assertEquals(FakeWorker.all[0]!.calls, 2);
  assertEquals(FakeWorker.all[0]!.holds, false);
});

for (
  const [name, reaction] of [["fails", fails], ["refuses", refuses]] as const
) {
  test(`workerCaller() lets go of a Worker that ${name}`, async () => {
    using _ = useFakes();
    const call = workerCaller(1n);
    FakeWorker.reaction = reaction;
    const message = name === "fails"
      ? "A Worker of @kernel32/io failed: on purpose"
      : "no memory for the message";
    await assertRejects(() => call(128n), Error, message);
    const [worker] = FakeWorker.all;
    assertEquals([worker!.holds, worker!.terminated], [false, true]);
    // It is not used again.
    FakeWorker.reaction = succeeds;
    await call(256n);
    assertEquals(FakeWorker.all.map(({ calls }) => calls), [1, 1]);
  });
}
