import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

/**
 * Holds the lock named by a file while `work` runs, waiting for whoever holds it now. The lock ends with the process that
 * holds it, however that ends, so that there is never a stale one.
 *
 * @param file Where the lock lives; the file stays.
 * @param waiting Called once if another process holds the lock.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  waiting: () => void = () => {},
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = process.platform === "win32"
    ? await lockPipe(file, waiting)
    : await lockFile(file, waiting);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Locks with flock(1): the lock belongs to a process that ends when its standard input does, which ends with ours. */
async function lockFile(
  file: string,
  waiting: () => void,
): Promise<() => Promise<void>> {
  const script =
    'exec 9>>"$1"; flock -n 9 || { echo wait; flock 9; }; echo held; exec cat';
  const holder = spawn("sh", ["-c", script, "lock", file], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // a Ctrl-C is ours to handle
  });
  const ended = once(holder, "exit");
  for await (
    const text of holder.stdout.setEncoding("utf8").iterator({
      destroyOnReturn: false,
    })
  ) {
    if (text.includes("held")) break;
    waiting();
  }
  if (holder.exitCode !== null) {
    throw new Error(`The lock ${file} could not be taken: flock failed`);
  }
  return async () => {
    holder.stdin.end();
    holder.stdout.resume();
    await ended;
  };
}

/** Locks with a named pipe: Windows lets only one process serve a name, and takes it back when that process ends. */
async function lockPipe(
  file: string,
  waiting: () => void,
): Promise<() => Promise<void>> {
  const name = createHash("sha256").update(resolve(file).toLowerCase()).digest(
    "hex",
  );
  for (let attempt = 0;; attempt++) {
    const server = createServer((socket) => socket.destroy());
    server.listen(`\\\\.\\pipe\\kernel32-io-${name}`);
    try {
      await once(server, "listening");
      return async () => {
        server.close();
        await once(server, "close");
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
    if (attempt === 0) waiting();
    await setTimeout(200);
  }
}
