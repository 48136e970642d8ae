// What the programs that measure overlapped operations and the tools that report them have in common.

import type { Runtime, Spread } from "./types.ts";

/** What is measured. A gather writes 16 pages by one call. */
export type OverlappedOperation = "write" | "read" | "gather";

/** Every way to perform operations. */
export type OverlappedName =
  | "C"
  | "bare"
  | "OverlappedFile"
  | "Deno.FsFile"
  | "fs.promises"
  | "C, 16 writes"
  | "16 writes";

/** What is measured in a process of its own. */
export interface OverlappedCase {
  readonly runtime: Runtime;
  readonly operation: OverlappedOperation;
  /** The length of an operation. */
  readonly bytes: number;
  /** How many are under way at once. */
  readonly depth: number;
}

/** One round: what an operation took with each competitor, in ns. */
export type OverlappedRound = Partial<Record<OverlappedName, number>>;

/** What a process measured. */
export interface OverlappedRun {
  readonly rounds: readonly OverlappedRound[];
  /** What an operation cost the process in CPU time, in ns. */
  readonly cpu: Partial<Record<OverlappedName, number>>;
}

/** What came of a case. */
export interface OverlappedResult extends OverlappedCase {
  readonly rounds: number;
  /** How long an operation takes, in ns. */
  readonly time: Partial<Record<OverlappedName, Spread>>;
  /** What an operation costs in CPU time, in ns. */
  readonly cpu: Partial<Record<OverlappedName, Spread>>;
  /** `speed.OverlappedFile.C`: the operations a second of the first for one of the second. */
  readonly speed: Partial<
    Record<OverlappedName, Partial<Record<OverlappedName, Spread>>>
  >;
}
