// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  FSCTL_SET_SPARSE,
  IOCTL_DISK_GET_LENGTH_INFO,
  IOCTL_STORAGE_QUERY_PROPERTY,
} from "../../../src/win32/constants.ts";
import { ctlCode } from "../../../src/win32/ctl_code.ts";

test("ctlCode() composes Microsoft's codes", () => {
  assertEquals(ctlCode(9, 49, 0, 0), FSCTL_SET_SPARSE);
  assertEquals(ctlCode(7, 0x17, 0, 1), IOCTL_DISK_GET_LENGTH_INFO);
  assertEquals(ctlCode(0x2d, 0x500, 0, 0), IOCTL_STORAGE_QUERY_PROPERTY);
});

test("ctlCode() takes all of each part's bits, and no more", () => {
  assertEquals(ctlCode(0, 0, 0, 0), 0);
  assertEquals(ctlCode(0xffff, 0xfff, 3, 3), 0xffff_ffff);
  assertEquals(ctlCode(0x8000, 0x800, 3, 2), 0x8000_a003);
  const cases: [string, number, number, number, number, number][] = [
    ["deviceType", 0xffff, 0x1_0000, 0, 0, 0],
    ["function", 0xfff, 0, 0x1000, 0, 0],
    ["method", 3, 0, 0, 4, 0],
    ["access", 3, 0, 0, 0, 4],
  ];
  for (const [name, most, ...parts] of cases) {
    assertThrows(
      () => ctlCode(...parts),
      RangeError,
      `${name} must be a whole number from 0 to ${most}`,
    );
  }
  for (const value of ["9", 9n, null, undefined]) {
    assertThrows(
      () => ctlCode(value as never, 0, 0, 0),
      TypeError,
      "deviceType must be a number: got",
    );
  }
  for (const value of [-1, 0.5, NaN, Infinity]) {
    assertThrows(() => ctlCode(9, value, 0, 0), RangeError, "function must be");
  }
});
