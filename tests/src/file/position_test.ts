// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkedOrigin,
  offsetOf,
  positionFrom,
  toExactOffset,
} from "../../../src/file/position.ts";

const MAX_END = 2 ** 53 - 2 ** 20;

test("offsetOf() returns the offset, and refuses other options", () => {
  assertEquals(offsetOf({}), undefined);
  assertEquals(offsetOf({ at: 5n }), 5n);
  assertEquals(offsetOf(Object.create({ offset: 1 }) as object), undefined);
  for (const options of [null, 5, "at", undefined]) {
    assertThrows(
      () => offsetOf(options as never),
      TypeError,
      "options must be an object such as { at: 0 }: got",
    );
  }
  assertThrows(
    () => offsetOf({ at: 0, offset: 1 } as never),
    TypeError,
    '"offset" is no option of reads and writes. The only option is at.',
  );
});

test("checkedOrigin() takes words and Deno's numbers, and whole offsets", () => {
  for (const [i, name] of (["start", "current", "end"] as const).entries()) {
    assertEquals(checkedOrigin(0, name), name);
    assertEquals(checkedOrigin(-5n, i as 0), name);
  }
  for (const origin of [3, -1, 0.5, "begin", "0", null, undefined]) {
    assertThrows(
      () => checkedOrigin(0, origin as never),
      TypeError,
      'origin must be "start", "current" or "end", or Deno.SeekMode\'s 0, 1 or 2',
    );
  }
  const rule = "offset must be a whole number or a bigint: got";
  for (const offset of [0.5, NaN, 2 ** 53]) {
    assertThrows(() => checkedOrigin(offset, "end"), RangeError, rule);
  }
  for (const offset of ["5", null, undefined]) {
    assertThrows(() => checkedOrigin(offset as never, 2), TypeError, rule);
  }
});

test("positionFrom() adds to the origin, within what numbers count", () => {
  const last = Number.MAX_SAFE_INTEGER;
  assertEquals(positionFrom(0, 5, "start"), 5);
  assertEquals(positionFrom(5, -5n, "end"), 0);
  assertEquals(positionFrom(last - 1, 1, "current"), last);
  assertEquals(positionFrom(2n ** 53n + 1n, -2, "current"), last);
  for (
    const [offset, base, sum] of [[-6, 5, -1], [1, last, 2 ** 53]] as const
  ) {
    assertThrows(
      () => positionFrom(base, offset, "end"),
      RangeError,
      `The position must be from 0 to 2^53-1: ${offset} from the end would be ${sum}`,
    );
  }
});

test("toExactOffset() refuses ends beyond which sectors are not exact", () => {
  assertEquals(toExactOffset(7n, 5), 7);
  assertEquals(toExactOffset(MAX_END - 5, 5), MAX_END - 5);
  assertThrows(
    () => toExactOffset(MAX_END - 5, 6),
    RangeError,
    `An unbuffered transfer must end before 2^53-2^20: got at ${
      MAX_END - 5
    } and 6 bytes`,
  );
});
