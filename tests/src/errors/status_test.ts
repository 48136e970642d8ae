import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { ntStatuses, win32CodeOfStatus } from "../../../src/errors/ntstatus.ts";
import { getLastWin32Error, kernel32 } from "../../../src/raw.ts";
import { codeOfStatus } from "../../../src/errors/status.ts";
import { onWindows } from "../../support/runtime.ts";

const ERROR_MR_MID_NOT_FOUND = 317;

test("codeOfStatus() gives what the table of statuses says", {
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

test("codeOfStatus() is 0 for a success", { skip: !onWindows }, () => {
  assertEquals(codeOfStatus(0), 0);
});

test(
  "codeOfStatus() leaves no trace in the last error",
  { skip: !onWindows },
  () => {
    kernel32.SetLastError(4711);
    assertEquals(codeOfStatus(0xC000_007F), 112);
    assertEquals(getLastWin32Error(), 4711);
  },
);
