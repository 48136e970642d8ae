import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeOnce } from "./cache.ts";
import { command } from "./command.ts";
import { enter, explain, isolated, unshare } from "./isolation.ts";
import { arm64Root, debianRoot } from "./root.ts";
import type { Arch } from "./runtimes.ts";

/** The first Wine that has what today's runtimes import (bcryptprimitives.dll, for one). */
const OLDEST = 10;

const SCRIPT = fileURLToPath(new URL("session.sh", import.meta.url));

/** A program with its arguments. */
type Call = [program: string, args: readonly string[]];

/** A Wine to run programs with. */
export interface Wine {
  /** The root folder of the system that it belongs to: `/` for the host's own. */
  root: string;
  /** Whether it needs a user namespace: in one, the kernel runs programs for arm64, and forgets how when it ends. */
  user: boolean;
  /** The call of `session.sh` that does something with this Wine. */
  call(verb: string, ...args: readonly string[]): Call;
}

/** Namespaces with one wineserver, for all programs of this process. They end with it at the latest. */
export interface Session {
  /** The call of `session.sh` that does something in the session. */
  call(verb: string, ...args: readonly string[]): Call;
  /** Ends all that runs in it. Resolves when it is gone. */
  end(): Promise<void>;
}

/**
 * Finds the host's Wine or makes a root that has one, and makes a prefix for it.
 *
 * @param ucrtbase Microsoft's C runtime, which the prefix gets instead of Wine's.
 */
export async function provisionWine(
  cache: string,
  arch: Arch,
  ucrtbase?: Uint8Array,
): Promise<Wine> {
  const user = arch === "arm64";
  const host = user ? undefined : await hostWine();
  const root = user
    ? await arm64Root(cache)
    : host
    ? "/"
    : await debianRoot(cache);
  const folder = host ? dirname(host) : "/usr/bin";
  const hash = ucrtbase && createHash("sha256").update(ucrtbase).digest("hex");
  const prefix = join(
    cache,
    `prefix-${host ? "host" : basename(root)}${hash ? `-${hash}` : ""}`,
  );
  const caller = (prefix: string): Wine["call"] => (verb, ...args) => [
    "sh",
    [SCRIPT, verb, root, prefix, folder, ...args],
  ];
  const step = `Making a Windows prefix (about ${user ? "2 minutes" : "15 s"})`;
  await makeOnce(cache, prefix, step, async (temporary) => {
    await isolated(caller(temporary)("prefix").flat(), user);
    const dll = join(temporary, "drive_c/windows/system32/ucrtbase.dll");
    if (ucrtbase) await writeFile(dll, ucrtbase);
    return temporary;
  });
  return { root, user, call: caller(prefix) };
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

/** Starts a session. */
export async function startSession(wine: Wine): Promise<Session> {
  const holder = spawn(...wine.call("hold", ...unshare(wine.user)), {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // a Ctrl-C is ours to handle
  });
  const ended = once(holder, "exit");
  let said = "";
  for await (const text of holder.stdout.setEncoding("utf8")) {
    said += text;
    if (/^(ready \d+|failed)$/m.test(said)) break;
  }
  const pid = Number(/^ready (\d+)$/m.exec(said)?.[1]);
  if (!pid) {
    holder.stdin.end();
    explain(new Error(`The Wine session could not be started.\n${said}`));
  }
  // It ends with this process, which does not stay for it.
  holder.unref();
  (holder.stdin as Socket).unref();
  return {
    call: (
      ...args
    ) => ["nsenter", [...enter(pid, wine.user), ...wine.call(...args).flat()]],
    async end() {
      holder.ref();
      holder.stdin.end();
      await ended;
    },
  };
}
