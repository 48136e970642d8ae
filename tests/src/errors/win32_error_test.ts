// portable

import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import {
  FileClosedError,
  formatMessage,
  getLastWin32Error,
  kernel32,
  toHandle,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../../mod.ts";

test("Win32Error has everything that is known about the failure", () => {
  const cause = new Error("behind it");
  const error = new Win32Error("WriteFile", 112, {
    path: "C:\\a.txt",
    bytesTransferred: 512,
    cause,
  });
  assertInstanceOf(error, Error);
  assertEquals(error.name, "Win32Error");
  assertEquals(error.win32, 112);
  assertEquals(error.symbol, "ERROR_DISK_FULL");
  assertEquals(error.code, "ENOSPC");
  assertEquals(error.syscall, "WriteFile");
  assertEquals(error.path, "C:\\a.txt");
  assertEquals(error.bytesTransferred, 512);
  assertStrictEquals(error.cause, cause);
});

test("Win32Error leaves undefined what is not known", () => {
  const error = new Win32Error("CloseHandle", 6);
  assertEquals(error.path, undefined);
  assertEquals(error.bytesTransferred, undefined);
  assertEquals("cause" in error, false);
});

test("Win32Error says function, the system's text, symbol and number", () => {
  assertEquals(
    new Win32Error("WriteFile", 112).message,
    `WriteFile failed: ${formatMessage(112)} (ERROR_DISK_FULL, 112)`,
  );
});

test("Win32Error names the path, if it is known", () => {
  const path = "C:\\data.bin";
  const error = new Win32Error("CreateFileW", 2, { path, hint: "Create it." });
  assertEquals(
    error.message,
    `CreateFileW failed for 'C:\\data.bin': ${formatMessage(2)} ` +
      "(ERROR_FILE_NOT_FOUND, 2). Create it.",
  );
  assert(error.withBytesTransferred(1).message === error.message);
});

test("Win32Error says its hint last", () => {
  const { message } = new Win32Error("CreateFileW", 5, { hint: "Ask Bob." });
  assert(message.endsWith(" (ERROR_ACCESS_DENIED, 5). Ask Bob."), message);
});

test("Win32Error gives a code without a name in words, too", () => {
  const error = new Win32Error("DeviceIoControl", 0x2000_1234);
  assertEquals(error.win32, 0x2000_1234);
  assertEquals(error.code, "UNKNOWN");
  assert(error.message.includes(`${0x2000_1234}`), error.message);
});

test("Win32Error of a broken pipe is the end for a reader and EPIPE for a writer", () => {
  assertEquals(new Win32Error("ReadFile", 109).code, "EOF");
  assertEquals(new Win32Error("WriteFile", 109).code, "EPIPE");
  assertEquals(new Win32Error("WriteFileGather", 109).code, "EPIPE");
  assertEquals(new Win32Error("FlushFileBuffers", 109).code, "EPIPE");
  assertEquals(new Win32Error("ReadFileScatter", 109).code, "EOF");
});

test("Win32Error.last() takes the last error of the last call", () => {
  kernel32.CloseHandle(toHandle(0x7FFF_0000));
  const error = Win32Error.last("CloseHandle", { path: "a" });
  assertEquals(error.symbol, "ERROR_INVALID_HANDLE");
  assertEquals(error.syscall, "CloseHandle");
  assertEquals(error.path, "a");
});

test("Win32Error does not change the last error", () => {
  for (const code of [5, 997, 0]) {
    kernel32.SetLastError(code);
    Win32Error.last("WriteFile").withBytesTransferred(1);
    assertEquals(getLastWin32Error(), code);
  }
});

test("Win32Error.withBytesTransferred() changes the count and nothing else", () => {
  const details = { path: "a", hint: "Hint.", bytesTransferred: 5, cause: 1 };
  const error = new Win32Error("WriteFile", 112, details);
  const more = error.withBytesTransferred(4608);
  assertInstanceOf(more, Win32Error);
  assertEquals(more.bytesTransferred, 4608);
  assertEquals(error.bytesTransferred, 5);
  for (
    const name of [
      "message",
      "win32",
      "symbol",
      "code",
      "path",
      "cause",
    ] as const
  ) {
    assertEquals(more[name], error[name], name);
  }
});

test("FileClosedError names the method, the file and the way out", () => {
  const error = new FileClosedError("read", "C:\\a.txt");
  assertEquals(error.name, "FileClosedError");
  assertEquals(error.code, "EBADF");
  assertEquals(error.path, "C:\\a.txt");
  assertEquals(
    error.message,
    "read() needs an open file, and 'C:\\a.txt' has been closed. Open it again, or close it later.",
  );
});

test("UnexpectedEndOfFileError says how much was read", () => {
  const error = new UnexpectedEndOfFileError("C:\\a.txt", 10, 4);
  assertEquals(error.name, "UnexpectedEndOfFileError");
  assertEquals(error.code, "EOF");
  assertEquals(error.code, new Win32Error("ReadFile", 38).code);
  assertEquals(error.path, "C:\\a.txt");
  assertEquals(error.bytesTransferred, 4);
  assertEquals(
    error.message,
    "'C:\\a.txt' ended after 4 of the 10 bytes that were to be read.",
  );
});
