import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.ts";
import { isolated, removeAttempts, removeTree } from "./isolation.ts";
import { withLock } from "./lock.ts";
import type { Progress } from "./progress.ts";
import { debianRoot } from "./root.ts";

/** The first Wine that has what today's runtimes import (bcryptprimitives.dll, for one). */
const OLDEST = 10;

/** The script that makes prefixes and holds sessions. */
export const SESSION_SCRIPT: string = fileURLToPath(
  new URL("session.sh", import.meta.url),
);

/** A Wine to run programs with. */
export interface Wine {
  /** The root folder of the system that it belongs to: `/` for the host's own. */
  root: string;
  /** The folder of the `wine` program, seen from that root. */
  folder: string;
  /** The Windows prefix: its drive C and its registry. */
  prefix: string;
  /** Where sessions on this prefix keep their locks. */
  state: string;
}

/** Finds the host's Wine or makes a root that has one, and makes a prefix for it. */
export async function provisionWine(
  cache: string,
  progress: Progress,
): Promise<Wine> {
  const host = await hostWine();
  const root = host ? "/" : await debianRoot(cache, progress);
  const folder = host ? dirname(host) : "/usr/bin";
  const name = host ? "host" : "debian-13";
  const prefix = join(cache, `prefix-${name}`);
  const wine = { root, folder, prefix, state: join(cache, `session-${name}`) };
  if (!existsSync(prefix)) await makePrefix(cache, wine, progress);
  return wine;
}

/** Returns the path of the host's `wine`, if that is new enough for a 64-bit program. */
async function hostWine(): Promise<string | undefined> {
  try {
    const version = await command("wine", ["--version"]);
    if (Number(/^wine-(\d+)/.exec(version)?.[1]) < OLDEST) return undefined;
    return (await command("sh", ["-c", "command -v wine"])).trim();
  } catch {
    return undefined;
  }
}

async function makePrefix(
  cache: string,
  wine: Wine,
  progress: Progress,
): Promise<void> {
  await withLock(join(cache, "locks", "prefix"), async () => {
    if (existsSync(wine.prefix)) return;
    progress("Making a Windows prefix (about 15 s)");
    await mkdir(cache, { recursive: true });
    await removeAttempts(wine.prefix);
    const temporary = await mkdtemp(`${wine.prefix}.`);
    try {
      const env = `WINE_FOLDER=${wine.folder}`;
      const args = [wine.state, wine.root, temporary];
      await isolated(["env", env, "sh", SESSION_SCRIPT, "prefix", ...args]);
      await rename(temporary, wine.prefix);
    } catch (cause) {
      await removeTree(temporary).catch(() => {});
      throw new Error("The Windows prefix could not be made.", { cause });
    }
  }, () => progress("Waiting for another process to make the Windows prefix"));
}
