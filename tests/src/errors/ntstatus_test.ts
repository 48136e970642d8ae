// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { symbolOf } from "../../../src/errors/codes.ts";
import {
  ntStatuses,
  STATUS_PENDING,
  statusSymbolOf,
  win32CodeOfStatus,
} from "../../../src/errors/ntstatus.ts";

test("win32CodeOfStatus() translates what operations leave in Internal", () => {
  const expected: [status: number, code: number][] = [
    [0x00000000, 0],
    [0x00000103, 997],
    [0x80000005, 234],
    [0xc0000008, 6],
    [0xc000000d, 87],
    [0xc0000011, 38],
    [0xc0000022, 5],
    [0xc0000043, 32],
    [0xc0000054, 33],
    [0xc000007f, 112],
    [0xc000009a, 1450],
    [0xc00000b1, 232],
    [0xc00000e8, 1784],
    [0xc0000120, 995],
    [0xc000014b, 109],
    [0xc0000904, 223],
  ];
  for (const [status, code] of expected) {
    assertEquals(win32CodeOfStatus(status), code, statusSymbolOf(status));
  }
});

test("win32CodeOfStatus() takes signed, unsigned and 64-bit values alike", () => {
  assertEquals(win32CodeOfStatus(0xc0000011), 38);
  assertEquals(win32CodeOfStatus(0xc0000011 | 0), 38);
  assertEquals(win32CodeOfStatus(0xc0000011n), 38);
  assertEquals(win32CodeOfStatus(-1073741807n), 38);
  assertEquals(win32CodeOfStatus(0xffff_ffff_c000_0011n), 38);
});

test("win32CodeOfStatus() unwraps Win32 codes and wrapped statuses", () => {
  assertEquals(win32CodeOfStatus(0xc0010005), 5);
  assertEquals(win32CodeOfStatus(0xc0070005), 5);
  assertEquals(win32CodeOfStatus(0x80070005), 5);
  assertEquals(win32CodeOfStatus(0xd0000011), 38);
  assertEquals(win32CodeOfStatus(0xe0000001), 0xe0000001);
});

test("win32CodeOfStatus() is ERROR_MR_MID_NOT_FOUND for an unknown status", () => {
  assertEquals(win32CodeOfStatus(0xc0ff0001), 317);
  assertEquals(win32CodeOfStatus(0x8001ffff), 317);
});

test("win32CodeOfStatus() and statusSymbolOf() take no other value for success", () => {
  for (const translate of [win32CodeOfStatus, statusSymbolOf]) {
    for (const wrong of ["0xc0000011", null, undefined, {}, true]) {
      assertThrows(
        () => translate(wrong as never),
        TypeError,
        "status must be a number or a bigint: got",
      );
    }
    for (const wrong of [0.5, NaN, Infinity, 2 ** 32, -(2 ** 31) - 1]) {
      assertThrows(
        () => translate(wrong),
        RangeError,
        `status must be an integer of 32 bits, or a bigint: got ${wrong}`,
      );
    }
  }
});

test("statusSymbolOf() names a status as ntstatus.h does", () => {
  assertEquals(statusSymbolOf(0), "STATUS_SUCCESS");
  assertEquals(statusSymbolOf(STATUS_PENDING), "STATUS_PENDING");
  assertEquals(statusSymbolOf(0xffff_ffff_c000_0120n), "STATUS_CANCELLED");
  assertEquals(statusSymbolOf(0xc0ff0001 | 0), "STATUS_0xc0ff0001");
});

test("ntStatuses() is in strictly ascending order and translates to named errors", () => {
  let last = -1;
  for (const [status, symbol] of ntStatuses()) {
    assert(status > last, `${symbol} is out of order`);
    assert(/^STATUS_[A-Z0-9_]+$/.test(symbol), symbol);
    const code = win32CodeOfStatus(status);
    assert(!/^ERROR_\d+$/.test(symbolOf(code)), symbol);
    last = status;
  }
  assert(last > 0);
});
