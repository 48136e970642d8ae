// overlapped.ts OPERATION BYTES DEPTH SECONDS FOLDER LIBRARY
//
// Runs on deno.exe and bun.exe: measures overlapped operations of one kind and prints what came of it, as JSON.

import { writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { bare } from "./overlapped_bare.ts";
import type { OverlappedCompetitor } from "./overlapped_competitor.ts";
import { native, nativePages } from "./overlapped_native.ts";
import { filePages, overlappedFile } from "./overlapped_ours.ts";
import { OPERATIONS, takeOverlappedRounds } from "./overlapped_rounds.ts";
import { fsFile, fsPromises } from "./overlapped_runtime.ts";
import type { OverlappedOperation } from "./overlapped_types.ts";

const [name, size, depth, seconds, folder = "", library = ""] = process.argv
  .slice(2);
const operation = name as OverlappedOperation;
const task = {
  operation,
  path: join(folder, "overlapped.bin"),
  bytes: Number(size),
  depth: Number(depth),
  library,
};
// No operation extends the file: the system would perform those one after the other.
writeFileSync(task.path, new Uint8Array(OPERATIONS * task.bytes).fill(0xA5));
const run = await takeOverlappedRounds(competitors(), task, Number(seconds));
writeSync(1, JSON.stringify(run));
process.exit(0); // The others' handles are still open.

function competitors(): OverlappedCompetitor[] {
  if (operation === "gather") {
    return [native, nativePages, overlappedFile, filePages];
  }
  const own = process.versions["bun"] === undefined ? [fsFile] : [];
  return [native, bare, overlappedFile, ...own, fsPromises];
}
