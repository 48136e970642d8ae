// portable

import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { MAX_ARGUMENTS } from "../../ffi/capture/block.ts";
import type { Kernel32 } from "../../ffi/kernel32.ts";
import { selectBackend } from "../../ffi/select.ts";
import { Thread } from "../../ffi/thread.ts";
import { PROTOTYPES } from "../support/prototypes.ts";
import { onWindows } from "../support/runtime.ts";

/** A parameter: its name, its type, and what says how large its memory is. */
type Parameter = readonly [name: string, type: string, size?: string];

const table: Readonly<Record<string, readonly Parameter[]>> = Object
  .fromEntries(
    Object.entries(PROTOTYPES).map(([name, [, ...parameters]]) => [
      name,
      parameters.map((text) => text.split(" ") as unknown as Parameter),
    ]),
  );

/** What the raw layer promises at least. */
const PROMISED: readonly (keyof Kernel32)[] = [
  "CancelIoEx",
  "ClearCommBreak",
  "ClearCommError",
  "CloseHandle",
  "ConnectNamedPipe",
  "CreateEventW",
  "CreateFileW",
  "CreateIoCompletionPort",
  "CreateNamedPipeW",
  "DeviceIoControl",
  "DisconnectNamedPipe",
  "DuplicateHandle",
  "EscapeCommFunction",
  "FlushFileBuffers",
  "FormatMessageW",
  "GetCommMask",
  "GetCommModemStatus",
  "GetCommProperties",
  "GetCommState",
  "GetCommTimeouts",
  "GetDiskFreeSpaceW",
  "GetFileInformationByHandle",
  "GetFileInformationByHandleEx",
  "GetFileSizeEx",
  "GetFileType",
  "GetLastError",
  "GetNamedPipeClientProcessId",
  "GetNamedPipeHandleStateW",
  "GetNamedPipeInfo",
  "GetNamedPipeServerProcessId",
  "GetOverlappedResult",
  "GetOverlappedResultEx",
  "GetQueuedCompletionStatusEx",
  "GetStdHandle",
  "GetSystemInfo",
  "GetVolumeInformationByHandleW",
  "GetVolumePathNameW",
  "LockFileEx",
  "PeekNamedPipe",
  "PostQueuedCompletionStatus",
  "PurgeComm",
  "QueryDosDeviceW",
  "ReadFile",
  "ReadFileScatter",
  "ResetEvent",
  "SetCommBreak",
  "SetCommMask",
  "SetCommState",
  "SetCommTimeouts",
  "SetEndOfFile",
  "SetEvent",
  "SetFileCompletionNotificationModes",
  "SetFileInformationByHandle",
  "SetFilePointerEx",
  "SetFileValidData",
  "SetLastError",
  "SetNamedPipeHandleState",
  "SetupComm",
  "UnlockFileEx",
  "VirtualAlloc",
  "VirtualFree",
  "WaitCommEvent",
  "WaitForSingleObject",
  "WaitNamedPipeW",
  "WriteFile",
  "WriteFileGather",
];

test("PROTOTYPES has every function that the raw layer promises", () => {
  const missing = PROMISED.filter((name) => !Object.hasOwn(table, name));
  assertEquals(missing, []);
});

test("PROTOTYPES is in alphabetical order", () => {
  const names = Object.keys(table);
  assertEquals(names, names.toSorted());
});

test("PROTOTYPES has no more parameters than a call can have", () => {
  const most = 8; // BoundFunction's
  const tooMany = Object.entries(table).filter(([, parameters]) =>
    parameters.length > Math.min(most, MAX_ARGUMENTS)
  );
  assertEquals(tooMany, []);
});

test("PROTOTYPES names each parameter as the interface Kernel32 does, in the same order", () => {
  const source = readFileSync(
    new URL("../../ffi/kernel32.ts", import.meta.url),
    "utf8",
  );
  const declared = [...source.matchAll(/^ {2}(\w+)\(([^)]*)\): [\w ]+;$/gm)]
    .map(([, name, parameters]) => [
      name,
      [...parameters!.matchAll(/(\w+):/g)].map(([, parameter]) => parameter),
    ]);
  assertEquals(
    declared,
    Object.entries(table).map(([name, parameters]) => [
      name,
      parameters.map(([parameter]) => parameter),
    ]),
  );
});

test("the interface Kernel32 links each function to Microsoft's page of it", () => {
  const source = readFileSync(
    new URL("../../ffi/kernel32.ts", import.meta.url),
    "utf8",
  );
  const page =
    /@see https:\/\/learn\.microsoft\.com\/\S+[-/](\w+)\n {3}\*\/\n {2}(\w+)\(/g;
  const linked = [...source.matchAll(page)];
  assertEquals(
    linked.map(([, page]) => page),
    linked.map(([, , name]) => name!.toLowerCase()),
  );
  assertEquals(linked.map(([, , name]) => name), Object.keys(table));
});

test("PROTOTYPES names each parameter once, after Microsoft's habits", () => {
  for (const [name, parameters] of Object.entries(table)) {
    const names = parameters.map(([parameter]) => parameter);
    assertEquals(new Set(names).size, names.length, name);
    for (const parameter of names) {
      assertEquals(/^[A-Za-z][A-Za-z0-9]+$/.test(parameter), true, parameter);
    }
  }
});

test("PROTOTYPES measures memory only, and with parameters that hold a size", () => {
  const wrong: string[] = [];
  for (const [name, parameters] of Object.entries(table)) {
    for (const [parameter, type, size] of parameters) {
      const isMemory = /^(buffer|overlapped)/.test(type);
      const [counter] = (size ?? "").split(/[*\/]/);
      const isSized = /^\d+$/.test(counter!) || parameters.some(
        ([other, otherType]) => other === counter && otherType === "u32",
      );
      if (isMemory !== (size !== undefined) || isMemory && !isSized) {
        wrong.push(`${parameter} of ${name}`);
      }
    }
  }
  assertEquals(wrong, []);
});

test("PROTOTYPES lets memory be used after the call only where operations are overlapped", () => {
  const overlapped = Object.entries(table).filter(([, parameters]) =>
    parameters.some(([, type]) => type.startsWith("overlapped"))
  );
  assertEquals(
    overlapped.map(([name, parameters]) => [name, parameters.at(-1)?.[0]]),
    overlapped.map(([name]) => [name, "lpOverlapped"]),
  );
});

test("this system's kernel32 exports every function of PROTOTYPES", () => {
  if (!onWindows) return assertEquals(Object.keys(table).length > 0, true);
  const thread = new Thread(selectBackend());
  const bound = Object.entries(table).map(([name, parameters]) => {
    thread.frame(name, parameters.length);
    return name;
  });
  assertEquals(bound, Object.keys(table));
});
