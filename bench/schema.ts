// What the programs that measure write, and the tools that report read.

/** What a result file is written in. Files of another version are refused. */
export const SCHEMA = 3;

/** A runtime that is measured. Node is there for the ways that only it has. */
export type Runtime = "deno" | "bun" | "node";

/** A family of points that belong into one plot. */
export type Experiment =
  /** A program that reads and writes several files in several forms: what a form costs where it is not the only one. */
  | "mixed"
  /** The same with promises. */
  | "mixed overlapped"
  /** One request after the other, as the paper has it. */
  | "transfer"
  /** Several requests in flight. */
  | "overlapped"
  /** One request for many pages. */
  | "gather"
  /** Records of a structure, packed into bytes. */
  | "records"
  /** Lines of text. */
  | "text"
  /** Whole files through streams. */
  | "streams"
  // How cost grows; `Point.x` is what grows.
  | "file size"
  | "open files"
  | "in flight"
  | "workers"
  | "workers on one file"
  | "buffer size";

/** How the file is opened. */
export type Pattern =
  | "buffered"
  | "sequential"
  | "unbuffered"
  | "write-through"
  | "unbuffered write-through"
  /** Extended to its size before it is written. */
  | "preallocated";

/** What is done to it. */
export type Operation =
  /** At the file pointer of a prefilled file. */
  | "read"
  | "rewrite"
  /** A new file that grows. */
  | "write"
  /** At the end, where the system says that it is. */
  | "append"
  /** At an offset of a prefilled file. */
  | "read at"
  | "rewrite at"
  | "gather"
  | "scatter"
  /** Files are opened and closed again: an operation is one file. */
  | "open";

/** A way to do it: what is measured against each other. */
export type Way =
  | "C"
  | "bare"
  | "kernel32"
  | "SyncFile"
  | "OverlappedFile"
  // Of the checkout that this one is compared with.
  | "kernel32, other"
  | "SyncFile, other"
  | "OverlappedFile, other"
  // With the runtime's own memory, where it makes a difference. The others have an AlignedBuffer's then.
  | "SyncFile, Uint8Array"
  | "OverlappedFile, Uint8Array"
  // With this module's structures, where the others have a DataView.
  | "SyncFile, struct()"
  | "OverlappedFile stream"
  | "Deno.FsFile"
  | "Deno.FsFile stream"
  | "Bun.file"
  | "node:fs"
  | "node:fs/promises"
  | "node:fs stream"
  | "@bun-win32/kernel32"
  | "koffi";

/** What a mixed program does at a time: the form of its requests. */
export type Phase =
  | "one buffer"
  | "64 views"
  | "fresh subarrays"
  | "offsets"
  | "aligned"
  | "ordinary"
  | "with signals"
  | "scattered";

/** What is measured: everything but the way. */
export interface Point {
  readonly experiment: Experiment;
  readonly runtime: Runtime;
  readonly operation: Operation;
  readonly pattern: Pattern;
  /** The length of a request. */
  readonly bytes: number;
  /** How many requests are in flight. */
  readonly depth: number;
  /** What grows in a scaling experiment: bytes of the file, files, requests in flight, Workers, bytes of buffers. */
  readonly x?: number;
  /** What a mixed program does. */
  readonly phase?: Phase;
}

/** One process's figures of one way. Times are ns an operation. */
export interface Measured {
  /** What an operation took, by rounds. Round i of all ways of a run was at the same time. */
  readonly rounds: readonly number[];
  /** What the process's processors spent on an operation. */
  readonly cpu?: number;
  /** The most that the process's memory grew by, in bytes. */
  readonly memory?: number;
}

/** What one process found out about a point. */
export interface Run {
  readonly ways: Partial<Record<Way, Measured>>;
  /** Why a way has no figures here. */
  readonly missing?: Partial<Record<Way, string>>;
}

/** Everything that is known of a point. */
export interface PointResult extends Point {
  /** One for each process. */
  readonly runs: readonly Run[];
}

/** What a run of the bench found out. */
export interface Results {
  readonly schema: typeof SCHEMA;
  readonly date: string;
  readonly machine: {
    readonly processor: string;
    readonly processors: number;
    readonly memory: number;
    /** "Wine 10.0 on Linux 6.1.0" or "Windows 11 …". */
    readonly system: string;
  };
  /** Of the runtimes and of the ways that have one. */
  readonly versions: Readonly<Record<string, string>>;
  readonly options: {
    readonly quick: boolean;
    readonly processes: number;
    /** How long the rounds of one way at one point are timed at most, in ms. */
    readonly milliseconds: number;
    /** Who took part, if not everybody. */
    readonly ways?: readonly Way[];
  };
  readonly points: readonly PointResult[];
  /** Bytes a call leaves on the JS heap, by way and kind of call. */
  readonly heap: Partial<Record<Runtime, Readonly<Record<string, number>>>>;
  /** What was not measured, and why. */
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
}
