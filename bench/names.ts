// What everything is called, in the order of every table and legend.

import type {
  Experiment,
  Operation,
  Pattern,
  Point,
  Runtime,
  Way,
} from "./schema.ts";

/** What a way is, for who reads a report. */
export interface WayInfo {
  /** `ours` is this module, `limit` what it can't be faster than, `peer` everybody else. */
  readonly kind: "limit" | "ours" | "peer";
  readonly about: string;
}

/** All ways, in the order of every table and legend. */
export const WAYS: Readonly<Record<Way, WayInfo>> = {
  "C": {
    kind: "limit",
    about:
      "the same loop in C, compiled with MinGW-w64 `-O2`, in the same process: the limit",
  },
  "bare": {
    kind: "limit",
    about: "`dlopen` and a call, as written by hand, without any checks",
  },
  "kernel32": { kind: "ours", about: "this module's raw layer" },
  "SyncFile": { kind: "ours", about: "this module's files" },
  "OverlappedFile": {
    kind: "ours",
    about: "this module's files with promises, on a completion port",
  },
  "kernel32, other": {
    kind: "ours",
    about: "the raw layer of the checkout that `--against` names",
  },
  "SyncFile, other": {
    kind: "ours",
    about: "the files of the checkout that `--against` names",
  },
  "OverlappedFile, other": {
    kind: "ours",
    about: "the files with promises of the checkout that `--against` names",
  },
  "SyncFile, Uint8Array": {
    kind: "ours",
    about: "this module's files, with the runtime's own memory",
  },
  "OverlappedFile, Uint8Array": {
    kind: "ours",
    about:
      "this module's files with promises, from the runtime's own memory, which is copied on the way",
  },
  "SyncFile, struct()": {
    kind: "ours",
    about:
      "this module's files and structures, where all others read and write records by a `DataView`",
  },
  "OverlappedFile stream": {
    kind: "ours",
    about: "`readable` and `writable` of this module's files",
  },
  "Deno.FsFile": {
    kind: "peer",
    about: "Deno's files; they take no offset, and go through the cache",
  },
  "Deno.FsFile stream": {
    kind: "peer",
    about: "`readable` and `writable` of Deno's files",
  },
  "Bun.file": { kind: "peer", about: "Bun's file and its writer" },
  "node:fs": {
    kind: "peer",
    about: "`readSync`, `writeSync`, as the runtime at hand implements them",
  },
  "node:fs/promises": {
    kind: "peer",
    about: "`FileHandle.read`, `FileHandle.write`, as the runtime has them",
  },
  "node:fs stream": {
    kind: "peer",
    about: "`createReadStream`, `createWriteStream`, as the runtime has them",
  },
  "@bun-win32/kernel32": {
    kind: "peer",
    about: "a package of bindings for Bun",
  },
  "koffi": { kind: "peer", about: "a native add-on for Node that calls C" },
};

/** What an experiment is called, and what grows in it. */
export interface ExperimentInfo {
  readonly title: string;
  readonly about: string;
  /** What `Point.x` counts. */
  readonly x?: string;
}

/** All experiments, in the order of a report. */
export const EXPERIMENTS: Readonly<Record<Experiment, ExperimentInfo>> = {
  "mixed": {
    title: "A program that does everything",
    about:
      "Four files are read and rewritten by 4 KiB: with one buffer, with 64 views in turn, with a fresh subarray each time, and at offsets, all in one process, in turns of less than a millisecond. No code is compiled for one form alone.",
  },
  "mixed overlapped": {
    title: "A program that does everything with promises",
    about:
      "Four files are read and rewritten by 4 KiB: with aligned memory, with the runtime's own, with signals, and by gathers and scatters of four pages, one at a time and 32 at a time, all in one process. `bare` and C do the same whatever the memory, and have no signals.",
  },
  "transfer": {
    title: "One request after the other",
    about:
      "Reads and writes of one size, each begun when the one before has ended: at the file pointer, or at an offset where the call is named so.",
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
    about:
      "Records of a structure, packed into bytes and written, or read and unpacked: by `struct()` in the way that is named so, by a `DataView` in all others but C. An operation is a record.",
  },
  "text": {
    title: "Lines of text",
    about:
      "Lines that are encoded and written, or read and decoded. An operation is a line.",
  },
  "streams": {
    title: "Streams",
    about:
      "Whole files through web streams and Node's, by chunks. An operation is a chunk.",
  },
  "file size": {
    title: "How cost grows with the size of the file",
    about:
      "Larger and larger files, from the start to the end by requests of 1 MiB.",
    x: "File",
  },
  "open files": {
    title: "How cost grows with open files",
    about:
      "Requests that go round all files: one at a time where they are buffered, one under way on each where they are unbuffered. `open` opens all and closes them, and an operation is a file. `node:fs/promises` goes through the cache.",
    x: "Open files",
  },
  "in flight": {
    title: "How cost grows with requests in flight",
    about:
      "More and more requests are under way at once, on one file. `node:fs/promises` goes through the cache.",
    x: "Requests in flight",
  },
  "workers": {
    title: "How cost grows with Workers",
    about:
      "Requests of Workers at the same time, each with a file of its own. The time is that of all divided by the number of all their requests. C has threads.",
    x: "Workers",
  },
  "workers on one file": {
    title: "How cost grows with Workers on one file",
    about:
      "Requests of Workers at the same time, each with its part of one file. The time is that of all divided by the number of all their requests. C has threads.",
    x: "Workers",
  },
  "buffer size": {
    title: "How cost grows with the memory of buffers",
    about:
      "Requests that go round more and more memory, until no cache of the processor holds it. The file is small, and the same for all.",
    x: "Buffers",
  },
};

