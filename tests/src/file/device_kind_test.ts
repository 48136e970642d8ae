// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { openSync, Win32Error } from "../../../mod.ts";
import {
  characterKindOf,
  DeviceKind,
  type DeviceKindName,
} from "../../../src/file/device_kind.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // It has the texts of errors.

const NAMES: readonly DeviceKindName[] = [
  "disk",
  "pipe",
  "serial",
  "console",
  "other",
];
const [ERROR_SEM_TIMEOUT, ERROR_TIMEOUT] = [121, 1460];

/** What is thrown, as far as callers see it. */
function detailsOf(run: () => unknown) {
  const { syscall, symbol, bytesTransferred, path, message } = assertThrows(
    run,
    Win32Error,
  );
  return { thrown: [syscall, symbol, bytesTransferred, path], message };
}

test("DeviceKind knows what a read of 0 bytes is, and which codes are time-outs", () => {
  const kinds = NAMES.map((name) => new DeviceKind(name, "a"));
  assertEquals(
    kinds.map(({ emptyRead }) => emptyRead),
    ["end", "message", "timeout", "end", "nothing"],
  );
  for (const kind of kinds) {
    const isSerial = kind.name === "serial";
    assertEquals(kind.isTimeout(ERROR_SEM_TIMEOUT), isSerial);
    assertEquals(kind.isTimeout(ERROR_TIMEOUT), isSerial);
    assertEquals(kind.isTimeout(0), false);
    assertEquals(kind.endsReading(1, 0), false);
  }
  const [disk, pipe, serial, console, other] = kinds as [
    DeviceKind,
    DeviceKind,
    DeviceKind,
    DeviceKind,
    DeviceKind,
  ];
  const ends = [disk, console, other].map((kind) => kind.endsReading(0, 5));
  assertEquals([ends, pipe.endsReading(0, 5)], [[true, true, true], false]);
  const { thrown, message } = detailsOf(() => serial.endsReading(0, 5));
  assertEquals(thrown, ["ReadFile", "ERROR_TIMEOUT", 5, "a"]);
  assertEquals(
    message.includes(
      "readTimeout and writeTimeout of openSerial() set how long a serial port " +
        "waits, and so does SetCommTimeouts().",
    ),
    true,
  );
});

test("characterKindOf() takes what is neither a serial port nor a console for another", () => {
  using nul = openSync("\\\\.\\NUL");
  assertEquals(characterKindOf(nul.handle), "other");
});

test("checkWritten() says why the rest of a short write cannot be written", () => {
  for (const name of NAMES) {
    const kind = new DeviceKind(name, "a");
    kind.checkWritten(7, 7, 7);
    const check = (count: number) => () => kind.checkWritten(count, 7, 3);
    if (name === "serial") {
      for (const count of [0, 6]) {
        const { thrown } = detailsOf(check(count));
        assertEquals(thrown, ["WriteFile", "ERROR_TIMEOUT", 3, "a"]);
      }
      continue;
    }
    check(6)();
    const { thrown, message } = detailsOf(check(0));
    const [symbol, hint] = name === "pipe"
      ? ["ERROR_NO_DATA", "The pipe does not block and has no room left."]
      : ["ERROR_WRITE_FAULT", "Nothing was taken."];
    assertEquals(thrown, ["WriteFile", symbol, 3, "a"]);
    assertEquals(message.includes(hint), true, message);
  }
});
