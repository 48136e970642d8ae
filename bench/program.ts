// program.ts OPERATION BYTES SECONDS FOLDER LIBRARY
//
// Runs on deno.exe and bun.exe: measures one case and prints its rounds, as JSON.

import { writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { competitorsFor } from "./competitors.ts";
import { FILE_TRANSFERS, takeRounds } from "./rounds.ts";
import type { Operation } from "./types.ts";

const [operation, size, seconds, folder = "", library = ""] = process.argv
  .slice(2);
const task = {
  operation: operation as Operation,
  path: join(folder, "bench.bin"),
  // Memory that was never written is one page of zeros, over and over.
  bytes: new Uint8Array(new ArrayBuffer(Number(size))).fill(0xA5),
  library,
};
writeFileSync(task.path, new Uint8Array(FILE_TRANSFERS * Number(size)));
const runtime = process.versions["bun"] === undefined ? "deno" : "bun";
const competitors = competitorsFor(runtime, task.operation);
const rounds = takeRounds(competitors, task, Number(seconds));
writeSync(1, JSON.stringify(rounds));
