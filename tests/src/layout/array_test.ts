// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { array, bytes, struct } from "../../../src/layout/mod.ts";
import { Header, hex, Packet } from "./samples.ts";

test("array() lays its elements out without gaps but their own padding", () => {
  assertEquals(array(Header, 3).size, 24);
  assertEquals(array(array("u8", 3), 4).size, 12);
  assertEquals(array(array("u8", 2), 2).read(hex("01020304")), [[1, 2], [
    3,
    4,
  ]]);
});

test("array() of length 0 has no size, but aligns", () => {
  const Flexible = struct({ size: "u8", items: array("u32", 0) });
  assertEquals(Flexible.offsetOf("items"), 4);
  assertEquals(Flexible.size, 4);
});

test("array() takes typed arrays and refuses another length", () => {
  const data = array("u16", 3);
  assertEquals(data.create(new Uint16Array([1, 2, 3])), hex("010002000300"));
  assertThrows(() => data.create([1, 2]), RangeError, "exactly 3 elements");
  assertThrows(() => Packet.create({ data: [1] }), RangeError, '"data"');
  assertThrows(() => data.create("abc" as never), TypeError, '"abc"');
});

test("bytes() refuses numbers that are no bytes, and another length", () => {
  assertEquals(bytes(2).create([1, 255]), hex("01ff"));
  assertThrows(() => bytes(2).create([1, 256]), RangeError, "[1]");
  assertThrows(() => bytes(2).create(hex("010203")), RangeError, "exactly 2");
});
