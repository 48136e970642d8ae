import type { Compilers } from "./compile.ts";
import type { Run, RunOptions, RunResult, SpawnOptions } from "./run.ts";

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
  program(runtime: "deno" | "bun" | "node"): Promise<string>;
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
  /** Keeps the environment up until the session is disposed of, so that runs in between start faster. */
  session(): Promise<WindowsSession>;
}

/** Holds the environment up. */
export interface WindowsSession extends AsyncDisposable {
  /**
   * Makes a disk that is full after `bytes`, and returns the folder where programs of the session find it, as a Windows path.
   * It goes with the session.
   *
   * @returns `undefined` on Windows itself, where a disk cannot be made in passing.
   */
  smallDisk(options: { bytes: number }): Promise<string | undefined>;
}
