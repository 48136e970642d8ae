import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { yieldTurn } from "../../../src/file/event_loop.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps the event loop from turning. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("yieldTurn() lets timers run after some time, and all wait for the same turn", async () => {
  await pause(20);
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
    await pause(20);
    assertEquals(yieldTurn(), undefined);
  }
});
