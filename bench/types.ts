// What the programs that measure and the tools that report have in common.

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
