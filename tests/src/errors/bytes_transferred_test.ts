// portable

import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { withMoreTransferred } from "../../../src/errors/bytes_transferred.ts";
import { Win32Error } from "../../../src/errors/win32_error.ts";

test("withMoreTransferred() adds the bytes of the calls before", () => {
  const details = { path: "a", hint: "Hint.", bytesTransferred: 5 };
  const error = new Win32Error("WriteFile", 112, details);
  const whole = withMoreTransferred(error, 4096) as Win32Error;
  assertInstanceOf(whole, Win32Error);
  assertEquals(whole.bytesTransferred, 4101);
  assertEquals(whole.message, error.message);
  assertEquals(whole.path, "a");
});

test("withMoreTransferred() takes an error without a count for 0 bytes", () => {
  const whole = withMoreTransferred(
    new Win32Error("ReadFile", 23),
    512,
  ) as Win32Error;
  assertInstanceOf(whole, Win32Error);
  assertEquals(whole.bytesTransferred, 512);
});

test("withMoreTransferred() returns the same error if there is nothing to add", () => {
  const error = new Win32Error("ReadFile", 23);
  assertStrictEquals(withMoreTransferred(error, 0), error);
});

test("withMoreTransferred() returns anything but a Win32Error as it is", () => {
  for (const error of [new RangeError("no"), undefined, null, 5]) {
    assertStrictEquals(withMoreTransferred(error, 512), error);
  }
});
