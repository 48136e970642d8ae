import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { yieldTurn } from "../../../src/file/event_loop.ts";
import { turnOfTheEventLoop } from "../../support/event_loop.ts";

/** Keeps the event loop from turning. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("yieldTurn() lets timers run after some time, and all wait for the same turn", async () => {
  await turnOfTheEventLoop();
  assertEquals(yieldTurn(), undefined);
  let ticked = false;
  setTimeout(() => ticked = true, 1);
  work(20);
  const turn = yieldTurn();
  assert(turn !== undefined);
  assertStrictEquals(yieldTurn(), turn);
  await turn;
  for (let i = 0; i < 5 && !ticked; i++) {
    work(20);
    await yieldTurn();
  }
  assert(ticked);
});

test("yieldTurn() takes no turn for who comes after a pause", async () => {
  for (let i = 0; i < 3; i++) {
    await turnOfTheEventLoop();
    assertEquals(yieldTurn(), undefined);
  }
});

test("the timers of the time of loading are read at the first use, not at loading", async () => {
  const name = "setImmediate";
  const property = Object.getOwnPropertyDescriptor(globalThis, name)!;
  const real: typeof setImmediate = globalThis[name];
  let reads = 0;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      reads++;
      return real;
    },
  });
  const path = "../../../src/file/event_loop.ts?timers";
  let fresh: { yieldTurn: typeof yieldTurn };
  try {
    fresh = await import(path);
    assertEquals(reads, 0);
    Object.defineProperty(globalThis, name, {
      configurable: true,
      value: () => {
        throw new Error("A clock that stands still");
      },
    });
    assertEquals(fresh.yieldTurn(), undefined);
    work(20);
    const turn = fresh.yieldTurn();
    assertEquals(reads, 1);
    assert(turn !== undefined);
    await turn;
  } finally {
    Object.defineProperty(globalThis, name, property);
  }
});
