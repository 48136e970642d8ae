// heap.ts FOLDER CALLS OPERATIONS [quick]
//
// Runs on deno.exe and bun.exe, told not to collect garbage: makes so many calls of each kind and prints what each left on the heap, in
// bytes, as JSON. The device NUL takes any write and ends any read.

import { rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { kernel32, openSync, toHandle } from "../mod.ts";
import type { Contestant } from "./contestant.ts";
import { Deno } from "./globals.ts";
import { openHandle } from "./handle.ts";
import { overlappedFile } from "./overlapped/ours.ts";
import { fsPromises } from "./overlapped/runtimes.ts";
import { inLanes, type OverlappedTask, PAGE } from "./overlapped/task.ts";
import { prefill } from "./prefill.ts";
import { RUNTIME } from "./runtime.ts";

const NUL = "\\\\.\\NUL";
const LAP = 128;
const PAGES = 16;
const DEPTH = 32;

const [folder = "", ...counts] = process.argv.slice(2);
const [calls, operations] = counts.map(Number) as [number, number];
const quick = counts.includes("quick");

/** What runs so many times. */
type Loop = (count: number) => void | Promise<void>;

let kept: unknown;

/** Shows that the measurement sees what is allocated. */
const CONTROL: Record<string, Loop> = {
  "one object"(count) {
    for (let i = 0; i < count; i++) kept = { i };
  },
};

const heapSize = await heapSizeOf();
const growth: Record<string, number> = {};
await measure({ ...syncCalls(), ...CONTROL }, calls, calls / 10);
// Bun's collector runs whenever its event loop has a moment, and nothing keeps it from that: there is no telling.
if (RUNTIME === "deno") await measureOverlapped();
void kept;
writeSync(1, `${JSON.stringify(growth)}\n`);
process.exit(0); // A completion port's thread may wait yet.

async function measure(
  loops: Record<string, Loop>,
  count: number,
  warmUp: number,
): Promise<void> {
  for (const [name, loop] of Object.entries(loops)) {
    await loop(warmUp); // compiles it
    const before = heapSize();
    await loop(count);
    growth[name] = (heapSize() - before) / count;
  }
}

function syncCalls(): Record<string, Loop> {
  const handle = toHandle(openHandle(NUL, { flags: 0 }));
  const file = openSync(NUL, { read: true, write: true });
  const bytes = new Uint8Array(new ArrayBuffer(16));
  const done = new Uint32Array(new ArrayBuffer(4));
  return {
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
  };
}

async function measureOverlapped(): Promise<void> {
  const path = join(folder, "heap.bin");
  prefill(path, LAP * PAGES * PAGE);
  const task: OverlappedTask = {
    ...{ operation: "rewrite at", pattern: "unbuffered", path },
    ...{ bytes: PAGE, depth: 1, library: undefined },
  };
  const read = { ...task, operation: "read at" } as const;
  const gather = { operation: "gather", bytes: PAGES * PAGE } as const;
  const deep = { ...task, depth: DEPTH };
  const others = async () => ({
    "OverlappedFile.write, depth 1": await overlappedFile.prepare(task),
    "OverlappedFile.read, depth 1": await overlappedFile.prepare(read),
    "OverlappedFile.read, depth 32": await overlappedFile.prepare({
      ...read,
      depth: DEPTH,
    }),
    "gather of 16 pages": await overlappedFile.prepare({ ...task, ...gather }),
    "node:fs/promises.write, depth 32": await fsPromises.prepare({
      ...deep,
      pattern: "buffered",
    }),
  });
  const contestants: Record<string, Pick<Contestant, "run">> = {
    "OverlappedFile.write, depth 32": await overlappedFile.prepare(deep),
    "the loop": loopAlone(),
    ...quick ? {} : await others(),
  };
  const loops = Object.entries(contestants).map(([name, contestant]) =>
    [name, inLaps(contestant)] as const
  );
  await measure(Object.fromEntries(loops), operations, operations);
  rmSync(path, { force: true, maxRetries: 3 });
}

function inLaps({ run }: Pick<Contestant, "run">): Loop {
  return async (count) => {
    for (let done = 0; done < count; done += LAP) await run(LAP, 0);
  };
}

/** What the loop of the bench itself leaves. */
function loopAlone(): Pick<Contestant, "run"> {
  const lanes = [...Array(DEPTH).keys()];
  const settled = Promise.resolve();
  return inLanes("C", lanes, (index) => {
    kept = { at: index };
    return settled;
  }, () => true);
}

/** Finds out how this runtime tells the size of its heap, garbage included. */
async function heapSizeOf(): Promise<() => number> {
  if (RUNTIME === "deno") return () => Deno.memoryUsage().heapUsed;
  const jsc: string = "bun:jsc";
  const { heapStats } = await import(jsc) as {
    heapStats(): { heapCapacity: number };
  };
  return () => heapStats().heapCapacity;
}
