// portable

import { assertEquals, assertNotStrictEquals } from "@std/assert";
import { test } from "node:test";
import { Collector } from "../../../src/file/collector.ts";

test("Collector grows beyond what was expected and keeps what it has", () => {
  const collector = new Collector(10);
  const expected: number[] = [];
  for (let i = 0; expected.length < 20_000; i++) {
    const room = collector.room();
    const count = Math.min(room.length, 777);
    room.fill(i, 0, count);
    collector.took(count);
    for (let k = 0; k < count; k++) expected.push(i & 255);
  }
  assertEquals(collector.length, expected.length);
  assertEquals(Array.from(collector.result()), expected);
});

test("Collector always has room, also for exactly what was expected", () => {
  const collector = new Collector(8192);
  collector.took(8192);
  assertEquals(collector.room().length, 1);
});

test("Collector gives memory of its own size away", () => {
  const collector = new Collector(0);
  collector.room()[0] = 5;
  collector.took(1);
  const result = collector.result();
  assertEquals(result.buffer.byteLength, 1);
  assertNotStrictEquals(result.buffer, collector.room().buffer);
});
