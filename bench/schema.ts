// What the programs that measure write, and the tools that report read. Lists are in the order of every table and legend.

/** What a result file is written in. Files of another version are refused. */
export const SCHEMA = 4;

/** What is measured on. */
export const RUNTIMES = ["deno", "bun"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** How a file is opened. A preallocated one is extended to its size before it is written. */
export const PATTERNS = [
  "buffered",
  "sequential",
  "preallocated",
  "write-through",
  "unbuffered",
  "unbuffered write-through",
] as const;
export type Pattern = (typeof PATTERNS)[number];

/**
 * What is done to it: `read` and `rewrite` are at the file pointer of a file that has its contents, `write` makes a new file grow, `append`
 * writes where the system says that the end is, `echo` sends to a server and reads the answer.
 */
export const OPERATIONS = [
  "read",
  "rewrite",
  "write",
  "append",
  "read at",
  "rewrite at",
  "gather",
  "scatter",
  "echo",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The form of requests in a mixed program. */
export type Phase =
  | `${"one buffer" | "64 views" | "fresh subarrays" | "offsets"}`
  | `${"aligned" | "ordinary" | "with signals" | "scattered"}`;

/** All ways to do it, and what each is. */
export const WAYS = {
  "C": "the same loop in C, `-O2`, in the same process: the limit",
  "bare": "`dlopen` and a call, as written by hand, without any checks",
  "kernel32": "this module's raw layer",
  "kernel32, other": "that of the checkout that `--against` names",
  "SyncFile": "this module's files",
  "SyncFile, other": "those of the checkout that `--against` names",
  "OverlappedFile": "this module's files with promises",
  "OverlappedFile, other": "those of the checkout that `--against` names",
  "SyncFile, struct()": "with this module's structures, not a `DataView`",
  "PipeConnection": "this module's pipes",
  "OverlappedFile stream": "`readable` and `writable` of this module's files",
  "Deno.FsFile": "Deno's files; they take no offset",
  "Deno.FsFile stream": "`readable` and `writable` of Deno's files",
  "Bun.file": "Bun's file and its writer",
  "node:fs": "`readSync`, `writeSync`, as the runtime at hand has them",
  "node:fs/promises": "`FileHandle`, as the runtime has it",
  "node:fs stream": "`createReadStream`, `createWriteStream`",
  "node:net": "pipes, as the runtime has them",
  "@bun-win32/kernel32": "a package of bindings for Bun",
} as const;
export type Way = keyof typeof WAYS;

/** All experiments: what each is called, and what it does. */
export const EXPERIMENTS = {
  "mixed": {
    title: "A program that does everything",
    about:
      "Four files are read and rewritten by 4 KiB: with one buffer, with 64 views in turn, with a fresh subarray each time, and at offsets, in one process and in turns of less than a millisecond.",
  },
  "mixed overlapped": {
    title: "A program that does everything with promises",
    about:
      "Four files are read and rewritten by 4 KiB with aligned memory, with the runtime's own and with signals, and by gathers and scatters of four pages, one at a time and 32 at a time, in one process. `bare` and C have their own memory and no signals.",
  },
  "transfer": {
    title: "One request after the other",
    about:
      "Requests of one size and kind alone: at the file pointer, or at an offset where the call is named so.",
  },
  "overlapped": {
    title: "Several requests in flight",
    about: "So many requests are under way at any time, on one file.",
  },
  "gather": {
    title: "Many pages by one request",
    about: "A gather or scatter of pages, beside a request for each page.",
  },
  "records": {
    title: "Typed records",
    about: "Packed into bytes and written, or read and unpacked.",
  },
  "text": {
    title: "Lines of text",
    about: "Encoded and written, or read and decoded.",
  },
  "streams": {
    title: "Streams",
    about: "Whole files by chunks. C makes calls instead.",
  },
  "echo": {
    title: "Echoes through a named pipe",
    about:
      "Clients send requests to a server in the same process, which sends them back. Each waits for its answer before it sends the next. In C, every end has a thread.",
  },
  "file size": {
    title: "How cost grows with the size of the file",
    about: "From the start to the end, by requests of 1 MiB.",
  },
} as const;
export type Experiment = keyof typeof EXPERIMENTS;

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
  /** Where the size of the file is what grows. */
  readonly fileSize?: number;
  readonly phase?: Phase;
}

/** One process's figures of one way. Times are ns an operation. */
export interface Measured {
  /** What an operation took, by rounds. Round i of all ways of a run was at the same time. */
  readonly rounds: readonly number[];
  /** What the process's processors spent on an operation. */
  readonly cpu?: number;
}

/** What one process found out about a point, and why a way has no figures there. */
export interface Run {
  readonly ways: Partial<Record<Way, Measured>>;
  readonly missing?: Partial<Record<Way, string>>;
}

/** Everything that is known of a point: a run for each process. */
export interface PointResult extends Point {
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
    readonly system: string;
  };
  /** Of the runtimes and of the ways that have one. */
  readonly versions: Readonly<Record<string, string>>;
  readonly options: {
    readonly quick: boolean;
    readonly processes: number;
    readonly milliseconds: number;
    /** The ways that took part, if not all. */
    readonly ways?: readonly Way[];
  };
  readonly points: readonly PointResult[];
  /** Bytes a call leaves on the JS heap, by way and kind of call. */
  readonly heap: Partial<Record<Runtime, Readonly<Record<string, number>>>>;
  /** What was not measured, and why. */
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
}
