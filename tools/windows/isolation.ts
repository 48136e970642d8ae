import { basename, dirname, join } from "node:path";
import { readdir } from "node:fs/promises";
import { command } from "./command.ts";

/**
 * Runs a program as root in mount and PID namespaces of its own, which end with it and with this process, and returns what it
 * wrote to standard output. A user who is not root becomes it in a user namespace.
 *
 * @throws {Error} If the program fails, or if this user may not have namespaces: the message says what is missing.
 */
export async function isolated(words: readonly string[]): Promise<string> {
  const isRoot = process.getuid?.() === 0;
  const args = [
    ...["--pdeathsig", "KILL", "--", "unshare"],
    ...isRoot ? [] : ["--map-root-user", "--map-auto"],
    ...["--mount", "--propagation", "private"],
    ...["--pid", "--fork", "--kill-child", "--", ...words],
  ];
  // mount(8) and chroot(8) are in folders that a user's PATH may lack.
  const env = {
    ...process.env,
    PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`,
  };
  try {
    return await command("setpriv", args, { env });
  } catch (cause) {
    // unshare(1) speaks for itself; any other output is the program's.
    const refused = cause instanceof Error && /^unshare: /m.test(cause.message);
    if (!refused) throw cause;
    throw new Error(isRoot ? CONTAINER : ROOTLESS, { cause });
  }
}

const CONTAINER =
  "The environment needs mount and PID namespaces, and this system refuses them even to root: a container needs the " +
  "capability SYS_ADMIN and no seccomp or AppArmor profile against it (for Docker, --privileged).";

const ROOTLESS =
  "Without root, the environment needs user namespaces: the system must allow them, newuidmap must be there " +
  "(on Debian in the package uidmap), and /etc/subuid and /etc/subgid must have a range for this user.";

/** Removes a folder that a root user of the environment may have filled. What is mounted in it stays. */
export async function removeTree(folder: string): Promise<void> {
  await isolated(["rm", "-rf", "--one-file-system", "--", folder]);
}

/** Removes what interrupted attempts to make `folder` have left beside it: folders named as mkdtemp(3) names them. */
export async function removeAttempts(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.`;
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await removeTree(join(dirname(folder), name));
  }
}
