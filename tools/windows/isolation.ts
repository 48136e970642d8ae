import { command } from "./command.ts";

const isRoot = process.getuid?.() === 0;

/**
 * Returns the words that start a program as root in mount and PID namespaces of its own, which end with it. A user who is not
 * root becomes it in a user namespace.
 *
 * @param user Takes a user namespace for root as well.
 */
export function unshare(user: boolean): string[] {
  const map = isRoot ? [] : ["--map-auto"];
  return [
    ...["unshare", ...user || !isRoot ? ["--map-root-user", ...map] : []],
    ...["--mount", "--propagation", "private", "--pid", "--fork"],
    ...["--kill-child", "--"],
  ];
}

/** Returns the arguments with which nsenter(1) starts a program in the namespaces of a process that was started with {@link unshare}. */
export function enter(pid: number, user: boolean): string[] {
  const join = user || !isRoot ? ["--user", "--preserve-credentials"] : [];
  return [`--target=${pid}`, ...join, "--mount", "--pid", "--"];
}

/**
 * Runs a program in namespaces of its own, which end with this process, too, and returns what it wrote to standard output.
 *
 * @throws {Error} If the program fails, or if this user may not have namespaces: the message says what is missing.
 */
export async function isolated(
  words: readonly string[],
  user = false,
): Promise<string> {
  const args = ["--pdeathsig", "KILL", "--", ...unshare(user), ...words];
  // mount(8) and chroot(8) are in folders that a user's PATH may lack.
  const PATH = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const env = { ...process.env, PATH };
  return await command("setpriv", args, { env }).catch(explain);
}

/** Throws an error that says what namespaces need if they were refused, else the error given. */
export function explain(cause: Error): never {
  // unshare(1) speaks for itself; any other output is the program's.
  if (!/^unshare: /m.test(cause.message)) throw cause;
  throw new Error(
    isRoot
      ? "The environment needs mount and PID namespaces (for arm64, a user namespace too), and this system refuses them even " +
        "to root: a container needs the capability SYS_ADMIN and no seccomp or AppArmor profile against it (for Docker, --privileged)."
      : "Without root, the environment needs user namespaces: the system must allow them, newuidmap must be there " +
        "(on Debian in the package uidmap), and /etc/subuid and /etc/subgid must have a range for this user.",
    { cause },
  );
}
