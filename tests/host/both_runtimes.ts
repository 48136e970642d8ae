// What the tests share that run whole programs on both Windows runtimes.

import { dirname } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import {
  provision,
  type RunOptions,
  type RunResult,
  type Windows,
  type WindowsSession,
} from "../../tools/windows/mod.ts";

/** The repository's folder. */
export const REPOSITORY: string = dirname(
  dirname(dirname(fileURLToPath(import.meta.url))),
);

/** The runtimes that programs are run on. */
export const RUNTIMES = ["deno", "bun"] as const;

/** One of them. */
export type BothRuntimes = (typeof RUNTIMES)[number];

/** The Windows that the tests run programs on. */
export const windows: Windows = await provision({ runtimes: RUNTIMES });

/** Keeps it up until the tests have ended. */
export const session: WindowsSession = await windows.session();
after(() => session[Symbol.asyncDispose]());

/** How each runtime is told to run a program that may call kernel32, and nothing else. */
export const RUN: Readonly<Record<BothRuntimes, readonly string[]>> = {
  deno: ["run", "--no-prompt", "--quiet", "--allow-ffi"],
  bun: ["run"],
};

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
    timeout: 60_000,
    ...options,
    env: { NO_COLOR: "1", ...options.env },
  });
}

/** Splits what a program printed. */
export function lines(text: string): string[] {
  return text.trimEnd().split(/\r?\n/);
}
