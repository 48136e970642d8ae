// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkBoolean,
  checkCount,
  checkWord,
  settingsOf,
} from "../../../src/file/option_values.ts";

interface Range {
  readonly at?: number | undefined;
  readonly length?: number | undefined;
}

const DEFAULTS = { at: 0, length: undefined };

/** Reads options as callers without types may pass them. */
function read(options: unknown) {
  return settingsOf("lock()", options as Range, DEFAULTS);
}

test("settingsOf() reads each option once, and fills in what is left out", () => {
  let reads = 0;
  const options = {
    get at() {
      return ++reads;
    },
  };
  assertEquals(read(options), { at: 1, length: undefined });
  assertEquals(reads, 1);
  assertEquals(read({ at: undefined, length: 5 }), { at: 0, length: 5 });
  assertEquals(read({ at: null }) as unknown, { at: null, length: undefined });
});

test("settingsOf() refuses what is no object, and names that it does not know", () => {
  const rule = "options of lock() must be an object that may have at, length:";
  for (const value of [null, undefined, 5, "at", new Uint8Array(4)]) {
    assertThrows(() => read(value), TypeError, rule);
  }
  assertThrows(
    () => read({ at: 0, size: 1 }),
    TypeError,
    '"size" is no option of lock(). The options are at, length.',
  );
  assertEquals(read(Object.create({ size: 1 })), DEFAULTS);
});

test("checkBoolean() takes true and false and nothing else", () => {
  checkBoolean("wait", true);
  checkBoolean("wait", false);
  for (const value of [0, 1, "true", null, undefined]) {
    const check = () => checkBoolean("wait", value);
    assertThrows(check, TypeError, "wait must be true or false: got");
  }
});

test("checkWord() names the words that there are", () => {
  checkWord("mode", "byte", ["byte", "message"]);
  for (const value of ["Byte", "", 1, null]) {
    assertThrows(
      () => checkWord("mode", value, ["byte", "message"]),
      TypeError,
      'mode must be one of "byte", "message": got',
    );
  }
});

test("checkCount() takes whole numbers from 1 to the limit", () => {
  for (const value of [1, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    checkCount("count", value);
  }
  checkCount("count", 5, 5);
  assertThrows(() => checkCount("count", "5"), TypeError, "must be a number");
  for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(
      () => checkCount("count", value),
      RangeError,
      `count must be a whole number from 1: got ${value}`,
    );
  }
  assertThrows(
    () => checkCount("count", 6, 5),
    RangeError,
    "count must be a whole number from 1 to 5: got 6",
  );
});
