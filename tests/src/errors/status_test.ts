// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { ntStatuses, win32CodeOfStatus } from "../../../src/errors/ntstatus.ts";
import { getLastWin32Error, kernel32 } from "../../../src/raw.ts";
import { codeOfStatus } from "../../../src/errors/status.ts";
import { onWindows } from "../../support/runtime.ts";

const ERROR_MR_MID_NOT_FOUND = 317;

test("codeOfStatus() agrees with the table of statuses", {
  skip: !onWindows,
}, () => {
  let compared = 0;
  for (const [status, symbol] of ntStatuses()) {
    if (status < 0x8000_0000) continue;
    const code = codeOfStatus(status);
    // A system older than a status does not know it.
    if (code === ERROR_MR_MID_NOT_FOUND) continue;
    assertEquals(code, win32CodeOfStatus(status), symbol);
    compared++;
  }
  assertEquals(compared > 150, true, `${compared} were compared`);
});

// Elsewhere than on Windows a system call would throw.
test("codeOfStatus() is 0 for a success, without a system call", () => {
  const successes: [name: string, status: number][] = [
    ["STATUS_SUCCESS", 0],
    ["STATUS_WAIT_1", 1],
    ["STATUS_TIMEOUT", 0x102],
    ["STATUS_REPARSE", 0x104],
    ["STATUS_OBJECT_NAME_EXISTS", 0x4000_0000],
    ["STATUS_SERIAL_MORE_WRITES", 0x4000_0008],
    ["the last of the informational ones", 0x7FFF_FFFF],
  ];
  for (const [name, status] of successes) {
    assertEquals(codeOfStatus(status), 0, name);
  }
});

test("codeOfStatus() is no success for a warning, signed or unsigned", {
  skip: !onWindows,
}, () => {
  assertEquals(codeOfStatus(0x8000_0005), 234);
  assertEquals(codeOfStatus(0x8000_0005 | 0), 234);
  assertEquals(codeOfStatus(0xC000_0011), 38);
  assertEquals(codeOfStatus(0xC000_0011 | 0), 38);
});

test(
  "codeOfStatus() does not change the last error",
  { skip: !onWindows },
  () => {
    kernel32.SetLastError(4711);
    assertEquals(codeOfStatus(0xC000_007F), 112);
    assertEquals(getLastWin32Error(), 4711);
  },
);
