import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { makeOnce } from "./cache.ts";

/**
 * Compiles C (and assembly).
 *
 * @param sources Files of the host. Files that they `#include` do not count for the cache.
 * @param output The program's path on the host.
 * @param flags For gcc, after `-O2`.
 */
type Compile = (
  sources: readonly string[],
  output: string,
  flags?: readonly string[],
) => Promise<void>;

/** Compiles C for the tests and benches. Outputs are cached by the content of what goes in. */
export interface Compilers {
  /** Makes a Windows program for x64 (on Windows itself: for what its `gcc` makes). */
  compile: Compile;
  /** Makes a static Linux program for arm64. Not on Windows. */
  compileArm64Linux: Compile;
  /** Runs a program of {@link compileArm64Linux} under qemu and returns what it printed. Not on Windows. */
  runArm64Linux(program: string, args?: readonly string[]): Promise<string>;
}

/** A program, and the Debian packages that bring it. */
interface Tool {
  program: string;
  packages: readonly string[];
}

/** The compiler of Windows itself. */
export const GCC: Tool = { program: "gcc", packages: [] };

/** The compiler for Windows on Linux. */
export const MINGW: Tool = {
  program: "x86_64-w64-mingw32-gcc",
  packages: ["gcc-mingw-w64-x86-64-win32"],
};

const ARM64: Tool = {
  program: "aarch64-linux-gnu-gcc",
  packages: ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
};

const QEMU: Tool = { program: "qemu-aarch64", packages: ["qemu-user"] };

/**
 * Makes the compilers.
 *
 * @param forWindows Compiles for Windows.
 * @param run Runs a tool, once it is there, and returns what it printed.
 */
export function compilers(
  cache: string,
  forWindows: Tool,
  run: (tool: Tool, args: readonly string[]) => Promise<string>,
): Compilers {
  /** Copies the output of an earlier equal compilation, or makes it. */
  const compiler =
    (tool: Tool, ...fixed: string[]): Compile =>
    async (sources, output, flags = []) => {
      const files = sources.map((source) => resolve(source));
      const hash = createHash("sha256");
      hash.update(JSON.stringify([tool.program, flags]));
      for (const file of files) {
        const content = await readFile(file);
        hash.update(`${basename(file)} ${content.length}\n`).update(content);
      }
      const kept = join(cache, "compiled", hash.digest("hex"));
      const names = files.map((file) => basename(file)).join(", ");
      await makeOnce(cache, kept, `Compiling ${names}`, async (to) => {
        const program = join(to, "program.exe");
        await run(tool, ["-O2", ...fixed, "-o", program, ...files, ...flags]);
        return program;
      });
      await mkdir(dirname(output), { recursive: true });
      await copyFile(kept, output);
    };
  return {
    compile: compiler(forWindows),
    compileArm64Linux: compiler(ARM64, "-static"),
    runArm64Linux: (program, args = []) =>
      run(QEMU, [resolve(program), ...args]),
  };
}
