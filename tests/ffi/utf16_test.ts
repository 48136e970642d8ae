// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { textOf, wideString } from "../../ffi/utf16.ts";

test("wideString() ends with NUL and keeps lone surrogates, and so does textOf()", () => {
  const text = "a\ud800ü😀";
  const units = wideString(text);
  assertEquals([...units], [0x61, 0xD800, 0xFC, 0xD83D, 0xDE00, 0]);
  assertEquals(units.buffer.byteLength, units.byteLength);
  assertStrictEquals(textOf(units.subarray(0, -1)), text);
  assertStrictEquals(textOf(units), `${text}\0`);
  assertStrictEquals(textOf(wideString("").subarray(0, 0)), "");
});

test("textOf() takes more units than a call can have arguments", () => {
  const text = "x".repeat(8191) + "yz" + "x".repeat(300_000);
  assertStrictEquals(textOf(wideString(text).subarray(0, -1)), text);
});
