// portable
//
// Errors where there is no kernel32: programs may make and print them on any system.

import { test } from "node:test";
import process from "node:process";
import { assertEquals, assertThrows } from "@std/assert";
import { formatMessage } from "../../../src/errors/message.ts";

test("formatMessage() says so where there is no Windows", {
  skip: process.platform === "win32",
}, () => {
  assertEquals(
    formatMessage(5),
    "There is no text for error 5 without Windows.",
  );
  const format = formatMessage as (code: unknown) => string;
  assertThrows(() => format("5"), TypeError, "code must be a number");
  assertThrows(() => format(0.5), RangeError, "code must be an integer");
});
