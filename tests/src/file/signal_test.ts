// portable

import { getEventListeners } from "node:events";
import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  isAborted,
  listen,
  reasonOf,
  throwIfAborted,
  unlisten,
  untilAborted,
} from "../../../src/file/signal.ts";
import { turns } from "../../support/event_loop.ts";

/** A signal whose own methods fail. */
function failing(signal: AbortSignal): AbortSignal {
  const fail = () => {
    throw new Error("of the signal");
  };
  return Object.defineProperties(signal, {
    addEventListener: { value: fail },
    removeEventListener: { value: fail },
  });
}

test("signals are asked by the methods that all have, or not at all", () => {
  const controller = new AbortController();
  const signal = failing(controller.signal);
  let heard = 0;
  const listener = () => void heard++;
  for (const one of [signal, undefined]) {
    assertEquals(isAborted(one), false);
    throwIfAborted(one);
    listen(one, listener);
  }
  const other = () => void (heard += 10);
  listen(signal, other);
  unlisten(signal, other);
  unlisten(undefined, other);
  controller.abort("stop");
  assertEquals([heard, isAborted(signal), reasonOf(signal)], [1, true, "stop"]);
  let thrown: unknown;
  try {
    throwIfAborted(signal);
  } catch (error) {
    thrown = error;
  }
  assertEquals(thrown, "stop");
  assertThrows(() => throwIfAborted(AbortSignal.abort(new Error("no"))), Error);
});

test("untilAborted() ends with the promise or with the signal, whichever comes first", async () => {
  const reason = new Error("stop");
  const never = new Promise<never>(() => {});
  const settled = Promise.resolve(7);
  assertEquals(await untilAborted(settled, undefined), 7);
  const failing = Promise.reject(new RangeError("of the promise"));
  for (const signal of [undefined, new AbortController().signal]) {
    await assertRejects(
      () => untilAborted(failing, signal),
      RangeError,
      "of the promise",
    );
  }
  await assertRejects(
    () => untilAborted(never, AbortSignal.abort(reason)),
    Error,
    "stop",
  );
  const controller = new AbortController();
  const { signal } = controller;
  assertEquals(await untilAborted(settled, signal), 7);
  await turns();
  assertEquals(getEventListeners(signal, "abort").length, 0);
  const waiting = untilAborted(never, signal);
  controller.abort(reason);
  await assertRejects(() => waiting, Error, "stop");
});
