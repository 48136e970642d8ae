// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkBoolean,
  checkCount,
  checkWord,
  settingsOf,
} from "../../../src/file/option_values.ts";

const DEFAULTS = { at: 0, length: undefined as number | undefined };

test("settingsOf() reads each option once, and fills in what is left out", () => {
  let reads = 0;
  const options = {
    get at() {
      return ++reads;
    },
  };
  const settings = settingsOf("lock()", options, DEFAULTS);
  assertEquals(settings, { at: 1, length: undefined });
  assertEquals(reads, 1);
  const given = { at: undefined, length: 5 } as unknown as { length: number };
  assertEquals(settingsOf("lock()", given, DEFAULTS), { at: 0, length: 5 });
  assertEquals(settingsOf("lock()", { at: null } as never, DEFAULTS), {
    at: null,
    length: undefined,
  });
});

test("settingsOf() refuses what is no object, and names that it does not know", () => {
  const rule = "options of lock() must be an object that may have at, length:";
  for (const value of [null, undefined, 5, "at", new Uint8Array(4)]) {
    const read = () => settingsOf("lock()", value as never, DEFAULTS);
    assertThrows(read, TypeError, rule);
  }
  assertThrows(
    () => settingsOf("lock()", { at: 0, size: 1 } as never, DEFAULTS),
    TypeError,
    '"size" is no option of lock(). The options are at, length.',
  );
  const inherited = Object.create({ size: 1 }) as object;
  assertEquals(settingsOf("lock()", inherited, DEFAULTS), DEFAULTS);
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
