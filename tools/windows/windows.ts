import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Compilers } from "./compile.ts";
import type { Runtime } from "./runtimes.ts";

/**
 * A Windows to run programs on: this one, or one under Wine.
 *
 * A program is `"deno"`, `"bun"` or `"node"` for the pinned runtimes, or an executable's path on the host, relative to the working
 * directory of the run, or the name of one of Windows' own, such as `"cmd"`.
 */
export interface Windows extends Compilers {
  /** Whether this is Windows itself. */
  readonly native: boolean;
  /** Returns the path by which Windows programs know a file of the host. */
  path(hostPath: string): string;
  /** Returns the host's path of a pinned runtime's executable. */
  program(runtime: Runtime): Promise<string>;
  /** Starts a program. */
  spawn(
    program: string,
    args?: readonly string[],
    options?: SpawnOptions,
  ): Promise<Run>;
  /** Runs a program to its end. */
  run(
    program: string,
    args?: readonly string[],
    options?: RunOptions,
  ): Promise<RunResult>;
  /** Starts the environment that programs run in, if it is not up yet. It lasts until this is disposed of, at most until this process ends. */
  session(): Promise<WindowsSession>;
}

/** The environment that programs run in. Its end ends them. */
export interface WindowsSession extends AsyncDisposable {
  /**
   * Makes a disk that is full after `bytes`, and returns the folder where programs of the session find it, as a Windows path.
   * It goes with the session.
   *
   * @returns `undefined` on Windows itself, where a disk cannot be made in passing.
   */
  smallDisk(options: { bytes: number }): Promise<string | undefined>;
  /**
   * Plugs in a serial device. It goes with the session, or when it is disposed of.
   *
   * @returns `undefined` on Windows itself, where a port cannot be made in passing.
   */
  serialDevice(): Promise<SerialDevice | undefined>;
}

/** A serial device, which acts upon the lines that `serial_device.pl` names. */
export interface SerialDevice extends AsyncDisposable {
  /** The port, such as COM107. */
  readonly port: string;
}

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

/** How a Windows program is run to its end. */
export interface RunOptions extends Omit<SpawnOptions, "stdin"> {
  /** Ends the program after so many milliseconds. */
  timeout?: number;
}

/** How a program ended, and what it wrote to the streams that were piped. */
export interface RunResult extends Ended {
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/**
 * Follows a program that was started.
 *
 * @param kill Ends it and all that it started.
 * @param killRest Ends what it has left running.
 */
export function runOf(
  child: ChildProcess,
  kill: () => unknown,
  killRest?: () => unknown,
): Run {
  let killed = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    // What the program left running may hold its pipes open: it goes when the program has gone.
    const rest = new Promise((resolve) =>
      child.on("exit", () => resolve(killRest?.()))
    );
    child.on("close", async (code, signal) => {
      await rest;
      const ending = signal ?? (killed ? "SIGKILL" : null);
      resolve({ code: ending ? 128 + constants.signals[ending] : code ?? 1 });
    });
  });
  return {
    process: child,
    ended,
    async kill() {
      killed = true;
      await kill();
      child.kill("SIGKILL"); // if there was nothing to end yet
      return await ended;
    },
  };
}

/** Starts a program with `spawn`, and waits for its end. */
export async function runToEnd(
  spawn: Windows["spawn"],
  program: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  const run = await spawn(program, args, options);
  const { process } = run;
  let stdout = "";
  let stderr = "";
  process.stdout?.setEncoding("utf8").on("data", (text) => stdout += text);
  process.stderr?.setEncoding("utf8").on("data", (text) => stderr += text);
  let timedOut = false;
  const { timeout } = options;
  const timer = timeout === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    run.kill();
  }, timeout);
  const ended = await run.ended;
  clearTimeout(timer);
  return { ...ended, stdout, stderr, timedOut };
}
