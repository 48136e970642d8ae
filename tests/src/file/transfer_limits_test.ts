// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import {
  advance,
  END_OF_FILE,
  halved,
  isEndOfFile,
  MIN_LENGTH,
} from "../../../src/file/transfer_limits.ts";

test("advance() goes on in the kind of number that it got, and stays at the end", () => {
  assertEquals(advance(5, 3), 8);
  assertEquals(advance(2n ** 60n, 3), 2n ** 60n + 3n);
  assertEquals(advance(END_OF_FILE, 3), END_OF_FILE);
});

test("halved() is the next power of two below, of 64 KiB at least", () => {
  const lengths = [2 ** 30, 2 ** 20 + 1, 2 ** 20, MIN_LENGTH + 1, MIN_LENGTH];
  const expected = [2 ** 29, 2 ** 20, 2 ** 19, MIN_LENGTH, MIN_LENGTH];
  assertEquals(lengths.map(halved), expected);
});

test("isEndOfFile() knows the end of a file and of a pipe", () => {
  const [ERROR_HANDLE_EOF, ERROR_BROKEN_PIPE] = [38, 109];
  const codes = [ERROR_HANDLE_EOF, ERROR_BROKEN_PIPE, 0, 5, 39, 108, 232];
  const ends = codes.filter(isEndOfFile);
  assertEquals(ends, [ERROR_HANDLE_EOF, ERROR_BROKEN_PIPE]);
});
