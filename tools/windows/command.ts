import { spawn } from "node:child_process";

/** What {@link command} takes beside the program and its arguments. */
export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Text for the program's standard input, which is empty otherwise. */
  input?: string;
  /** Hands the arguments to the system's shell, as `.cmd` files on Windows need. */
  shell?: boolean;
}

/** A program ended with another code than 0, or could not be started. */
export class CommandError extends Error {
  override name = "CommandError";
}

/**
 * Runs a program of the host and returns what it wrote to standard output.
 *
 * @throws {CommandError} With the end of the program's own output, if it did not end with code 0.
 */
export function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { input = "", ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...rest,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => all += text);
    // A program may end without reading its input; its exit code tells what there is to tell.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", (cause) => {
      reject(
        new CommandError(`${program} could not be started: ${cause.message}`, {
          cause,
        }),
      );
    });
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const line = [program, ...args].join(" ");
      const tail = all.trimEnd().split("\n").slice(-15).join("\n");
      reject(
        new CommandError(
          `${line} ended with ${signal ?? `code ${code}`}\n${tail}`,
        ),
      );
    });
  });
}
