import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Run, Windows } from "../windows/mod.ts";
import { type Copied, type Event, MODES, type Refused } from "./events.ts";
import { describeCopy, ProgressBar } from "./screen.ts";

/** A runtime that copies. */
export type Copier = "deno" | "bun";

/**
 * What a runtime is told before the program's own arguments. Deno is not asked for leave to write: that goes through kernel32,
 * for which `--allow-ffi` stands.
 */
const WORDS: Record<Copier, readonly string[]> = {
  deno: [
    ...["run", "--quiet", "--no-check", "--no-lock", "--no-prompt"],
    ...["--allow-ffi", "--allow-read"],
  ],
  bun: ["run"],
};

const PROGRAM = fileURLToPath(new URL("program.ts", import.meta.url));

/** A copy to be made. Paths are the host's. */
export interface Task {
  readonly source: string;
  /** The size of the source. */
  readonly size: number;
  readonly copy: string;
  /** The folder of the copy, which the program must see. */
  readonly folder: string;
  /** How many operations are to be under way at once, where there can be several. */
  readonly depth: number;
}

/**
 * Has a runtime copy a file in every mode, and prints what comes of it.
 *
 * @param started Gets the run, so that it can be killed.
 * @returns The SHA-256 that source and copies have in common.
 * @throws {Error} If a copy differs from its source, a write that should be refused is not, or the program fails.
 */
export async function copyOn(
  windows: Windows,
  runtime: Copier,
  task: Task,
  started: (run: Run) => void,
): Promise<string> {
  const paths = [task.source, task.copy].map((path) => windows.path(path));
  const run = await windows.spawn(
    runtime,
    [...WORDS[runtime], windows.path(PROGRAM), String(task.depth), ...paths],
    { cwd: task.folder, stdout: "pipe", stderr: "pipe" },
  );
  started(run);
  passOn(run.process.stderr!);
  const bar = new ProgressBar(task.size);
  const copies: Copied[] = [];
  let refused: Refused | undefined;
  try {
    const lines = createInterface({ input: run.process.stdout! });
    for await (const line of lines) {
      const event = JSON.parse(line) as Event;
      if (event.event === "progress") {
        bar.show(event);
        continue;
      }
      bar.clear();
      if (event.event === "failed") throw new Error(event.message);
      if (event.event === "started") console.log(event.runtime);
      if (event.event === "copied") {
        console.log(describeCopy(event));
        copies.push(event);
      }
      if (event.event === "refused") {
        console.log(`  a write without write access: ${event.message}`);
        refused = event;
      }
    }
    const { code } = await run.ended;
    if (code !== 0) throw new Error(`${runtime}.exe ended with code ${code}.`);
  } catch (error) {
    await run.kill();
    throw error;
  } finally {
    bar.clear();
  }
  return check(task, copies, refused);
}

/** Passes on what a runtime says, but for Bun's remarks under Wine on a folder that it sees by two names. */
async function passOn(stream: Readable): Promise<void> {
  for await (const line of createInterface({ input: stream })) {
    if (!line.includes("directory mismatch")) console.error(line);
  }
}

function check(
  task: Task,
  copies: readonly Copied[],
  refused: Refused | undefined,
): string {
  const hash = copies[0]?.sourceHash;
  if (hash === undefined || copies.length !== MODES.length) {
    throw new Error(
      `The program made ${copies.length} of ${MODES.length} copies.`,
    );
  }
  for (const { mode, bytes, sourceHash, copyHash } of copies) {
    if (copyHash !== sourceHash) {
      throw new Error(`The ${mode} copy differs from its source.`);
    }
    if (sourceHash !== hash || bytes !== task.size) {
      throw new Error(`${task.source} has changed while it was copied.`);
    }
  }
  if (refused?.symbol !== "ERROR_ACCESS_DENIED") {
    throw new Error(
      "A write without write access ended with " +
        `${refused?.symbol ?? "nothing"}, not with ERROR_ACCESS_DENIED.`,
    );
  }
  return hash;
}
