import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "./runtime.ts";

/** How a child process ended. */
export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program on the runtime of the test, under the given flags of Deno. */
export function runProgram(
  program: URL,
  denoFlags: readonly string[] = ["--allow-all"],
): ChildResult {
  const flags = runtime === "deno"
    ? ["--no-lock", "--no-check", "--no-prompt", "--quiet", ...denoFlags]
    : [];
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    ["run", ...flags, fileURLToPath(program)],
    { encoding: "utf8", timeout: 60_000 },
  );
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}
