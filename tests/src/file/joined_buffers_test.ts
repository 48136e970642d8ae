// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { join, joinedLength } from "../../../src/file/joined_buffers.ts";
import { MAX_WHOLE } from "../../../src/file/transfer_limits.ts";

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
