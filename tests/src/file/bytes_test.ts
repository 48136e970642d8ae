// portable

import { test } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asBytes,
  isBytes,
  join,
  joinedLength,
} from "../../../src/file/bytes.ts";
import { MAX_WHOLE } from "../../../src/file/transfer_limits.ts";

class Longer extends Uint8Array {
  override get length(): number {
    return 1000;
  }
}

test("isBytes() and asBytes() tell a Uint8Array from what only extends it", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  assertEquals(isBytes(bytes), true);
  assertStrictEquals(asBytes(bytes), bytes);
  const longer = new Longer(bytes.buffer, 2, 4);
  const words = new Uint16Array(bytes.buffer, 2, 2);
  const view = new DataView(bytes.buffer, 2, 4);
  for (const other of [longer, words, view]) {
    assertEquals(isBytes(other), false);
    assertEquals([...asBytes(other)], [3, 4, 5, 6]);
  }
  for (const value of [undefined, null, [1], { constructor: Uint8Array }]) {
    assertEquals(isBytes(value), false);
  }
});

test("joinedLength() counts up to 64 MiB, which join() puts in a row", () => {
  const part = new Uint8Array(MAX_WHOLE / 64);
  const list = Array.from({ length: 64 }, () => part);
  assertEquals(joinedLength([]), 0);
  assertEquals(joinedLength(list), MAX_WHOLE);
  assertThrows(
    () => joinedLength([...list, new Uint8Array(1)]),
    RangeError,
    "buffers are written by one call to a pipe or at the end of a file, and " +
      "must have at most 67108864 bytes together: got 67108865",
  );
  const target = new Uint8Array(6);
  join([Uint8Array.of(1), Uint16Array.of(0x0302), new Uint8Array(0)], target);
  assertEquals([...target], [1, 2, 3, 0, 0, 0]);
});
