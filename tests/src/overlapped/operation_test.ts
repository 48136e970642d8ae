// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { FileClosedError, Win32Error } from "../../../mod.ts";
import type { OverlappedHandle } from "../../../src/overlapped/overlapped_handle.ts";
import { Operation } from "../../../src/overlapped/operation.ts";
import {
  assertSettles,
  turnOfTheEventLoop,
  turns,
} from "../../support/event_loop.ts";
import { outcomeOf } from "../../support/overlapped_strict.ts";
import { type Script, ScriptedHandle } from "../../support/scripted_handle.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // It has the texts of errors.

const ERROR_ACCESS_DENIED = 5;
const ERROR_OPERATION_ABORTED = 995;
/** "Not enough memory", "resources", "user buffer", "quota". */
const SHORTAGES = [8, 1450, 1784, 1816];

/** An operation that counts what it releases. */
class Sample extends Operation<number> {
  released = 0;
  onConclude: (count: number) => number | Promise<number> = (count) => count;
  onRelease: () => void = () => {};

  constructor(handle: OverlappedHandle, signal?: AbortSignal, length = 10) {
    const kind = { method: "read", syscall: "ReadFile" };
    super(handle, kind, length, 0, signal);
  }

  call(): boolean {
    throw new Error("The scripted handle makes no call");
  }

  protected conclude(code: number, count: number): number | Promise<number> {
    if (code === ERROR_OPERATION_ABORTED) throw this.abortError();
    if (code !== 0) throw this.win32Error(code, count);
    return this.onConclude(count);
  }

  protected releaseMemory(): void {
    this.released++;
    this.onRelease();
  }
}

/** Asserts that nothing of the operations is left on the handle. */
function assertAllReleased(
  handle: ScriptedHandle,
  operations: readonly Sample[],
): void {
  assertEquals(
    operations.map(({ released }) => released),
    operations.map(() => 1),
  );
  assertEquals(handle.users, 0);
  // The limit has all of its room again.
  assert(handle.limiter.tryAcquire(2 ** 40));
  handle.limiter.release(2 ** 40);
}

/** Keeps the event loop from turning for so long that a turn is due. */
function keepFromTurning(): void {
  const end = performance.now() + 20;
  while (performance.now() < end);
}

/** Fails with a code so many times, and then succeeds. */
function failing(code: number, times: number): Script {
  return () => times-- > 0 ? { code, count: 0 } : { code: 0, count: 10 };
}

/**
 * Tests what happens in a shortage before operations give up, after a second. If the machine has kept the program waiting that long,
 * the test says nothing of the module, and is run again.
 */
function shortageTest(name: string, run: () => Promise<void>): void {
  test(name, async () => {
    for (;;) {
      const start = performance.now();
      try {
        return await run();
      } catch (error) {
        if (performance.now() - start < 1000) throw error;
      }
    }
  });
}

shortageTest(
  "begin() starts again after a shortage while other operations are pending",
  async () => {
    for (const code of SHORTAGES) {
      const handle = new ScriptedHandle(failing(code, 3));
      handle.port.pending = 1;
      const operation = new Sample(handle.asHandle);
      assertEquals(await operation.begin(), 10);
      assertEquals(handle.started.length, 4);
      assertAllReleased(handle, [operation]);
    }
  },
);

test("begin() fails with a shortage when no operation is pending, and with other codes at once", async () => {
  for (
    const [code, pending] of [[1450, 0], [ERROR_ACCESS_DENIED, 1]] as const
  ) {
    const handle = new ScriptedHandle(failing(code, 1));
    handle.port.pending = pending;
    const operation = new Sample(handle.asHandle);
    const error = await assertRejects(() => operation.begin(), Win32Error);
    assertEquals([error.win32, error.path], [code, "path"]);
    assertEquals(handle.started.length, 1);
    assertAllReleased(handle, [operation]);
  }
});

test("begin() fails with a shortage that lasts, though another operation stays pending", async () => {
  const handle = new ScriptedHandle(failing(1450, Infinity));
  handle.port.pending = 1;
  handle.port.afterShortage = () => new Promise((next) => setTimeout(next, 20));
  const operation = new Sample(handle.asHandle);
  const error = await assertRejects(() => operation.begin(), Win32Error);
  assertEquals(error.win32, 1450);
  assert(handle.started.length > 1);
  assertAllReleased(handle, [operation]);
});

