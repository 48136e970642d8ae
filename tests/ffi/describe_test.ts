// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { describe } from "../../ffi/describe.ts";

test("describe() names a value and its type", () => {
  assertEquals(describe(5), "5 (number)");
  assertEquals(describe(-0.5), "-0.5 (number)");
  assertEquals(describe(5n), "5 (bigint)");
  assertEquals(describe(true), "true (boolean)");
  assertEquals(describe(undefined), "undefined (undefined)");
  assertEquals(describe(Symbol("s")), "Symbol(s) (symbol)");
  assertEquals(describe(null), "null");
});

test("describe() names the class of an object, without calling it", () => {
  const object = {
    toString: () => {
      throw new Error("called");
    },
  };
  assertEquals(describe(object), "[object Object]");
  assertEquals(describe([1]), "[object Array]");
  assertEquals(describe(new Uint8Array(1)), "[object Uint8Array]");
  assertEquals(describe(() => 0), "[object Function]");
});

test("describe() quotes a string, and only the beginning of a long one", () => {
  assertEquals(describe('a "b"\n'), 'the string "a \\"b\\"\\n"');
  assertEquals(
    describe("x".repeat(101)),
    `a string that begins with "${"x".repeat(100)}"`,
  );
});
