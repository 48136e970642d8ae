// portable
//
// Errors where there is no kernel32: programs may make and print them on any system.

import { test } from "node:test";
import process from "node:process";
import { assertEquals } from "@std/assert";
import { formatMessage } from "../../../src/errors/message.ts";

test("formatMessage() says so where there is no Windows", {
  skip: process.platform === "win32",
}, () => {
  assertEquals(
    formatMessage(5),
    "There is no text for error 5 without Windows.",
  );
});