shortageTest(
  "an operation on a pipe that waits for resources is not overtaken, and one on a disk is",
  async () => {
    for (const isDisk of [false, true]) {
      for (const isAborted of [false, true]) {
        const controller = new AbortController();
        const failures = failing(1450, 2);
        const script: Script = (started) =>
          started.length === 1 ? failures(started) : { code: 0, count: 10 };
        const handle = new ScriptedHandle(script, { isDisk });
        handle.port.pending = 1;
        const operations = [1, 2, 3].map((length) => {
          const signal = length === 1 ? controller.signal : undefined;
          return new Sample(handle.asHandle, signal, length);
        });
        const ends = operations.map((operation) => operation.begin());
        if (isAborted) controller.abort("stop");
        const outcomes = await Promise.allSettled(ends);
        assertEquals(outcomes.map(outcomeOf), [
          isAborted ? "stop" : 10,
          10,
          10,
        ]);
        const first = isAborted ? [1] : [1, 1, 1];
        const order = isDisk ? [1, 2, 3, ...first.slice(1)] : [...first, 2, 3];
        assertEquals(handle.lengths, order);
        assertAllReleased(handle, operations);
      }
    }
  },
);

shortageTest(
  "an abort and close() end an operation that waits for resources",
  async () => {
    const handle = new ScriptedHandle(failing(1450, Infinity));
    handle.port.pending = 1;
    let wait = Promise.withResolvers<void>();
    handle.port.afterShortage = () => wait.promise;
    const startAgain = async () => {
      const { promise, resolve } = wait;
      wait = Promise.withResolvers();
      resolve();
      await promise;
    };
    const controller = new AbortController();
    const aborted = new Sample(handle.asHandle, controller.signal);
    const closed = new Sample(handle.asHandle);
    const outcomes = Promise.allSettled([aborted.begin(), closed.begin()]);
    await startAgain();
    assertEquals(handle.started.length, 4);
    controller.abort("enough");
    await startAgain();
    assertEquals(handle.started.length, 5);
    handle.closing = true;
    await startAgain();
    const [first, second] = await outcomes;
    assert(first?.status === "rejected" && first.reason === "enough");
    assert(
      second?.status === "rejected" && second.reason instanceof FileClosedError,
    );
    assertAllReleased(handle, [aborted, closed]);
  },
);

test("an operation that is pending on a signal's abort is asked to be cancelled, and settles when it ends", async () => {
  const handle = new ScriptedHandle(() => undefined);
  const controller = new AbortController();
  const operation = new Sample(handle.asHandle, controller.signal);
  let settledWith: unknown;
  const result = operation.begin().catch((reason) => settledWith = reason);
  controller.abort("stop");
  await turns();
  assertEquals(handle.cancelled, [1n]);
  assertEquals([settledWith, operation.released], [undefined, 0]);
  handle.started[0]!.complete(ERROR_OPERATION_ABORTED, 0);
  await result;
  assertEquals(settledWith, "stop");
  assertAllReleased(handle, [operation]);
});

test("an abort after the end asks for no cancellation: the OVERLAPPED is another operation's", async () => {
  const handle = new ScriptedHandle(() => undefined);
  const controller = new AbortController();
  const operation = new Sample(handle.asHandle, controller.signal);
  const result = operation.begin();
  handle.started[0]!.complete(0, 10);
  controller.abort();
  assertEquals(await result, 10);
  assertEquals(handle.cancelled, []);
});

test("an aborted signal comes first: nothing is started and all is released", async () => {
  const signal = AbortSignal.abort("before");
  for (const limit of [{}, { operations: 1 }]) {
    const handle = new ScriptedHandle(() => undefined, { limit });
    const other = new Sample(handle.asHandle);
    const pending = other.begin();
    const operation = new Sample(handle.asHandle, signal);
    await assertRejects(
      () =>
        operation.begin().catch((reason) => {
          throw new Error(reason);
        }),
      Error,
      "before",
    );
    assertEquals(handle.started.length, 1);
    handle.started[0]!.complete(0, 10);
    await pending;
    assertAllReleased(handle, [operation, other]);
  }
});

