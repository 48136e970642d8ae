// portable

import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  afterJob,
  delay,
  now,
  yieldTurn,
} from "../../../src/file/event_loop.ts";
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

test("afterJob() runs when the job has ended, before the next turn", async () => {
  const order: string[] = [];
  setTimeout(() => order.push("turn"), 0);
  afterJob(() => order.push("after"));
  order.push("job");
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(order, ["job", "after", "turn"]);
});

test("delay() ends after its time, or when it is cancelled", async () => {
  await delay(1).ended;
  const { ended, cancel } = delay(2 ** 30);
  cancel();
  await ended;
});

test("now() never goes back", async () => {
  const before = now();
  await delay(1).ended;
  assert(now() >= before);
});
