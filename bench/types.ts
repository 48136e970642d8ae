// What the programs that measure and the tools that report have in common.

import type { OverlappedResult } from "./overlapped_types.ts";

/** A runtime that is measured. */
export type Runtime = "deno" | "bun";

/** What is measured: transfers at the file pointer, or at an offset of their own. */
export type Operation = "write" | "read" | "write at" | "read at";

/** Every way to make a transfer. */
export type CompetitorName =
  | "C"
  | "bare"
  | "kernel32"
  | "SyncFile"
  | "Deno.FsFile"
  | "node:fs";

/** One round: what a call cost with each competitor, in ns. */
export type Round = Partial<Record<CompetitorName, number>>;

/** What a call leaves on the heap, in bytes. */
export type HeapGrowth = Record<string, number>;

/** What is measured in a process of its own. */
export interface Case {
  readonly runtime: Runtime;
  readonly operation: Operation;
  /** The length of a transfer. */
  readonly bytes: number;
}

/** The median over processes, with the lowest and the highest of their medians. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What came of a case. */
export interface CaseResult extends Case {
  readonly rounds: number;
  /** What a call costs, in ns. */
  readonly cost: Partial<Record<CompetitorName, Spread & { min: number }>>;
  /** `ratio.SyncFile.bare` is how many times as long SyncFile takes as bare does. */
  readonly ratio: Partial<
    Record<CompetitorName, Partial<Record<CompetitorName, Spread>>>
  >;
}

/** Everything that a run of the bench found out. */
export interface Results {
  readonly date: string;
  readonly machine: { processor: string; processors: number; system: string };
  readonly versions: Record<string, string>;
  readonly processes: number;
  readonly seconds: number;
  readonly cases: readonly CaseResult[];
  readonly heap: Partial<Record<Runtime, HeapGrowth>>;
  /** Overlapped operations, if they were measured. */
  readonly overlapped?: readonly OverlappedResult[];
  readonly overlappedHeap?: Partial<Record<Runtime, HeapGrowth>>;
}
