// portable

import { OF_WINDOWS } from "../../support/windows_or_strict.ts";
import { test } from "node:test";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  formatMessage,
  getLastWin32Error,
  kernel32,
  win32Codes,
} from "../../../mod.ts";

test("formatMessage() gives the system's text, without the end of its line", () => {
  const text = formatMessage(5);
  assert(text.length > 5, text);
  assertEquals(text, text.trim());
  assertNotEquals(text, formatMessage(6));
});

test("formatMessage() gives what FormatMessageW does for the code", () => {
  const units = new Uint16Array(512);
  const length = kernel32.FormatMessageW(
    0x1200,
    null,
    112,
    0,
    units,
    512,
    null,
  );
  const text = String.fromCharCode(...units.subarray(0, length)).trim();
  assertEquals(formatMessage(112), text);
});

test("formatMessage() says so where the system has no text", OF_WINDOWS, () => {
  const code = 0x2000_1234;
  assertEquals(formatMessage(code), `Windows has no text for error ${code}.`);
});

test(
  "formatMessage() leaves placeholders of a message alone",
  OF_WINDOWS,
  () => {
    // ERROR_BAD_EXE_FORMAT: "%1 is not a valid Win32 application."
    assert(formatMessage(193).includes("%1"), formatMessage(193));
  },
);

test("formatMessage() does not change the last error", () => {
  for (const code of [0, 5, 997, 0xFFFF_FFFF]) {
    kernel32.SetLastError(code);
    formatMessage(112);
    formatMessage(0x2000_1234);
    assertEquals(getLastWin32Error(), code);
  }
});

test("formatMessage() has room for every text", () => {
  for (const [code] of win32Codes()) {
    assert(formatMessage(code).length > 0, `${code}`);
  }
});

test("formatMessage() refuses what is no code", () => {
  const format = formatMessage as (code: unknown) => string;
  for (const wrong of ["5", 5n, null, undefined]) {
    assertThrows(() => format(wrong), TypeError, "code must be a number: got");
  }
  for (const wrong of [2 ** 32, -(2 ** 31) - 1, 0.5, NaN]) {
    assertThrows(
      () => format(wrong),
      RangeError,
      `code must be an integer of 32 bits: got ${wrong}`,
    );
  }
  assertEquals(format(-1).length > 0, true);
});
