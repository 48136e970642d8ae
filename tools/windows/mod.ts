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
import { pinnedRuntime, type Runtime, runtimeProgram } from "./runtimes.ts";
import { underWine } from "./under_wine.ts";
import type { Windows } from "./windows.ts";

export type { Compilers } from "./compile.ts";
export type * from "./windows.ts";
export type { Runtime } from "./runtimes.ts";

/**
 * Fetches and makes what is missing, once, and returns the Windows that this system offers.
 *
 * @param options Runtimes to have at hand at once; others are fetched when they are first run.
 * @throws {Error} If the system can offer none; the message says what is missing.
 */
export async function provision(
  { runtimes = [] }: { runtimes?: readonly Runtime[] } = {},
): Promise<Windows> {
  const { platform, arch } = process;
  const isLinux = platform === "linux" && arch === "x64";
  if (platform !== "win32" && !isLinux) {
    throw new Error(
      `Windows programs run on Windows and, under Wine, on Linux for x64; this is ${platform} for ${arch}.`,
    );
  }
  const cache = cacheFolder();
  const program = (runtime: Runtime) =>
    runtimeProgram(cache, pinnedRuntime(runtime));
  const windows = isLinux
    ? await underWine(cache, program)
    : onWindows(cache, program);
  for (const runtime of runtimes) await program(runtime);
  return windows;
}