/** All patterns, in the order of every table and legend. */
export const PATTERNS: readonly Pattern[] = keysOf<Pattern>({
  "buffered": true,
  "sequential": true,
  "preallocated": true,
  "write-through": true,
  "unbuffered": true,
  "unbuffered write-through": true,
});

/** All operations, in the order of every table. */
export const OPERATIONS: readonly Operation[] = keysOf<Operation>({
  "read": true,
  "rewrite": true,
  "write": true,
  "append": true,
  "read at": true,
  "rewrite at": true,
  "gather": true,
  "scatter": true,
  "open": true,
});

/** All runtimes, in the order of every table. */
export const RUNTIMES: readonly Runtime[] = keysOf<Runtime>({
  "deno": true,
  "bun": true,
  "node": true,
});

/** Lists names so that the compiler misses one that is missing. */
function keysOf<Name extends string>(
  names: Readonly<Record<Name, true>>,
): Name[] {
  return Object.keys(names) as Name[];
}

/** All ways, in the order of every table and legend. */
export const WAY_NAMES: readonly Way[] = Object.keys(WAYS) as Way[];

/** All experiments, in the order of a report. */
export const EXPERIMENT_NAMES: readonly Experiment[] = Object.keys(
  EXPERIMENTS,
) as Experiment[];

/** Names a length as one says it. */
export function sizeName(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toPrecision(4))} ${units[unit]}`;
}

/** Whether bytes are what grows in a scaling experiment. */
export function growsInBytes(experiment: Experiment): boolean {
  return experiment === "file size" || experiment === "buffer size";
}

/** Names what grows in a scaling experiment, at a point: nothing elsewhere. */
export function xName({ experiment, x }: Point): string {
  if (x === undefined) return "";
  return growsInBytes(experiment) ? sizeName(x) : x.toString();
}

/** Returns the same for the same point alone. */
export function pointKey(point: Point): string {
  const { experiment, runtime, operation, pattern, bytes, depth } = point;
  const { x = null, phase = null } = point;
  return JSON.stringify([
    ...[experiment, runtime, operation, pattern, bytes, depth, x, phase],
  ]);
}

/** Names a point as one says it: `"deno overlapped: read at, unbuffered, 4 KiB × 32"`. */
export function pointName(point: Point): string {
  const { experiment, runtime, operation, pattern, bytes, depth, x } = point;
  const words = [
    operation,
    ...point.phase === undefined ? [] : [point.phase],
    ...pattern === "buffered" ? [] : [pattern],
    ...bytes > 0 ? [sizeName(bytes)] : [],
  ];
  const flying = depth > 1 && depth !== x ? ` × ${depth}` : "";
  const grown = x === undefined ? "" : ` at ${xName(point)}`;
  return `${runtime} ${experiment}: ${words.join(", ")}${flying}${grown}`;
}

/** Puts points in the order of every table. */
export function comparePoints(a: Point, b: Point): number {
  const places = (point: Point) => [
    EXPERIMENT_NAMES.indexOf(point.experiment),
    RUNTIMES.indexOf(point.runtime),
    ...isMixed(point) ? [0, 0] : [
      OPERATIONS.indexOf(point.operation),
      PATTERNS.indexOf(point.pattern),
    ],
    ...[isMixed(point) ? 0 : point.bytes, point.depth, point.x ?? 0],
  ];
  const others = places(b);
  for (const [i, place] of places(a).entries()) {
    if (place !== others[i]) return place - others[i]!;
  }
  return 0;
}

/** Whether a point belongs to one of the mixed programs. */
export function isMixed({ experiment }: Point): boolean {
  return experiment.startsWith("mixed");
}

/** Counts things: `"1 process"`, `"3 processes"`. */
export function plural(
  count: number,
  one: string,
  many: string = `${one}s`,
): string {
  return `${count} ${count === 1 ? one : many}`;
}
