import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Names the folder that holds everything the environment downloads or makes: runtimes, the Debian root with Wine, the
 * Windows prefix, compiled programs. `KERNEL32_IO_CACHE` names it outright; else it is `kernel32-io` in the user's cache folder.
 */
export function cacheFolder(): string {
  const { KERNEL32_IO_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (KERNEL32_IO_CACHE) return resolve(KERNEL32_IO_CACHE);
  const user = process.platform === "win32"
    ? LOCALAPPDATA || join(homedir(), "AppData", "Local")
    : XDG_CACHE_HOME || join(homedir(), ".cache");
  return resolve(user, "kernel32-io");
}
