// program.ts DEPTH SOURCE COPY
//
// Runs on deno.exe and bun.exe: copies SOURCE to COPY in each mode, has both read back by the runtime's own means, and tells
// start.ts about it.

import { createHash } from "node:crypto";
import { createReadStream, writeSync } from "node:fs";
import process from "node:process";
import { copyFile, refusedWrite } from "./copy.ts";
import { copyOverlapped } from "./copy_overlapped.ts";
import { type Event, type Mode, MODES, type Step } from "./events.ts";

const PROGRESS_INTERVAL = 50; // ms

const [queueDepth, source = "", copy = ""] = process.argv.slice(2);
const { bun, deno } = process.versions;

try {
  tell({
    event: "started",
    runtime: bun ? `bun.exe ${bun}` : `deno.exe ${deno}`,
  });
  for (const mode of MODES) {
    const start = performance.now();
    const progress = reporter(mode, "copying");
    const depth = mode === "unbuffered, overlapped" ? Number(queueDepth) : 1;
    const bytes = mode === "unbuffered, overlapped"
      ? await copyOverlapped(source, copy, depth, progress)
      : copyFile(source, copy, mode, progress);
    const seconds = (performance.now() - start) / 1000;
    tell({
      event: "copied",
      mode,
      depth,
      bytes,
      seconds,
      sourceHash: await sha256(
        source,
        reporter(mode, "checking source"),
      ),
      copyHash: await sha256(copy, reporter(mode, "checking copy")),
    });
  }
  const { message, symbol } = refusedWrite(copy);
  tell({ event: "refused", message, symbol });
} catch (error) {
  tell({
    event: "failed",
    message: error instanceof Error ? error.message : String(error),
  });
  process.exitCode = 1;
}

/** Hashes a file with nothing of this module. */
async function sha256(
  path: string,
  progress: (bytes: number) => void,
): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (
    const chunk of createReadStream(path, { highWaterMark: 1 << 20 })
  ) {
    hash.update(chunk);
    progress(bytes += chunk.length);
  }
  return hash.digest("hex");
}

function reporter(mode: Mode, step: Step): (bytes: number) => void {
  let last = -Infinity;
  return (bytes) => {
    const now = performance.now();
    if (now - last < PROGRESS_INTERVAL) return;
    last = now;
    tell({ event: "progress", mode, step, bytes });
  };
}

/** Written at once: a stream would wait for the event loop, which a copy holds up. */
function tell(event: Event): void {
  writeSync(1, `${JSON.stringify(event)}\n`);
}
