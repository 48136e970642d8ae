import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { yieldTurn } from "../../../src/file/event_loop.ts";

/** Keeps the event loop from turning. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Loads the module anew, with the global functions of now. */
function fresh(name: string): Promise<{ yieldTurn: typeof yieldTurn }> {
  return import(`../../../src/file/event_loop.ts?${name}`);
}

test("yieldTurn() takes a turn when a job has taken 8 ms", async () => {
  let time = 1000;
  const { now } = performance;
  performance.now = () => time;
  const { yieldTurn } = await fresh("clock");
  performance.now = now;
  for (const taken of [0, 1, 7.9]) {
    time = 1000 + taken;
    assertEquals(yieldTurn(), undefined, `${taken}`);
  }
  time = 1008;
  const turn = yieldTurn();
  assert(turn !== undefined);
  await turn;
});

test("yieldTurn() takes turns where there is no setImmediate()", async () => {
  const property = Object.getOwnPropertyDescriptor(globalThis, "setImmediate")!;
  let module: Awaited<ReturnType<typeof fresh>>;
  try {
    Reflect.deleteProperty(globalThis, "setImmediate");
    module = await fresh("browser");
  } finally {
    Object.defineProperty(globalThis, "setImmediate", property);
  }
  assertEquals(module.yieldTurn(), undefined);
  work(20);
  const turn = module.yieldTurn();
  assert(turn !== undefined);
  await turn;
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
  try {
    const { yieldTurn } = await fresh("timers");
    assertEquals(reads, 0);
    Object.defineProperty(globalThis, name, {
      configurable: true,
      value: () => {
        throw new Error("A clock that stands still");
      },
    });
    assertEquals(yieldTurn(), undefined);
    work(20);
    const turn = yieldTurn();
    assertEquals(reads, 1);
    assert(turn !== undefined);
    await turn;
  } finally {
    Object.defineProperty(globalThis, name, property);
  }
});
