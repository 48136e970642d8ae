import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { yieldTurn } from "../../../src/file/event_loop.ts";

/** Keeps the event loop from turning. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

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
