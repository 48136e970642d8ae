// npm start [-- [--depth N] SOURCE [DESTINATION]]
//
// The module at work on real input: copies a file with ReadFile and WriteFile on deno.exe and bun.exe, buffered, unbuffered
// and overlapped, and compares each copy with its source. Exit code 0 only if all are equal; 1 if not, 2 if the request makes no sense.

import { existsSync, mkdtempSync, realpathSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { onInterruption } from "./interruption.ts";
import {
  checkPaths,
  parseRequest,
  USAGE,
  UsageError,
} from "./start/arguments.ts";
import { MODES } from "./start/events.ts";
import { type Copier, copyOn } from "./start/run.ts";
import { cacheFolder } from "./windows/cache.ts";
import { provision, type Run } from "./windows/mod.ts";

const COPIERS: readonly Copier[] = ["deno", "bun"];

let folder: string | undefined;
let run: Run | undefined;
let interrupted = false;

onInterruption(async (signal) => {
  interrupted = true;
  await run?.kill();
  await removeFolder();
  process.exit(128 + constants.signals[signal]);
});

try {
  await main();
} catch (error) {
  // A run that was killed has nothing to complain of; the process is about to exit.
  if (interrupted) await new Promise(() => {});
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
} finally {
  await removeFolder();
}

async function main(): Promise<void> {
  // npm starts scripts in the package's folder and tells here where it was called.
  const called = process.env["INIT_CWD"] ?? process.cwd();
  const request = parseRequest(process.argv.slice(2), called);
  const { help, source: named, destination, depth } = request;
  if (help) return console.log(USAGE);
  if (named !== undefined) checkPaths(named, destination);

  const windows = await provision({ runtimes: COPIERS });
  const source = named ?? await windows.program("deno");
  const size = checkPaths(source, destination);
  // The copy is made beside its destination, which is replaced by a whole and verified file or not at all.
  const target = destination && existsSync(destination)
    ? realpathSync(destination) // a link stays one
    : destination;
  const parent = target === undefined ? cacheFolder() : dirname(target);
  // At once: an interruption finds it by its name.
  folder = mkdtempSync(join(parent, ".kernel32-io-"));
  const task = { source, size, copy: join(folder, "copy"), folder, depth };

  console.log(`${source}: ${size.toLocaleString("en")} bytes`);
  // What is in the working directory is visible to the programs of a session, wherever that is.
  process.chdir(dirname(source));
  await using _session = await windows.session();
  const hashes = new Set<string>();
  for (const copier of COPIERS) {
    hashes.add(await copyOn(windows, copier, task, (started) => run = started));
  }
  if (hashes.size !== 1) {
    throw new Error(`${source} has changed between the copies.`);
  }
  if (target !== undefined) {
    await rename(task.copy, target);
    console.log(`The last copy is ${destination}`);
  }
  console.log(
    `All ${MODES.length * COPIERS.length} copies are equal to their source.`,
  );
}

async function removeFolder(): Promise<void> {
  if (folder === undefined) return;
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
