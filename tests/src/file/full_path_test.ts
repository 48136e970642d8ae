// portable

import { assertEquals, assertThrows } from "@std/assert";
import { Win32Error } from "../../../mod.ts";
import { absolutePath, toWin32Path } from "../../../src/file/path.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";
import { writeText } from "../../support/strict_kernel/texts.ts";

/** Has every path be the same full one, and notes how much room was offered. */
function fullPath(path: string, offered: number[] = []): Disposable {
  return replaceFunction("GetFullPathNameW", () => (kernel, ...words) => {
    const room = Number(BigInt.asUintN(32, words[1]!));
    offered.push(room);
    // With the NUL, if there is too little room; else without it.
    if (path.length + 1 > room) return BigInt(path.length + 1);
    writeText(kernel.memory, words[2]!, path);
    return BigInt(path.length);
  });
}

strictTest("toWin32Path() lifts the limit for a path of a share", () => {
  const rest = `share\\${"d".repeat(300)}`;
  using _ = fullPath(`\\\\server\\${rest}`);
  const path = toWin32Path(`\\\\server\\.\\${rest}`);
  assertEquals(path, `\\\\?\\UNC\\server\\${rest}`);
});

strictTest(
  "toWin32Path() leaves what leads to a device or is short in full",
  () => {
    const long = "d".repeat(300);
    for (const full of ["C:\\short", `\\\\.\\${long}`, `\\\\?\\C:\\${long}`]) {
      using _ = fullPath(full);
      assertEquals(toWin32Path(long), long, full);
    }
  },
);

strictTest("absolutePath() asks again with the room that is needed", () => {
  for (const length of [1022, 1023, 1024, 5000]) {
    const full = `C:\\${"d".repeat(length - 3)}`;
    const offered: number[] = [];
    using _ = fullPath(full, offered);
    assertEquals(absolutePath("d"), full);
    assertEquals(offered, length < 1024 ? [1024] : [1024, length + 1]);
  }
  const verbatim = "\\\\?\\C:\\a\\..\\b";
  using _ = failFunction("GetFullPathNameW", 5);
  assertEquals(absolutePath(verbatim), verbatim);
  const { syscall, win32, path } = assertThrows(
    () => absolutePath("a"),
    Win32Error,
  );
  assertEquals([syscall, win32, path], ["GetFullPathNameW", 5, "a"]);
});

strictTest(
  "toWin32Path() asks for no full path where a short one is absolute",
  () => {
    const offered: number[] = [];
    const long = `C:\\${"d".repeat(300)}`;
    using _ = fullPath(long, offered);
    for (const path of ["C:\\a", "c:/a", "\\\\server\\a", "//server/a"]) {
      assertEquals(toWin32Path(path), path);
    }
    assertEquals(offered, []);
    // The current folder may be a long one.
    for (const path of ["C:a", "\\a", "a", "a\\\\b", "a/b:\\c"]) {
      assertEquals(toWin32Path(path), `\\\\?\\${long}`);
    }
  },
);
