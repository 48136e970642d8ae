import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { command } from "./command.ts";
import { withLock } from "./lock.ts";
import type { Progress } from "./progress.ts";
import pinned from "./runtimes.json" with { type: "json" };

/** A JavaScript runtime of which the environment has the Windows build. */
export type Runtime = "deno" | "bun" | "node";

/** Every runtime of the environment. */
export const RUNTIMES: readonly Runtime[] = ["deno", "bun", "node"];

/** One pinned package with a runtime's Windows build. */
export interface PinnedRuntime {
  package: string;
  version: string;
  /** The executable's path in the package. */
  program: string;
  /** Hash of the package file, as a lock file has it. */
  integrity: string;
}

/** Returns the pinned package of a runtime for the Windows that programs run on here: under Wine that is always x64. */
export function pinnedRuntime(runtime: Runtime): PinnedRuntime {
  const architecture = process.platform === "win32" && process.arch === "arm64"
    ? "arm64"
    : "x64";
  return pinned[architecture][runtime];
}

/**
 * Fetches a runtime into the cache unless it is there, and returns the path of its executable.
 *
 * @throws {Error} If the package's bytes do not match the pinned integrity.
 */
export async function runtimeProgram(
  cache: string,
  runtime: PinnedRuntime,
  progress: Progress,
): Promise<string> {
  const name = `${runtime.package}-${runtime.version}`.replaceAll(
    /[^\w.]+/g,
    "-",
  ).replace(/^-/, "");
  const folder = join(cache, "runtimes", name);
  const program = join(folder, runtime.program);
  if (existsSync(program)) return program;
  await withLock(join(cache, "locks", name), async () => {
    if (existsSync(program)) return;
    progress(`Fetching ${runtime.package} ${runtime.version}`);
    await mkdir(dirname(folder), { recursive: true });
    const temporary = await mkdtemp(`${folder}.`);
    try {
      const archive = await pack(runtime, temporary);
      await command("tar", ["-xzf", archive], { cwd: temporary });
      await rename(join(temporary, "package"), folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }, () => progress(`Waiting for another process to fetch ${runtime.package}`));
  return program;
}

/** Downloads the package file through npm, which knows the user's registry and proxy, and checks it. */
async function pack(runtime: PinnedRuntime, folder: string): Promise<string> {
  const args = ["pack", "--silent", `${runtime.package}@${runtime.version}`];
  // npm runs its scripts with the path of its own main file in npm_execpath; elsewhere, on Windows, npm is a .cmd file.
  const npm = process.env["npm_execpath"];
  const output = npm?.endsWith("npm-cli.js")
    ? await command(process.execPath, [npm, ...args], { cwd: folder })
    : await command("npm", args, {
      cwd: folder,
      shell: process.platform === "win32",
    });
  const file = output.trim().split("\n").at(-1) ?? "";
  const [algorithm = "", expected] = runtime.integrity.split(/-(.*)/s);
  const actual = createHash(algorithm).update(
    await readFile(join(folder, file)),
  ).digest("base64");
  if (actual !== expected) {
    throw new Error(
      `The package ${runtime.package} ${runtime.version} is not the pinned one: its ${algorithm} is ${actual}, ` +
        `not ${expected}. Nothing of it was kept.`,
    );
  }
  return file;
}
