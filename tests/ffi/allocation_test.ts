import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { Handle } from "../../ffi/handle.ts";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import {
  allocate,
  growthOfOneObject,
  heapGrowth,
  makesGarbage,
} from "../support/allocation.ts";

const bytes = new Uint8Array(16);
const count = new Uint32Array(1);
const overlapped = new Uint8Array(32);
const place = new Uint8Array(32);
overlapped.set([0x03, 0x01]); // STATUS_PENDING

/** Calls as they are made again and again, without a kernel object behind most. */
function synchronousCalls(file: Handle): Record<string, () => void> {
  return {
    "raw WriteFile": () => {
      kernel32.WriteFile(file, bytes, 0, count, null);
    },
    "raw ReadFile": () => {
      kernel32.ReadFile(file, bytes, 0, count, null);
    },
    "raw WriteFile with an OVERLAPPED": () => {
      kernel32.WriteFile(file, bytes, 0, count, place);
    },
    "a raw call with two buffers": () => {
      kernel32.GetOverlappedResult(file, overlapped, count, false);
    },
    "a raw call with a 64-bit integer": () => {
      kernel32.SetFilePointerEx(file, 4096n, null, 9);
    },
    "a raw call that takes nothing": () => {
      kernel32.GetLastError();
    },
    "getLastWin32Error": () => {
      getLastWin32Error();
    },
  };
}

test("no synchronous call allocates: a million of them leave the collector nothing to do", async () => {
  const file = openNul();
  const collected: Record<string, boolean> = {};
  collected["one object a call"] = await makesGarbage(allocate);
  const calls = synchronousCalls(file);
  for (const name in calls) collected[name] = await makesGarbage(calls[name]!);
  kernel32.CloseHandle(file);
  assertEquals(collected, {
    ...Object.fromEntries(Object.keys(calls).map((name) => [name, false])),
    "one object a call": true,
  });
});

test("no synchronous call allocates: the heap does not grow by a byte a call", () => {
  const file = openNul();
  const calls = synchronousCalls(file);
  const growing = Object.entries(calls).flatMap(([name, call]) => {
    const bytes = heapGrowth(call);
    return bytes < 1 ? [] : [`${name}: ${bytes.toFixed(3)} bytes a call`];
  });
  kernel32.CloseHandle(file);
  assertEquals(growing, []);
  const control = growthOfOneObject();
  assert(control >= 8, `${control} bytes a call where an object is made`);
});

function openNul(): Handle {
  const file = kernel32.CreateFileW(
    "\\\\.\\NUL",
    0xC000_0000,
    3,
    null,
    3,
    0,
    null,
  );
  assert(file as bigint !== 2n ** 64n - 1n, `${getLastWin32Error()}`);
  return file;
}
