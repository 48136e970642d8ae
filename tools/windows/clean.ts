import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { removeTree } from "./isolation.ts";

/**
 * Removes the cache folder with all that is in it.
 *
 * @returns Whether there was one.
 * @throws {Error} If a run is alive, something is mounted in the folder, or the folder is not one of the environment's.
 */
export async function removeCache(cache: string): Promise<boolean> {
  if (!existsSync(cache)) return false;
  const names = await readdir(cache);
  // KERNEL32_IO_CACHE may name any folder; only ours has these.
  if (names.length > 0 && !names.includes("locks")) {
    throw new Error(
      `${cache} does not look like a cache of this environment, so it stays: remove it yourself.`,
    );
  }
  if (process.platform === "win32") {
    await rm(cache, { recursive: true, maxRetries: 3 });
    return true;
  }
  for (const name of names.filter((name) => name.startsWith("session-"))) {
    await refuseLiveSession(join(cache, name));
  }
  const mounts = await readFile("/proc/self/mounts", "utf8");
  const mounted = mounts.split("\n").map((line) =>
    line.split(" ")[1]?.replaceAll("\\040", " ")
  );
  const inside = mounted.filter((folder) => folder?.startsWith(`${cache}/`));
  if (inside.length > 0) {
    throw new Error(
      `Something is mounted in the cache, so it stays: unmount ${
        inside.join(", ")
      } first.`,
    );
  }
  await removeTree(cache);
  return true;
}

async function refuseLiveSession(state: string): Promise<void> {
  try {
    await command("flock", [
      "--nonblock",
      "--exclusive",
      join(state, "users"),
      "true",
    ]);
  } catch {
    throw new Error(
      "Windows programs are running. Wait until they have ended, or end them, then try again.",
    );
  }
}
