// Kills programs until the time is over, at least 10 of each kind: kills.ts MINUTES RUNTIME. Exit code 0 only if what they had promised was there.

import process from "node:process";
import { onInterruption } from "../../tools/interruption.ts";
import { provision } from "../../tools/windows/mod.ts";
import { killAtomicWriter, killLog } from "../host/killed_writers.ts";
import type { BothRuntimes } from "../host/runtimes.ts";

/** So many kills in a row hit one file. */
const KILLS = 10;

const WRITERS = {
  "appends to a log": killLog,
  "writeFileAtomic()": killAtomicWriter,
} as const;

onInterruption(() => process.exit(1));
const [minutes, runtime] = process.argv.slice(2) as [string, BothRuntimes];
const windows = await provision({ runtimes: [runtime] });
await using _session = await windows.session();
const end = performance.now() + Number(minutes) * 60_000;
do {
  for (const [what, kill] of Object.entries(WRITERS)) {
    const promised = await kill(windows, runtime, KILLS);
    console.log(
      `  ${KILLS} kills during ${what}: of ${promised} that were acknowledged, none was lost`,
    );
  }
} while (performance.now() < end);
