// What the tests share that run whole programs on both Windows runtimes.

import { after } from "node:test";
import {
  provision,
  type RunOptions,
  type RunResult,
  type Windows,
  type WindowsSession,
} from "../../tools/windows/mod.ts";
import {
  type BothRuntimes,
  LONGEST_RUN,
  REPOSITORY,
  RUN,
  RUNTIMES,
} from "./runtimes.ts";

export * from "./runtimes.ts";

/** The Windows that the tests run programs on. */
export const windows: Windows = await provision({ runtimes: RUNTIMES });

/** Keeps it up until the tests have ended. */
export const session: WindowsSession = await windows.session();
after(() => session[Symbol.asyncDispose]());

/** Runs a program on a runtime, and captures what it prints. */
export function runProgram(
  runtime: BothRuntimes,
  program: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return windows.run(runtime, [...RUN[runtime], ...program], {
    cwd: REPOSITORY,
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_RUN,
    ...options,
    env: { NO_COLOR: "1", ...options.env },
  });
}
