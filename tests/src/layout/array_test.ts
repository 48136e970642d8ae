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
  for (const value of ["abc", null, {}, 5]) {
    assertThrows(
      () => data.create(value as never),
      TypeError,
      "The value must be an array of 3 elements: got ",
    );
  }
});

test("bytes() refuses numbers that are no bytes, and another length", () => {
  assertEquals(bytes(2).create([1, 255]), hex("01ff"));
  for (const value of [-1, 256, 0.5, NaN]) {
    assertThrows(
      () => bytes(2).create([1, value]),
      RangeError,
      `Field "[1]" of type u8 must be an integer from 0 to 255: got ${value}`,
    );
  }
  assertThrows(
    () => bytes(2).create([1, "2" as never]),
    TypeError,
    'Field "[1]" of type u8 must be a number: got the string "2"',
  );
  assertThrows(() => bytes(2).create(hex("010203")), RangeError, "exactly 2");
});
