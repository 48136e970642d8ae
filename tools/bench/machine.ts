import { cpus, release, totalmem, type } from "node:os";
import { peerVersion } from "../../bench/peers.ts";
import type { Results, Runtime } from "../../bench/schema.ts";
import { command } from "../windows/command.ts";
import type { Windows } from "../windows/mod.ts";
import { pinnedRuntime } from "../windows/runtimes.ts";

/**
 * Tells what is measured on.
 *
 * @param system What the programs say that they run on.
 */
export async function machineOf(
  windows: Windows,
  system: string,
  folder: string,
): Promise<Results["machine"]> {
  const all = cpus();
  return {
    processor: all[0]?.model.trim() ?? "unknown",
    processors: all.length,
    memory: totalmem(),
    system: windows.native ? system : `${system} on ${type()} ${release()}`,
    disk: await diskOf(folder),
  };
}

/** Tells what a folder lies on, as far as Linux tells. */
async function diskOf(folder: string): Promise<string> {
  if (process.platform !== "linux") return "unknown";
  try {
    const out = await command("df", ["--output=fstype,source", folder]);
    return out.trim().split("\n").at(-1)!.trim().replaceAll(/\s+/g, " on ");
  } catch {
    return "unknown";
  }
}

/** Tells the versions of what is measured. */
export function versionsOf(
  runtimes: readonly Runtime[],
): Results["versions"] {
  const versions: Record<string, string> = {};
  for (const name of runtimes) {
    versions[`${name}.exe`] = pinnedRuntime(name).version;
  }
  const peers = [
    ...runtimes.includes("bun") ? ["@bun-win32/kernel32"] : [],
    ...runtimes.includes("node") ? ["koffi"] : [],
  ];
  for (const name of peers) versions[name] = peerVersion(name) ?? "missing";
  return versions;
}
