import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How a child process ended. */
export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface DenoCommands {
  execPath(): string;
  Command: new (path: string, options: { args: string[] }) => {
    outputSync(): { code: number; stdout: Uint8Array; stderr: Uint8Array };
  };
}

/** Runs a program on the runtime of the test, under the given flags of Deno. */
export function runProgram(
  program: URL,
  denoFlags: readonly string[] = ["--allow-all"],
  args: readonly string[] = [],
): ChildResult {
  const path = fileURLToPath(program);
  const { Deno } = globalThis as unknown as { Deno?: DenoCommands };
  if (Deno === undefined) {
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      [path, ...args],
      { encoding: "utf8", timeout: 300_000 },
    );
    if (error !== undefined) throw error;
    return { code: status, stdout, stderr };
  }
  // Not by node:child_process, in which Deno adds permissions of its own.
  const common = ["--no-lock", "--no-check", "--no-prompt", "--quiet"];
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", ...common, ...denoFlags, path, ...args],
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
