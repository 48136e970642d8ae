// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { INVALID_HANDLE_VALUE, toHandle } from "../../../src/win32/handle.ts";

test("toHandle() converts a handle's value in C", () => {
  assertStrictEquals<bigint>(toHandle(0x1A4), 420n);
  assertStrictEquals<bigint>(toHandle(420n), 420n);
  assertStrictEquals<bigint>(toHandle(2 ** 40), 2n ** 40n);
});

test("toHandle() of -1 is INVALID_HANDLE_VALUE", () => {
  assertStrictEquals(toHandle(-1), INVALID_HANDLE_VALUE);
  assertStrictEquals(toHandle(-1n), INVALID_HANDLE_VALUE);
  assertStrictEquals(toHandle(2n ** 64n - 1n), INVALID_HANDLE_VALUE);
});

test("toHandle() refuses what is neither a bigint nor a safe integer", () => {
  const convert = toHandle as (value: unknown) => bigint;
  for (const value of [0.5, NaN, Infinity, 2 ** 53, "420", null, undefined]) {
    assertThrows(
      () => convert(value),
      TypeError,
      "value must be a bigint or a safe integer: got",
    );
  }
});

test("toHandle() refuses what has more than 64 bits", () => {
  assertStrictEquals<bigint>(toHandle(-(2n ** 63n)), 2n ** 63n);
  for (const value of [2n ** 64n, 2n ** 64n + 420n, -(2n ** 63n) - 1n]) {
    assertThrows(
      () => toHandle(value),
      RangeError,
      `value must be an integer of 64 bits: got ${value}`,
    );
  }
});

test("INVALID_HANDLE_VALUE has all bits set", () => {
  assertEquals(BigInt.asIntN(64, INVALID_HANDLE_VALUE), -1n);
});
