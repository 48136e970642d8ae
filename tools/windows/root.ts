import { existsSync } from "node:fs";
import { mkdtemp, rename } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { isolated, removeAttempts, removeTree } from "./isolation.ts";
import { withLock } from "./lock.ts";
import type { Progress } from "./progress.ts";

const SUITE = "trixie";

/** Returns the folder of the Debian 13 system that has Wine where the host has none, or one too old. */
export function rootFolder(cache: string): string {
  return join(cache, "debian-13");
}

/** Makes the Debian root with Wine in the cache unless it is there, and returns its folder. */
export async function debianRoot(
  cache: string,
  progress: Progress,
): Promise<string> {
  const root = rootFolder(cache);
  if (existsSync(root)) return root;
  await withLock(join(cache, "locks", "root"), async () => {
    if (existsSync(root)) return;
    await ensureMmdebstrap(progress);
    progress("Making a Debian 13 root with Wine (1.1 GB, about half a minute)");
    await removeAttempts(root);
    const temporary = await mkdtemp(`${root}.`);
    try {
      await isolated([
        ...["mmdebstrap", "--mode=root", "--quiet", "--variant=apt"],
        "--include=wine,wine64",
        '--aptopt=APT::Install-Recommends "false"',
        ...[SUITE, temporary],
      ]);
      await rename(temporary, root);
    } catch (cause) {
      await removeTree(temporary).catch(() => {});
      throw new Error("The Debian root with Wine could not be made.", {
        cause,
      });
    }
  }, () => progress("Waiting for another process to make the Debian root"));
  return root;
}

/** Installs packages into the Debian root unless they are there. */
export async function installInRoot(
  cache: string,
  packages: readonly string[],
  progress: Progress,
): Promise<void> {
  const root = rootFolder(cache);
  // dpkg writes a package's list when the package is unpacked; a marker of our own says that all of it was set up.
  const installed = (name: string) =>
    existsSync(join(root, "var/lib/kernel32-io", name));
  const missing = () => packages.filter((name) => !installed(name));
  if (missing().length === 0) return;
  await withLock(
    join(cache, "locks", "apt"),
    async () => {
      const names = missing();
      if (names.length === 0) return;
      progress(`Installing ${names.join(", ")} in the Debian root`);
      const script = `set -e
      root=$1; shift
      mount -t proc proc "$root/proc"
      mount --rbind /dev "$root/dev"
      cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
      export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
      chroot "$root" dpkg --configure --pending
      chroot "$root" apt-get update
      chroot "$root" apt-get install --yes --no-install-recommends "$@"
      chroot "$root" apt-get clean
      mkdir -p "$root/var/lib/kernel32-io"
      for name in "$@"; do touch "$root/var/lib/kernel32-io/$name"; done`;
      await isolated(["sh", "-c", script, "install", root, ...names]);
    },
    () =>
      progress(
        "Waiting for another process to install packages in the Debian root",
      ),
  );
}

async function ensureMmdebstrap(progress: Progress): Promise<void> {
  if (await works("mmdebstrap", "--version")) return;
  if (!await works("apt-get", "--version")) {
    throw new Error(
      "Neither Wine 10 nor mmdebstrap is here, and no apt-get to install it with. Install Wine 10 or newer, or mmdebstrap.",
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      "mmdebstrap is missing, and installing it needs root. Run `apt-get install mmdebstrap uidmap` as root once, " +
        "or install Wine 10 or newer.",
    );
  }
  progress("Installing mmdebstrap");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await command("apt-get", ["update"], { env });
  await command("apt-get", [
    "install",
    "--yes",
    "--no-install-recommends",
    "mmdebstrap",
  ], { env });
}

/** Tells whether a program of the host starts. */
export async function works(
  program: string,
  ...args: string[]
): Promise<boolean> {
  try {
    await command(program, args);
    return true;
  } catch {
    return false;
  }
}