test("what conclude() throws rejects the promise, and all is released", async () => {
  for (const ends of ["in the call", "later"] as const) {
    const handle = new ScriptedHandle(() =>
      ends === "later" ? undefined : { code: 0, count: 10 }
    );
    const operation = new Sample(handle.asHandle);
    operation.onConclude = () => {
      throw new TypeError("the memory is gone");
    };
    const result = operation.begin();
    if (ends === "later") handle.started[0]!.complete(0, 10);
    await assertRejects(() => result, TypeError, "the memory is gone");
    assertAllReleased(handle, [operation]);
  }
});

test("what the start throws rejects the promise, and all is released", async () => {
  const handle = new ScriptedHandle(() => {
    throw new RangeError("no memory for an OVERLAPPED");
  });
  // More operations than the limit admits at once: each gives its room back.
  const operations = Array.from(
    { length: 2000 },
    () => new Sample(handle.asHandle),
  );
  for (const operation of operations) {
    await assertRejects(() => operation.begin(), RangeError, "no memory");
  }
  assertAllReleased(handle, operations);
});

test("what the start of an operation that waited throws stops no other that waits", async () => {
  let isFirst = true;
  const handle = new ScriptedHandle(({ length }) => {
    if (length === 2) throw new RangeError("of the second");
    if (!isFirst) return { code: 0, count: length };
    isFirst = false;
    return undefined;
  }, { limit: { operations: 1 } });
  const operations = [1, 2, 3, 4].map((length) =>
    new Sample(handle.asHandle, undefined, length)
  );
  const results = Promise.allSettled(
    operations.map((operation) => operation.begin()),
  );
  handle.started[0]!.complete(0, 1);
  assertEquals(
    (await results).map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  assertAllReleased(handle, operations);
});

test("what the release of memory throws leaves neither the promise nor the handle pending", async () => {
  for (const ends of ["in the call", "later"] as const) {
    const handle = new ScriptedHandle(() =>
      ends === "later" ? undefined : { code: 0, count: 10 }
    );
    const operation = new Sample(handle.asHandle);
    operation.onRelease = () => {
      throw new Error("VirtualFree refuses");
    };
    let thrown: unknown;
    let result: Promise<unknown> | undefined;
    try {
      result = operation.begin();
      if (ends === "later") handle.started[0]!.complete(0, 10);
    } catch (error) {
      thrown = error;
    }
    assertEquals(thrown, undefined, `${ends}: others of the batch are lost`);
    await assertSettles(result!);
    assertAllReleased(handle, [operation]);
  }
});

test("operations that end in their call release all at once and settle in order, after a turn of the event loop if one is due", async () => {
  const handle = new ScriptedHandle(({ length }) => ({
    code: length === 1 ? ERROR_ACCESS_DENIED : 0,
    count: length,
  }));
  const settledOnes: (number | string)[] = [];
  const operations: Sample[] = [];
  const start = (length: number) => {
    const operation = new Sample(handle.asHandle, undefined, length);
    operations.push(operation);
    void operation.begin().then(
      (count) => settledOnes.push(count),
      () => settledOnes.push("failed"),
    );
  };
  await turnOfTheEventLoop();
  start(10);
  assertAllReleased(handle, operations);
  await Promise.resolve();
  assertEquals(settledOnes, [10], "at once, while there is time");
  keepFromTurning();
  for (const length of [2, 1, 3]) start(length);
  await Promise.resolve();
  assertAllReleased(handle, operations);
  assertEquals(settledOnes, [10], "not before the event loop turns");
  await turnOfTheEventLoop();
  assertEquals(settledOnes.toSorted(), [10, 2, 3, "failed"]);
  assertEquals(settledOnes.filter((one) => one !== "failed"), [10, 2, 3]);
});

test("a result that rejects while a turn of the event loop is awaited is handled by who awaits the operation", async () => {
  const handle = new ScriptedHandle();
  await turnOfTheEventLoop();
  await new Sample(handle.asHandle).begin();
  keepFromTurning();
  const operation = new Sample(handle.asHandle);
  operation.onConclude = () => Promise.reject(new Error("of the rest"));
  await assertRejects(() => operation.begin(), Error, "of the rest");
  assertAllReleased(handle, [operation]);
});
