import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import {
  getLastWin32Error,
  kernel32,
  toHandle,
  Win32Error,
} from "../../../mod.ts";
import { callAside } from "../../../src/file/blocking_call.ts";
import { LONG } from "../../support/long.ts";

const ERROR_INVALID_HANDLE = 6;

test("callAside() calls, and throws the error of its own call", async () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  await callAside("SetEvent", [event], "an event");
  assertEquals(kernel32.WaitForSingleObject(event, 0), 0);
  kernel32.CloseHandle(event);
  kernel32.SetLastError(4711);
  const error = await assertRejects(
    () => callAside("FlushFileBuffers", [toHandle(0x7FFF_0000)], "a path"),
    Win32Error,
  );
  assertEquals([error.win32, error.path], [ERROR_INVALID_HANDLE, "a path"]);
  assertEquals(error.syscall, "FlushFileBuffers");
  assertEquals(getLastWin32Error(), 4711);
});

test("callAside() runs many calls at once, again and again", LONG, async () => {
  const event = kernel32.CreateEventW(null, true, false, null);
  // More than there are blocks, if a call did not give its own back.
  for (let round = 0; round < 40; round++) {
    await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          i % 2 === 0 ? callAside("SetEvent", [event], "") : assertRejects(
            () => callAside("ResetEvent", [3n], ""),
            Win32Error,
          ),
      ),
    );
  }
  kernel32.CloseHandle(event);
});
