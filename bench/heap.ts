// heap.ts FOLDER CALLS OPERATIONS
//
// Runs on deno.exe and bun.exe, told not to collect garbage: makes so many calls of each kind and prints what each left on the heap, in
// bytes, as JSON. The device NUL takes any write and ends any read.

import { rmSync, writeSync } from "node:fs";
import process from "node:process";
import { Deno } from "./globals.ts";
import { makeFile } from "./files.ts";
import { contestantOf, PAGE } from "./loops.ts";
import { RUNTIME } from "./runtime.ts";
import type { Job, Way } from "./way.ts";
import { ours } from "./ways/module.ts";

const NUL = "\\\\.\\NUL";
const LAP = 128;
const DEPTH = 32;

const [folder = "", ...counts] = process.argv.slice(2);
const [calls, operations] = counts.map(Number) as [number, number];

type Loop = (count: number) => void | Promise<void>;

let last: unknown;

const growth: Record<string, number> = {};
const heapSize = await heapSizeOf();
await measure("one object", calls, (count) => {
  // Shows that the measurement sees what is allocated.
  for (let i = 0; i < count; i++) last = { i };
});
for (
  const [name, way] of [["kernel32", ours.raw], [
    "SyncFile",
    ours.syncFile,
  ]] as const
) {
  const file = way.openSync!(NUL, { pattern: "buffered" });
  const bytes = new Uint8Array(16);
  await measure(`${name} write`, calls, (count) => {
    for (let i = 0; i < count; i++) file.write(bytes);
  });
  await measure(`${name} read`, calls, (count) => {
    for (let i = 0; i < count; i++) file.read(bytes);
  });
}
// Bun's collector runs whenever its event loop has a moment, and nothing keeps it from that: there is nothing to be read off.
if (RUNTIME === "deno") {
  const path = makeFile(folder, "heap.bin", LAP * PAGE);
  const { overlappedFile } = ours;
  await overlapped("the loop", idle(), path, DEPTH);
  await overlapped("OverlappedFile write × 32", overlappedFile, path, DEPTH);
  await overlapped("OverlappedFile read × 32", overlappedFile, path, DEPTH, {
    writes: false,
  });
  rmSync(path, { force: true, maxRetries: 3 });
}
void last;
writeSync(1, `${JSON.stringify(growth)}\n`);
process.exit(0); // A completion port's thread may wait yet.

async function measure(name: string, count: number, loop: Loop): Promise<void> {
  await loop(count); // compiles it
  const before = heapSize();
  await loop(count);
  growth[name] = (heapSize() - before) / count;
}

async function overlapped(
  name: string,
  way: Way,
  path: string,
  depth: number,
  rest: Partial<Job> = {},
): Promise<void> {
  const { run, close } = await contestantOf(way, {
    ...{ writes: true, positional: true, append: false, depth, views: depth },
    pattern: "unbuffered",
    ...{ paths: [path], length: PAGE, offsets: LAP, library: undefined },
    ...rest,
  });
  await measure(name, operations, async (count) => {
    for (let done = 0; done < count; done += LAP) await run(LAP, 0);
  });
  await close();
}

function idle(): Way {
  const settled = Promise.resolve(PAGE);
  const perform = (_bytes: unknown, at?: number) => {
    last = { at };
    return settled;
  };
  const file = { read: perform, write: perform, rewind() {}, close() {} };
  return { ...ours.overlappedFile, open: () => Promise.resolve(file) };
}

/** Finds out how this runtime knows the size of its heap, garbage included. */
async function heapSizeOf(): Promise<() => number> {
  if (RUNTIME === "deno") return () => Deno.memoryUsage().heapUsed;
  const jsc: string = "bun:jsc";
  const { heapStats } = await import(jsc) as {
    heapStats(): { heapCapacity: number };
  };
  return () => heapStats().heapCapacity;
}
