import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  getLastWin32Error,
  kernel32,
  toHandle,
  Win32Error,
} from "../../../mod.ts";
import { callOnThread, ThreadQueue } from "../../../src/file/thread_queue.ts";
import { LONG } from "../../support/long.ts";

const ERROR_INVALID_HANDLE = 6;

test("callOnThread() calls, and throws the error of its own call", async () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  await callOnThread("SetEvent", [event], "an event");
  assertEquals(kernel32.WaitForSingleObject(event, 0), 0);
  kernel32.CloseHandle(event);
  kernel32.SetLastError(4711);
  const error = await assertRejects(
    () => callOnThread("FlushFileBuffers", [toHandle(0x7FFF_0000)], "a path"),
    Win32Error,
  );
  assertEquals([error.win32, error.path], [ERROR_INVALID_HANDLE, "a path"]);
  assertEquals(error.syscall, "FlushFileBuffers");
  assertEquals(getLastWin32Error(), 4711);
});

test("ThreadQueue has no more work run at once than it has threads", async () => {
  const queue = new ThreadQueue(2);
  const { signal } = new AbortController();
  const order: string[] = [];
  let running = 0;
  const work = (name: string) =>
    queue.run(async () => {
      assert(++running <= 2);
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      if (name === "b") throw new Error("b fails");
    }, signal);
  const names = ["a", "b", "c", "d", "e"];
  const results = await Promise.allSettled(names.map(work));
  assertEquals(order, names);
  assertEquals(
    results.map(({ status }) => status).join(),
    [
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ].join(),
  );
  assertEquals(await queue.run(() => Promise.resolve(7), signal), 7);
});

test("ThreadQueue gives up the wait for a thread when the signal is aborted", async () => {
  const queue = new ThreadQueue(1);
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = queue.run(() => promise, controller.signal);
  const second = queue.run(() => Promise.resolve(2), controller.signal);
  const third = queue.run(
    () => Promise.resolve(3),
    new AbortController().signal,
  );
  controller.abort(new Error("stop"));
  await assertRejects(() => second, Error, "stop");
  resolve();
  await first;
  assertEquals(await third, 3);
});

test("ThreadQueue has nothing wait for a thread once the signal has been aborted", async () => {
  const queue = new ThreadQueue(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = queue.run(() => promise, undefined);
  const stopped = AbortSignal.abort(new Error("stop"));
  const second = queue.run(() => Promise.resolve(2), stopped);
  await assertRejects(() => second, Error, "stop");
  resolve();
  await first;
  assertEquals(await queue.run(() => Promise.resolve(3), undefined), 3);
});

test(
  "callOnThread() runs many calls at once, again and again",
  LONG,
  async () => {
    const event = kernel32.CreateEventW(null, true, false, null);
    // More than there are blocks, if a call did not give its own back.
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        Array.from(
          { length: 20 },
          (_, i) =>
            i % 2 === 0 ? callOnThread("SetEvent", [event], "") : assertRejects(
              () => callOnThread("ResetEvent", [3n], ""),
              Win32Error,
            ),
        ),
      );
    }
    kernel32.CloseHandle(event);
  },
);
