import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

interface DenoChild {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly status: Promise<unknown>;
  kill(signal: "SIGKILL"): void;
}

interface DenoCommands {
  execPath(): string;
  Command: new (
    path: string,
    options: { args: string[]; stdout: "piped"; stderr: "inherit" },
  ) => { spawn(): DenoChild };
}

/** A program that runs until it is killed. */
export interface RunningProgram {
  /** Ends it as the Task Manager does, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program on the runtime of the test, and waits for its first output. */
export async function startProgram(
  program: URL,
  args: readonly string[],
): Promise<RunningProgram> {
  const path = fileURLToPath(program);
  const { Deno } = globalThis as unknown as { Deno?: DenoCommands };
  if (Deno === undefined) {
    const child = spawn(process.execPath, [path, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    await Promise.race([once(child.stdout, "data"), exited]);
    return {
      async kill() {
        child.kill("SIGKILL");
        await exited;
      },
    };
  }
  const flags = ["--no-lock", "--no-check", "--quiet", "--allow-all"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, path, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}
