// heap.ts
//
// Runs on deno.exe and bun.exe, told not to collect garbage: makes a million calls of each kind and prints what each call left
// on the heap, in bytes, as JSON. The device NUL takes any write and ends any read.

import { writeSync } from "node:fs";
import process from "node:process";
import { kernel32, openSync } from "../mod.ts";
import { openHandle } from "./handle.ts";
import type { HeapGrowth } from "./types.ts";

const CALLS = 1_000_000;
const NUL = "\\\\.\\NUL";

const handle = openHandle(NUL);
const file = openSync(NUL, { read: true, write: true });
const bytes = new Uint8Array(new ArrayBuffer(16));
const done = new Uint32Array(new ArrayBuffer(4));
let kept: unknown;

const CANDIDATES: Record<string, (count: number) => void> = {
  "kernel32.WriteFile"(count) {
    for (let i = 0; i < count; i++) {
      kernel32.WriteFile(handle, bytes, bytes.length, done, null);
    }
  },
  "kernel32.ReadFile"(count) {
    for (let i = 0; i < count; i++) {
      kernel32.ReadFile(handle, bytes, bytes.length, done, null);
    }
  },
  "SyncFile.write"(count) {
    for (let i = 0; i < count; i++) file.write(bytes);
  },
  "SyncFile.read"(count) {
    for (let i = 0; i < count; i++) file.read(bytes);
  },
  // Shows that the measurement sees what is allocated.
  "one object"(count) {
    for (let i = 0; i < count; i++) kept = { i };
  },
};

const heapSize = await heapSizeOf();
const growth: HeapGrowth = {};
for (const [name, run] of Object.entries(CANDIDATES)) {
  run(CALLS / 10); // compiles it
  const before = heapSize();
  run(CALLS);
  growth[name] = (heapSize() - before) / CALLS;
}
void kept;
writeSync(1, JSON.stringify(growth));

/** Finds out how this runtime tells the size of its heap, garbage included. */
async function heapSizeOf(): Promise<() => number> {
  if (process.versions["bun"] === undefined) {
    return () => Deno.memoryUsage().heapUsed;
  }
  const jsc: string = "bun:jsc";
  const { heapStats } = await import(jsc) as {
    heapStats(): { heapCapacity: number };
  };
  return () => heapStats().heapCapacity;
}
