// What is known of both Windows runtimes before a Windows is there.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const REPOSITORY: string = dirname(
  dirname(dirname(fileURLToPath(import.meta.url))),
);

/** The runtimes that programs are run on. */
export const RUNTIMES = ["deno", "bun"] as const;

/** One of them. */
export type BothRuntimes = (typeof RUNTIMES)[number];

/** How each runtime is told to run a program that may call kernel32, and nothing else. */
export const RUN: Readonly<Record<BothRuntimes, readonly string[]>> = {
  deno: ["run", "--no-prompt", "--quiet", "--allow-ffi"],
  bun: ["run"],
};

/** A program that hangs is ended after so long. Those of tests take seconds. */
export const LONGEST_RUN = 180_000;

/** Splits what a program printed. */
export function lines(text: string): string[] {
  return text.trimEnd().split(/\r?\n/);
}
