import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What {@link command} takes beside the program and its arguments. */
export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Hands the arguments to the system's shell, as `.cmd` files on Windows need. */
  shell?: boolean;
}

/**
 * Runs a program of the host, without input, and returns what it wrote to standard output.
 *
 * @throws {Error} With what it wrote to standard error, if it could not be started or did not end with code 0.
 */
export async function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const limits = { maxBuffer: Infinity, encoding: "utf8" } as const;
  const running = promisify(execFile)(program, args, { ...options, ...limits });
  running.child.stdin?.end();
  return (await running).stdout;
}
