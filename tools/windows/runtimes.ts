import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeOnce } from "./cache.ts";
import { command } from "./command.ts";
import { npm } from "./npm.ts";
import pinned from "./runtimes.json" with { type: "json" };

/** A JavaScript runtime of which the environment has the Windows build. */
export type Runtime = "deno" | "bun" | "node";

/**
 * Returns the path of a runtime's executable or of a program of the host, or the name of one of Windows' own as it is.
 *
 * @param folder What the program's path is relative to.
 */
export async function locate(
  name: string,
  folder: string,
  program: (runtime: Runtime) => Promise<string>,
): Promise<string> {
  if (name in pinned.x64) return await program(name as Runtime);
  const path = resolve(folder, name);
  if (existsSync(path)) return realpathSync(path);
  if (!/[\/\\]/.test(name)) return name;
  throw new Error(
    `There is no program ${JSON.stringify(name)} (looked for ${path}).`,
  );
}

/** A pinned package with a runtime's Windows build. */
export interface PinnedRuntime {
  package: string;
  version: string;
  /** Hash of the package file, as a lock file has it. */
  integrity: string;
  /** The executable's path in the package. */
  program: string;
}

/** A processor that Windows runs on. */
export type Arch = keyof typeof pinned;

/** The processor of the Windows that programs run on here: under Wine x64, unless arm64 is asked for. */
export const usualArch: Arch =
  process.platform === "win32" && process.arch === "arm64" ? "arm64" : "x64";

/** Returns the pinned package of a runtime. */
export function pinnedRuntime(
  runtime: Runtime,
  arch: Arch = usualArch,
): PinnedRuntime {
  const line = pinned[arch][runtime];
  const [, name = "", version = "", integrity = ""] =
    /^(.+)@(\S+) (\S+)$/.exec(line) ?? [];
  const program = runtime === "deno" ? "deno.exe" : `bin/${runtime}.exe`;
  return { package: name, version, integrity, program };
}

/**
 * Fetches a runtime into the cache unless it is there, and returns the path of its executable.
 *
 * @throws {Error} If the package's bytes do not match the pinned integrity.
 */
export async function runtimeProgram(
  cache: string,
  runtime: PinnedRuntime,
): Promise<string> {
  const label = `${runtime.package} ${runtime.version}`;
  const name = label.replaceAll(/[^\w.]+/g, "-").replace(/^-/, "");
  const folder = join(cache, "runtimes", name);
  await makeOnce(cache, folder, `Fetching ${label}`, async (to) => {
    const archive = await pack(runtime, to);
    const { integrity } = runtime;
    const [algorithm = ""] = integrity.split("-");
    const hash = createHash(algorithm).update(
      await readFile(join(to, archive)),
    );
    const actual = `${algorithm}-${hash.digest("base64")}`;
    if (actual !== integrity) {
      throw new Error(
        `The package ${label} is not the pinned one: its integrity is ${actual}, not ${integrity}. Nothing of it was kept.`,
      );
    }
    await command("tar", ["-xzf", archive], { cwd: to });
    return join(to, "package");
  });
  return join(folder, runtime.program);
}

/** Downloads the package file, and returns its name. */
async function pack(runtime: PinnedRuntime, folder: string): Promise<string> {
  const name = `${runtime.package}@${runtime.version}`;
  const output = await npm(folder, "pack", "--silent", name);
  return output.trim().split("\n").at(-1) ?? "";
}
