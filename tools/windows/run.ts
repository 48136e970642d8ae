import type { ChildProcess } from "node:child_process";

/** Where a standard stream goes: to the caller's own, nowhere, or through a pipe to the caller. */
export type Stream = "inherit" | "ignore" | "pipe";

/** How a Windows program is started. */
export interface SpawnOptions {
  /** The working directory, a folder of the host; by default the caller's. */
  cwd?: string;
  /**
   * Environment variables for the program. Of the caller's own it gets CI, COLORTERM, FORCE_COLOR, NO_COLOR and TERM under
   * Wine, and all of them on Windows.
   */
  env?: Readonly<Record<string, string>>;
  /** Default: `"ignore"`. */
  stdin?: Stream;
  /** Default: `"inherit"`. */
  stdout?: Stream;
  /** Default: `"inherit"`. */
  stderr?: Stream;
}

/** How a program ended. */
export interface Ended {
  /** The exit code; 128 + the signal's number for a program that a signal ended. Under Wine, its low eight bits. */
  code: number;
  signal: NodeJS.Signals | null;
}

/** A program that was started. */
export interface Run {
  /** The host's process. Its streams are there if they were asked for as pipes. */
  process: ChildProcess;
  /** Settles when the program has ended, its pipes are closed and none of its own children is left. */
  ended: Promise<Ended>;
  /** Ends the program and all that it started. */
  kill(): Promise<Ended>;
}

/** What {@link runToEnd} takes beside the program and its arguments. */
export interface RunOptions extends Omit<SpawnOptions, "stdin"> {
  /** Bytes or text for the program's standard input, or where that comes from. Default: `"ignore"`. */
  stdin?: "inherit" | "ignore" | { text: string | Uint8Array };
  /** Ends the program after so many milliseconds. */
  timeout?: number;
}

/** How a program ended, and what it wrote to the streams that were piped. */
export interface RunResult extends Ended {
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Starts a program with `spawn`, and waits for its end. */
export async function runToEnd(
  spawn: (options: SpawnOptions) => Promise<Run>,
  options: RunOptions,
): Promise<RunResult> {
  const { stdin = "ignore", timeout, ...rest } = options;
  const run = await spawn({
    ...rest,
    stdin: typeof stdin === "object" ? "pipe" : stdin,
  });
  const { process } = run;
  let stdout = "";
  let stderr = "";
  process.stdout?.setEncoding("utf8").on(
    "data",
    (text: string) => stdout += text,
  );
  process.stderr?.setEncoding("utf8").on(
    "data",
    (text: string) => stderr += text,
  );
  // A program may end before it has read its input.
  process.stdin?.on("error", () => {});
  if (typeof stdin === "object") process.stdin?.end(stdin.text);
  let timedOut = false;
  const timer = timeout === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    run.kill();
  }, timeout);
  const ended = await run.ended;
  clearTimeout(timer);
  return { ...ended, stdout, stderr, timedOut };
}
