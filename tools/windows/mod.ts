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
import {
  type Arch,
  pinnedRuntime,
  type Runtime,
  runtimeProgram,
  usualArch,
} from "./runtimes.ts";
import { readUcrtbase } from "./ucrtbase.ts";
import { underWine } from "./under_wine.ts";
import type { Windows } from "./windows.ts";

export type { Compilers } from "./compile.ts";
export type * from "./windows.ts";
export type { Arch, Runtime } from "./runtimes.ts";

/**
 * Fetches and makes what is missing, once, and returns the Windows that this system offers.
 *
 * @param options Runtimes to have at hand at once; others are fetched when they are first run. And the processor: on Linux,
 * `"arm64"` emulates one. And, for x64 under Wine, the path of Microsoft's ucrtbase.dll, to use it instead of Wine's.
 * @throws {Error} If the system can offer none; the message says what is missing.
 */
export async function provision(
  { runtimes = [], arch = usualArch, ucrtbase }: {
    runtimes?: readonly Runtime[];
    arch?: Arch;
    ucrtbase?: string;
  } = {},
): Promise<Windows> {
  const { platform } = process;
  const isLinux = platform === "linux" && process.arch === "x64";
  if (platform !== "win32" && !isLinux) {
    throw new Error(
      `Windows programs run on Windows and, under Wine, on Linux for x64; this is ${platform} for ${process.arch}.`,
    );
  }
  if (!isLinux && arch !== usualArch) {
    throw new Error(
      `This Windows is one for ${usualArch}. Programs for ${arch} run on such a Windows, or emulated, on Linux for x64.`,
    );
  }
  if (ucrtbase !== undefined && (!isLinux || arch !== "x64")) {
    throw new Error(
      "A ucrtbase.dll can be given for x64 under Wine; Windows has Microsoft's already.",
    );
  }
  const cache = cacheFolder();
  const program = (runtime: Runtime) =>
    runtimeProgram(cache, pinnedRuntime(runtime, arch));
  const windows = isLinux
    ? await underWine(
      ...[cache, arch, program] as const,
      ucrtbase === undefined ? undefined : await readUcrtbase(ucrtbase),
    )
    : onWindows(cache, program);
  for (const runtime of runtimes) await program(runtime);
  return windows;
}
