import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { command } from "./command.ts";
import { isolated } from "./isolation.ts";

const onWindows = process.platform === "win32";

/**
 * Names the folder that holds everything the environment downloads or makes: runtimes, the Debian root with Wine, the
 * Windows prefix, compiled programs. `KERNEL32_IO_CACHE` names it outright; else it is `kernel32-io` in the user's cache folder.
 */
export function cacheFolder(): string {
  const { KERNEL32_IO_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (KERNEL32_IO_CACHE) return resolve(KERNEL32_IO_CACHE);
  const user = onWindows
    ? LOCALAPPDATA || join(homedir(), "AppData", "Local")
    : XDG_CACHE_HOME || join(homedir(), ".cache");
  return resolve(user, "kernel32-io");
}

/** Prints a line about a step that lasts, on standard error: standard output is the program's that is run. */
export const progress: (line: string) => void = console.error;

/**
 * Makes a file or folder of the cache unless it is there, in one process at a time: under another name, which it loses when it is complete.
 *
 * @param step What is done, as the line about it says.
 * @param make Makes it in the empty folder given, or makes that folder it, and returns its path.
 */
export async function makeOnce(
  cache: string,
  target: string,
  step: string,
  make: (temporary: string) => Promise<string>,
): Promise<void> {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  await locked(cache, basename(target), async () => {
    if (existsSync(target)) return;
    progress(step);
    for (const name of onWindows ? [] : await readdir(dirname(target))) {
      // An interrupted attempt.
      if (!name.startsWith(`${basename(target)}.`)) continue;
      await removeTree(join(dirname(target), name));
    }
    const temporary = await mkdtemp(`${target}.`);
    try {
      await renameFolder(await make(temporary), target);
    } catch (cause) {
      // Windows has no lock here: another process may have been faster.
      if (!onWindows || !existsSync(target)) throw cause;
    } finally {
      if (existsSync(temporary)) await removeTree(temporary);
    }
  });
}

/** Gives a folder its name. On Windows a virus scanner may look at what is new in it, and the system refuses that meanwhile. */
async function renameFolder(folder: string, target: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await rename(folder, target);
    } catch (error) {
      if (!onWindows || attempt === 50 || existsSync(target)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Does work in one process at a time. On Windows there is no such lock: what is made twice there is thrown away once. */
export async function locked(
  cache: string,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  if (onWindows) return await work();
  await mkdir(join(cache, "locks"), { recursive: true });
  // flock(1) holds the lock until its child's standard input ends, which ends with this process.
  const lock = join(cache, "locks", name);
  const holder = spawn("flock", [lock, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // a Ctrl-C is ours to handle
  });
  const ended = once(holder, "exit");
  const line = `Waiting for another process to make ${name}`;
  const timer = setTimeout(progress, 500, line);
  for await (const _ of holder.stdout) break;
  clearTimeout(timer);
  try {
    await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}

/** Removes a folder that a root user of the environment may have filled. What is mounted in it stays. */
export async function removeTree(folder: string): Promise<void> {
  if (onWindows) return await rm(folder, { recursive: true, maxRetries: 10 });
  await isolated(["rm", "-rf", "--one-file-system", "--", folder]);
}

/**
 * Removes the cache folder with all that is in it.
 *
 * @returns Whether there was one.
 * @throws {Error} If a session is alive, or the folder is not one of the environment's.
 */
export async function removeCache(cache: string): Promise<boolean> {
  if (!existsSync(cache)) return false;
  const names = await readdir(cache);
  // KERNEL32_IO_CACHE may name any folder; only ours has these.
  if (
    names.length > 0 && !names.includes("locks") && !names.includes("runtimes")
  ) {
    throw new Error(
      `${cache} does not look like a cache of this environment, so it stays: remove it yourself.`,
    );
  }
  for (const name of names.filter((name) => name.startsWith("prefix-"))) {
    const lock = join(cache, name, "sockets.lock");
    await command("flock", ["--nonblock", lock, "true"]).catch(() => {
      throw new Error(
        "Windows programs are running. Wait until they have ended, or end them, then try again.",
      );
    });
  }
  await removeTree(cache);
  return true;
}
