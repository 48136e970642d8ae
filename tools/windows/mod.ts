/**
 * A Windows to run programs on, from one interface: on Windows that very system, on Linux one under Wine.
 *
 * ```ts ignore
 * const windows = await provision();
 * const { code, stdout } = await windows.run("deno", ["eval", "console.log(1)"], { stdout: "pipe" });
 * await windows.compile(["hello.c"], "hello.exe");
 * await windows.run("./hello.exe");
 * ```
 *
 * @module
 */

import { cacheFolder } from "./cache.ts";
import { onWindows } from "./native.ts";
import { printProgress, type Progress } from "./progress.ts";
import type { Runtime } from "./runtimes.ts";
import { underWine } from "./under_wine.ts";
import type { Windows } from "./windows.ts";

export type {
  Ended,
  Run,
  RunOptions,
  RunResult,
  SpawnOptions,
  Stream,
} from "./run.ts";
export type { Compilers } from "./compile.ts";
export type { Progress } from "./progress.ts";
export type { Runtime } from "./runtimes.ts";
export type { Windows, WindowsSession } from "./windows.ts";

/** What {@link provision} may be told. */
export interface ProvisionOptions {
  /** Where lines about long steps go; by default to standard error. */
  progress?: Progress;
  /** Runtimes to have at hand at once; others are fetched when they are first run. */
  runtimes?: readonly Runtime[];
}

/**
 * Fetches and makes what is missing, once, and returns the Windows that this system offers.
 *
 * @throws {Error} If the system can offer none; the message says what is missing.
 */
export async function provision(
  options: ProvisionOptions = {},
): Promise<Windows> {
  const { progress = printProgress, runtimes = [] } = options;
  const cache = cacheFolder();
  if (process.platform === "win32") {
    return await onWindows(cache, runtimes, progress);
  }
  if (process.platform === "linux" && process.arch === "x64") {
    return await underWine(cache, runtimes, progress);
  }
  throw new Error(
    `Windows programs run on Windows and, under Wine, on Linux for x64; this is ${process.platform} for ${process.arch}.`,
  );
}
