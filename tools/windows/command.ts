import { execFile, type ExecFileException } from "node:child_process";

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
 * @throws {Error} With the end of the program's own output, if it could not be started or did not end with code 0.
 */
export function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { maxBuffer: Infinity, encoding: "utf8" } as const;
    const child = execFile(program, args, { ...options, ...limits }, ended);
    child.stdin?.end();

    function ended(
      cause: ExecFileException | null,
      stdout: string,
      stderr: string,
    ): void {
      if (cause === null) return resolve(stdout);
      const how = typeof cause.code === "string"
        ? `could not be started: ${cause.code}`
        : `ended with ${cause.signal ?? `code ${cause.code}`}`;
      const tail = (stdout + stderr).trimEnd().split("\n").slice(-15);
      const lines = [`${[program, ...args].join(" ")} ${how}`, ...tail];
      reject(new Error(lines.join("\n"), { cause }));
    }
  });
}
