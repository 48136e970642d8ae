import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { SESSION_SCRIPT, type Wine } from "./wine.ts";

/** A share in the Wine session, which lives as long as one lease does. `session.sh` tells how. */
export interface Lease {
  /** Marks the processes of this lease: each has it as `KERNEL32_IO_RUN` in its environment. */
  run: string;
  /** The host's number of the session's first process. */
  pid: number;
  /** Kills what is left of this lease's processes; the last lease ends the session. Resolves when all are gone. */
  release(): Promise<void>;
}

/**
 * Joins the Wine session or starts it.
 *
 * @param folders Folders of the host that must be visible in it, by their real paths.
 */
export async function leaseSession(
  wine: Wine,
  folders: readonly string[],
): Promise<Lease> {
  const run = randomUUID();
  const holder = spawn(
    "sh",
    [
      SESSION_SCRIPT,
      "lease",
      wine.state,
      wine.root,
      wine.prefix,
      run,
      ...folders,
    ],
    {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, WINE_FOLDER: wine.folder },
      detached: true, // a Ctrl-C is ours to handle
    },
  );
  const ended = once(holder, "exit");
  let answer = "";
  for await (const text of holder.stdout.setEncoding("utf8")) answer += text;
  const pid = Number(/^ready (\d+)$/m.exec(answer)?.[1]);
  if (!pid) {
    throw new Error(`The Wine session could not be started.\n${answer}`);
  }
  return {
    run,
    pid,
    async release() {
      holder.stdin.end();
      await ended;
    },
  };
}

/** The words that put a program into a lease's session, where it is root and sees the host's own system. */
export function enterSession(lease: Lease): string[] {
  const user = process.getuid?.() === 0
    ? []
    : ["--user", "--preserve-credentials"];
  const target = ["--target", String(lease.pid)];
  return ["nsenter", ...target, ...user, "--mount", "--pid", "--"];
}
