// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  join,
  joinedLength,
  spread,
} from "../../../src/file/joined_buffers.ts";
import { MAX_WHOLE } from "../../../src/file/transfer_limits.ts";

test("joinedLength() counts up to 64 MiB, which join() puts in a row", () => {
  const part = new Uint8Array(MAX_WHOLE / 64);
  const list = Array.from({ length: 64 }, () => part);
  assertEquals(joinedLength([]), 0);
  assertEquals(joinedLength(list), MAX_WHOLE);
  assertThrows(
    () => joinedLength([...list, new Uint8Array(1)]),
    RangeError,
    "buffers are one call to a pipe or at the end of a file, and " +
      "must have at most 67108864 bytes together: got 67108865",
  );
  const target = new Uint8Array(6);
  join([Uint8Array.of(1), Uint16Array.of(0x0302), new Uint8Array(0)], target);
  assertEquals([...target], [1, 2, 3, 0, 0, 0]);
});

test("spread() fills one buffer after the other, as far as the bytes go", () => {
  const views = [new Uint8Array(1), new Uint16Array(1), new Uint8Array(2)];
  const contents = () =>
    views.flatMap(({ buffer }) => [...new Uint8Array(buffer)]);
  spread(Uint8Array.of(1, 2, 3, 4), views);
  assertEquals(contents(), [1, 2, 3, 4, 0]);
  spread(Uint8Array.of(9, 8), views);
  assertEquals(contents(), [9, 8, 3, 4, 0]);
  spread(new Uint8Array(0), views);
  assertEquals(contents(), [9, 8, 3, 4, 0]);
});
