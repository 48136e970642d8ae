// overlapped_heap.ts FOLDER
//
// Runs on deno.exe, told not to collect garbage: performs some ten thousand operations of each kind and prints what each
// left on the heap, in bytes, as JSON.

import { writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { inLanes } from "./overlapped_competitor.ts";
import { overlappedFile } from "./overlapped_ours.ts";
import { OPERATIONS } from "./overlapped_rounds.ts";
import { fsPromises } from "./overlapped_runtime.ts";
import type { HeapGrowth } from "./types.ts";

const TURNS = 160;
const BYTES = 4096;
const PAGES = 16;

const [folder = ""] = process.argv.slice(2);
const path = join(folder, "overlapped.bin");
writeFileSync(path, new Uint8Array(OPERATIONS * PAGES * BYTES));

const lanes = [...Array(32).keys()];
const done = Promise.resolve();
let kept: unknown;
const task = { path, library: "" };
const write = { ...task, operation: "write", bytes: BYTES } as const;
const read = { ...task, operation: "read", bytes: BYTES } as const;
const gather = {
  ...task,
  operation: "gather",
  bytes: PAGES * BYTES,
  depth: 1,
} as const;

const CANDIDATES = {
  "write, depth 1": await overlappedFile.prepare({ ...write, depth: 1 }),
  "write, depth 32": await overlappedFile.prepare({ ...write, depth: 32 }),
  "read, depth 1": await overlappedFile.prepare({ ...read, depth: 1 }),
  "read, depth 32": await overlappedFile.prepare({ ...read, depth: 32 }),
  "gather of 16 pages": await overlappedFile.prepare(gather),
  "fs.promises": await fsPromises.prepare({ ...write, depth: 32 }),
  // What the loop of the bench itself leaves, and that the measurement sees it.
  "the loop": inLanes("C", lanes, (index) => {
    kept = { at: index };
    return done;
  }, () => true),
};

const heapSize = () => Deno.memoryUsage().heapUsed;
const growth: HeapGrowth = {};
for (const [name, perform] of Object.entries(CANDIDATES)) {
  for (let i = 0; i < TURNS / 4; i++) await perform(OPERATIONS); // compiles it
  const before = heapSize();
  for (let i = 0; i < TURNS; i++) await perform(OPERATIONS);
  growth[name] = (heapSize() - before) / (TURNS * OPERATIONS);
}
void kept;
writeSync(1, JSON.stringify(growth));
process.exit(0);
