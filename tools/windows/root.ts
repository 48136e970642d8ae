import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { locked, makeOnce, progress } from "./cache.ts";
import { command } from "./command.ts";
import { isolated } from "./isolation.ts";

const SUITE = "trixie";

/** Wine, what its start scripts and `session.sh` run, and the emulator. */
const ARM64_PACKAGES = [
  "base-files",
  "wine",
  "wine64",
  "coreutils",
  "dash",
  "libc-bin",
  "qemu-user:amd64",
];

/** Makes the Debian 13 system that has Wine, where the host has none or one too old, unless it is there, and returns its folder. */
export async function debianRoot(cache: string): Promise<string> {
  const root = join(cache, "debian-13");
  const step =
    "Making a Debian 13 root with Wine (1.1 GB, about half a minute)";
  await makeOnce(cache, root, step, async (temporary) => {
    await ensureMmdebstrap();
    await isolated([
      ...["mmdebstrap", "--mode=root", "--quiet", "--variant=apt"],
      ...["--include=wine,wine64"],
      '--aptopt=APT::Install-Recommends "false"',
      ...[SUITE, temporary],
    ]);
    return temporary;
  });
  return root;
}

/**
 * Makes the Debian 13 system for arm64 that has Wine, unless it is there, and returns its folder. The emulator in it is a
 * program for x64. No package's own scripts are run: they would take minutes under emulation.
 */
export async function arm64Root(cache: string): Promise<string> {
  const root = join(cache, "debian-13-arm64");
  const step =
    "Making a Debian 13 root for arm64 with Wine (0.8 GB, about half a minute)";
  await makeOnce(cache, root, step, async (temporary) => {
    await ensureMmdebstrap();
    await isolated([
      ...["mmdebstrap", "--mode=root", "--quiet", "--skip=check/qemu"],
      ...["--architectures=arm64,amd64", "--variant=extract"],
      `--include=${ARM64_PACKAGES.join()}`,
      // 0.5 GB of emulators for other processors.
      "--dpkgopt=path-exclude=/usr/bin/qemu-*",
      "--dpkgopt=path-include=/usr/bin/qemu-aarch64",
      '--aptopt=APT::Install-Recommends "false"',
      ...[SUITE, temporary],
    ]);
    // Where session.sh mounts the host's.
    for (const folder of ["mnt", "usr/local"]) {
      await mkdir(join(temporary, folder), { recursive: true });
    }
    await symlink("wine64", join(temporary, "usr/lib/wine/wine"));
    return temporary;
  });
  return root;
}

/** Installs packages into the Debian root unless they are there. */
export async function installInRoot(
  cache: string,
  packages: readonly string[],
): Promise<void> {
  const root = join(cache, "debian-13");
  // dpkg writes a package's list when the package is unpacked; a marker of our own says that all of it was set up.
  const missing = () =>
    packages.filter((name) =>
      !existsSync(join(root, "var/lib/kernel32-io", name))
    );
  if (missing().length === 0) return;
  await locked(cache, "apt", async () => {
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
  });
}

async function ensureMmdebstrap(): Promise<void> {
  if (await works("mmdebstrap")) return;
  if (!await works("apt-get")) {
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
  const install = ["install", "--yes", "--no-install-recommends"];
  await command("apt-get", ["update"], { env });
  await command("apt-get", [...install, "mmdebstrap"], { env });
}

/** Returns whether a program of the host starts. */
export async function works(program: string): Promise<boolean> {
  return await command(program, ["--version"]).then(() => true, () => false);
}
