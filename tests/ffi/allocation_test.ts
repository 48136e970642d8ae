import process from "node:process";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { frames } from "../../ffi/mod.ts";
import { Transfer } from "../../ffi/transfer.ts";
import type { Handle } from "../../ffi/handle.ts";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import { collectGarbage, nextJob, survivors } from "../support/garbage.ts";
import { runtime } from "../support/runtime.ts";

const CALLS = 1_000_000;
/** Objects made by so few calls fit into V8's youngest space. */
const CALLS_PER_READING = 10_000;

const bytes = new Uint8Array(16);
const count = new Uint32Array(1);
const overlapped = new Uint8Array(32);
overlapped.set([0x03, 0x01]); // STATUS_PENDING

/** Calls as they are made again and again, without a kernel object behind most. */
function synchronousCalls(file: Handle): Record<string, () => void> {
  const writer = new Transfer("WriteFile", frames());
  return {
    "raw WriteFile": () => {
      kernel32.WriteFile(file, bytes, 0, count, null);
    },
    "raw ReadFile": () => {
      kernel32.ReadFile(file, bytes, 0, count, null);
    },
    "Transfer.here": () => {
      writer.here(file, bytes, 0);
    },
    "Transfer.at": () => {
      writer.at(file, bytes, 0, 4096, 0);
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

/** What a call would do if it made one small object. */
const sink: unknown[] = [];
function allocate(i: number): void {
  sink[i & 7] = 0x1_0000_0000_0000n + BigInt(i);
}

function keep(i: number): void {
  sink.push(0x1_0000_0000_0000n + BigInt(i));
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
  // In Bun, heapUsed is what the last collection left; V8 counts all the time.
  const growth = runtime === "bun" ? bytesLeft : bytesMade;
  const file = openNul();
  const calls = synchronousCalls(file);
  const growing = Object.entries(calls).flatMap(([name, call]) => {
    const bytes = growth(call);
    return bytes < 1 ? [] : [`${name}: ${bytes.toFixed(3)} bytes a call`];
  });
  kernel32.CloseHandle(file);
  assertEquals(growing, []);
  const control = growth(runtime === "bun" ? keep : allocate);
  assert(control >= 8, `${control} bytes a call where an object is made`);
});

/** Whether so much is allocated that garbage made beforehand gets collected. */
async function makesGarbage(call: (i: number) => void): Promise<boolean> {
  repeat(call, CALLS_PER_READING);
  await survivors([]); // The collector begins anew.
  const garbage = Array.from({ length: 64 }, () => new WeakRef({}));
  await nextJob();
  repeat(call, CALLS);
  const left = garbage.filter((object) => object.deref() !== undefined);
  await nextJob();
  return left.length < garbage.length / 2;
}

/** The bytes that a call adds to the heap, whether they are needed or not. */
function bytesMade(call: (i: number) => void): number {
  repeat(call, 20 * CALLS_PER_READING);
  let growth = 0;
  let readings = 0;
  for (let done = 0; done < CALLS; done += CALLS_PER_READING) {
    const before = process.memoryUsage().heapUsed;
    repeat(call, CALLS_PER_READING);
    const change = process.memoryUsage().heapUsed - before;
    if (change < 0) continue; // There was a collection.
    growth += change;
    readings++;
  }
  return growth / readings / CALLS_PER_READING;
}

/** The bytes that a call leaves on the heap for good. */
function bytesLeft(call: (i: number) => void): number {
  repeat(call, CALLS_PER_READING);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  repeat(call, CALLS);
  collectGarbage();
  return (process.memoryUsage().heapUsed - before) / CALLS;
}

function repeat(call: (i: number) => void, times: number): void {
  for (let i = 0; i < times; i++) call(i);
}

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
