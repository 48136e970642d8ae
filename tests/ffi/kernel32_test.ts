// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { FRAME_ARGUMENTS } from "../../ffi/frame_code.ts";
import type { Kernel32, Parameter, Prototype } from "../../ffi/kernel32.ts";
import { FrameTable } from "../../ffi/lasterror.ts";
import * as prototypes from "../../ffi/prototypes.ts";
import { selectBackend } from "../../ffi/select.ts";
import { onWindows } from "../support/runtime.ts";

const table: Readonly<Record<string, Prototype>> = prototypes;

/** What the raw layer promises at least. */
const PROMISED: readonly (keyof Kernel32)[] = [
  "CancelIoEx",
  "CloseHandle",
  "ConnectNamedPipe",
  "CreateEventW",
  "CreateFileW",
  "CreateIoCompletionPort",
  "CreateNamedPipeW",
  "DeviceIoControl",
  "DisconnectNamedPipe",
  "DuplicateHandle",
  "FlushFileBuffers",
  "FormatMessageW",
  "GetDiskFreeSpaceW",
  "GetFileInformationByHandle",
  "GetFileInformationByHandleEx",
  "GetFileSizeEx",
  "GetFileType",
  "GetLastError",
  "GetOverlappedResult",
  "GetOverlappedResultEx",
  "GetQueuedCompletionStatusEx",
  "GetStdHandle",
  "GetSystemInfo",
  "GetVolumePathNameW",
  "LockFileEx",
  "PeekNamedPipe",
  "PostQueuedCompletionStatus",
  "ReadFile",
  "ReadFileScatter",
  "ResetEvent",
  "SetEndOfFile",
  "SetEvent",
  "SetFileCompletionNotificationModes",
  "SetFileInformationByHandle",
  "SetFilePointerEx",
  "SetFileValidData",
  "SetLastError",
  "SetNamedPipeHandleState",
  "UnlockFileEx",
  "VirtualAlloc",
  "VirtualFree",
  "WaitForSingleObject",
  "WaitNamedPipeW",
  "WriteFile",
  "WriteFileGather",
];

test("prototypes has every function that the raw layer promises", () => {
  const missing = PROMISED.filter((name) => !Object.hasOwn(table, name));
  assertEquals(missing, []);
});

test("prototypes is in alphabetical order", () => {
  const names = Object.keys(table);
  assertEquals(names, names.toSorted());
});

test("prototypes has no more parameters than a call can have", () => {
  const most = 8; // BoundFunction's
  const tooMany = Object.entries(table).filter(([, { parameters }]) =>
    parameters.length > Math.min(most, FRAME_ARGUMENTS)
  );
  assertEquals(tooMany, []);
});

test("prototypes names each parameter once, after Microsoft's habits", () => {
  for (const [name, { parameters }] of Object.entries(table)) {
    const names = parameters.map(([parameter]) => parameter);
    assertEquals(new Set(names).size, names.length, name);
    for (const parameter of names) {
      assertEquals(/^[A-Za-z][A-Za-z0-9]+$/.test(parameter), true, parameter);
    }
  }
});

test("prototypes measures memory only, and with parameters that hold a size", () => {
  const wrong: string[] = [];
  for (const [name, { parameters }] of Object.entries(table)) {
    for (const [parameter, type, size] of parameters) {
      const isMemory = /^(buffer|overlapped)/.test(type);
      const sized = typeof size === "number" ||
        isDword(parameters.find(([other]) => other === size));
      if (isMemory !== (size !== undefined) || isMemory && !sized) {
        wrong.push(`${parameter} of ${name}`);
      }
    }
  }
  assertEquals(wrong, []);
});

test("prototypes lets memory be used after the call only where operations are overlapped", () => {
  const lenders = Object.entries(table).filter(([, { parameters }]) =>
    parameters.some(([, type]) => type.startsWith("overlapped"))
  );
  assertEquals(
    lenders.map(([name, { parameters }]) => [name, parameters.at(-1)?.[0]]),
    lenders.map(([name]) => [name, "lpOverlapped"]),
  );
});

test("this system's kernel32 exports every function of prototypes", () => {
  if (!onWindows) return assertEquals(Object.keys(table).length > 0, true);
  const frames = new FrameTable(selectBackend());
  const bound = Object.entries(table).map(([name, { parameters }]) => {
    frames.frame(name, parameters.length);
    return name;
  });
  assertEquals(bound, Object.keys(table));
});

function isDword(parameter: Parameter | undefined): boolean {
  return parameter !== undefined && parameter[1] === "u32";
}
