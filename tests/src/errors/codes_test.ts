// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as codes from "../../../src/errors/codes.ts";
import {
  ERROR_BROKEN_PIPE,
  isShortage,
  posixCodeOf,
  symbolOf,
  win32CodeOf,
  win32Codes,
} from "../../../src/errors/codes.ts";

test("symbolOf() names a code as winerror.h does", () => {
  assertEquals(symbolOf(0), "ERROR_SUCCESS");
  assertEquals(symbolOf(112), "ERROR_DISK_FULL");
  assertEquals(symbolOf(258), "WAIT_TIMEOUT");
  assertEquals(symbolOf(1784), "ERROR_INVALID_USER_BUFFER");
});

test("symbolOf() makes a name from the number of an unknown code", () => {
  assertEquals(symbolOf(65000), "ERROR_65000");
});

test("posixCodeOf() gives the codes of node:fs", () => {
  const expected: [code: number, posix: string][] = [
    [1, "EISDIR"],
    [2, "ENOENT"],
    [3, "ENOENT"],
    [5, "EPERM"],
    [6, "EBADF"],
    [8, "ENOMEM"],
    [17, "EXDEV"],
    [19, "EROFS"],
    [32, "EBUSY"],
    [33, "EBUSY"],
    [39, "ENOSPC"],
    [80, "EEXIST"],
    [87, "EINVAL"],
    [112, "ENOSPC"],
    [121, "ETIMEDOUT"],
    [145, "ENOTEMPTY"],
    [183, "EEXIST"],
    [231, "EBUSY"],
    [232, "EPIPE"],
    [995, "ECANCELED"],
    [998, "EACCES"],
    [1117, "EIO"],
    [1314, "EPERM"],
    [1453, "ENOMEM"],
    [1460, "ETIMEDOUT"],
  ];
  for (const [code, posix] of expected) {
    assertEquals(posixCodeOf(code), posix, symbolOf(code));
  }
});

test("posixCodeOf() is UNKNOWN for a code without a counterpart", () => {
  assertEquals(posixCodeOf(997), "UNKNOWN");
  assertEquals(posixCodeOf(65000), "UNKNOWN");
});

test("posixCodeOf() takes a broken pipe for EOF in a read, for EPIPE in a write", () => {
  assertEquals(posixCodeOf(ERROR_BROKEN_PIPE), "EOF");
  assertEquals(posixCodeOf(ERROR_BROKEN_PIPE, { write: false }), "EOF");
  assertEquals(posixCodeOf(ERROR_BROKEN_PIPE, { write: true }), "EPIPE");
  assertEquals(posixCodeOf(112, { write: true }), "ENOSPC");
});

test("win32CodeOf() is the inverse of symbolOf()", () => {
  for (const [code, symbol] of win32Codes()) {
    assertEquals(win32CodeOf(symbol), code);
    assertEquals(symbolOf(code), symbol);
  }
});

test("win32CodeOf() refuses a symbol that is not in the table", () => {
  assertThrows(
    () => win32CodeOf("ERROR_NO_SUCH_THING"),
    RangeError,
    "symbol must name a Win32 error of file I/O, such as ERROR_DISK_FULL: got " +
      'the string "ERROR_NO_SUCH_THING"',
  );
});

test("win32Codes() is in strictly ascending order and well formed", () => {
  let last = -1;
  let count = 0;
  for (const [code, symbol] of win32Codes()) {
    assert(code > last, `${code} ${symbol} is out of order`);
    assert(/^(ERROR|WAIT)_[A-Z0-9_]+$/.test(symbol), symbol);
    assert(/^(UNKNOWN|E[A-Z0-9]+)$/.test(posixCodeOf(code)), symbol);
    last = code;
    count++;
  }
  assert(count > 280);
});

test("win32Codes() names every code that the rules of file I/O mention", () => {
  const named = new Map(win32Codes());
  // deno-fmt-ignore
  const codes = [
    5, 6, 8, 27, 32, 33, 38, 39, 64, 87, 109, 112, 121, 122, 158, 223, 231, 232,
    233, 234, 735, 995, 996, 997, 998, 1110, 1168, 1224, 1314, 1450, 1453, 1455,
    1460, 1784, 1816,
  ];
  for (const code of codes) assert(named.has(code), String(code));
});

test("the constants are what the table says", () => {
  const constants = Object.entries(codes).filter(([name]) =>
    /^[A-Z]+_/.test(name)
  );
  assert(constants.length > 40);
  for (const [name, code] of constants) assertEquals(code, win32CodeOf(name));
});

test("isShortage() is true for exactly the codes after which less may succeed", () => {
  const shortages = [...win32Codes()].filter(([code]) => isShortage(code));
  assertEquals(shortages.map(([, symbol]) => symbol), [
    "ERROR_NOT_ENOUGH_MEMORY",
    "ERROR_NO_SYSTEM_RESOURCES",
    "ERROR_WORKING_SET_QUOTA",
    "ERROR_INVALID_USER_BUFFER",
    "ERROR_NOT_ENOUGH_QUOTA",
  ]);
});
