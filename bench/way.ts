// What a way to read and write files is, described once for all experiments.

import type { Pattern, Point, Runtime, Way as Name } from "./schema.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** How a file is opened. */
export interface Opening {
  readonly pattern: Pattern;
  /** Every write goes to the end. */
  readonly append?: boolean;
  readonly create?: boolean;
}

/** A file with synchronous calls. Counts are those that the calls return. */
export interface SyncAccess {
  read(bytes: Bytes): number | null;
  write(bytes: Bytes): number;
  readAt?(bytes: Bytes, at: number): number | null;
  writeAt?(bytes: Bytes, at: number): number;
  rewind(): void;
  resize(size: number): void;
  close(): void;
}

/** A file with promises. Without an offset, a transfer is at the file pointer. */
export interface AsyncAccess {
  read(bytes: Bytes, at?: number, signal?: AbortSignal): Promise<number | null>;
  write(bytes: Bytes, at?: number, signal?: AbortSignal): Promise<number>;
  readPages?(pages: Bytes[], at: number): Promise<number | null>;
  writePages?(pages: Bytes[], at: number): Promise<number>;
  rewind(): void | Promise<void>;
  resize?(size: number): void | Promise<void>;
  close(): void | Promise<void>;
}

/** A file as a stream of chunks. */
export interface StreamAccess {
  readable(
    path: string,
    pattern: Pattern,
    chunk: number,
  ): Promise<AsyncIterable<Bytes> | ReadableStream<Bytes>>;
  /** Writes a new file, and closes it. */
  write(
    path: string,
    pattern: Pattern,
    chunk: number,
    chunks: Iterable<Bytes>,
  ): Promise<void>;
}

/** Requests on files. Every way performs the same. */
export interface Job {
  readonly writes: boolean;
  /** Each request names its offset. */
  readonly positional: boolean;
  readonly pattern: Pattern;
  readonly append: boolean;
  /** The files, which take turns request by request. */
  readonly paths: readonly string[];
  readonly length: number;
  /** How many pieces of memory take turns request by request. */
  readonly views: number;
  /** How many offsets of a file take turns. */
  readonly offsets: number;
  /** How many requests are under way at once, for ways with promises; synchronous calls otherwise. */
  readonly depth?: number;
  /** The memory is the runtime's own, and begins at no multiple of a page. */
  readonly ordinary?: boolean;
  readonly fresh?: boolean;
  /** A request is a gather or scatter of pages. */
  readonly pages?: boolean;
  /** Every request has a signal that could cancel it. */
  readonly signal?: boolean;
  /** How long files are made before a lap: `write` begins with an empty one. */
  readonly renewed?: number;
  readonly library: string | undefined;
}

/** Requests to a server that sends them back. */
export interface EchoJob {
  readonly length: number;
  /** How many clients make requests at once. */
  readonly clients: number;
  readonly library: string | undefined;
}

/** A way with all open that it needs for a point. */
export interface Contestant {
  /**
   * Performs so many operations.
   *
   * @param first The index of the first one, which offsets depend on.
   */
  run(count: number, first: number): void | Promise<void>;
  /** Puts everything back to the start. Not timed. */
  rewind?(): void | Promise<void>;
  /** The memory whose address C or the kernel has. */
  readonly memory?: unknown;
  close(): void | Promise<void>;
}

/** A way to read and write files. An experiment uses what it has and needs. */
export interface Way {
  readonly name: Name;
  /** The only runtime that has it, if not all do. */
  readonly runtime?: Runtime;
  /** Returns why it cannot open files of a pattern, or perform an operation. */
  refuses?(point: Point): string | undefined;
  /** Returns why it is not there, for what is not installed. */
  lacks?(library: string | undefined): string | undefined;
  /** Performs synchronous requests by a loop of its own. */
  requests?(job: Job): Contestant;
  /** Performs overlapped operations by a loop of its own. */
  overlapped?(job: Job): Contestant;
  openSync?(path: string, how: Opening): SyncAccess;
  open?(path: string, how: Opening): Promise<AsyncAccess>;
  readonly streams?: StreamAccess;
  /** Connects clients with a server. */
  echo?(job: EchoJob): Contestant | Promise<Contestant>;
}

/** Fails for an operation that was not performed, or in part. */
export function failed(name: Name): never {
  throw new Error(`An operation of ${name} failed or was cut short`);
}

/** Returns a stream that asks for the next chunk when it is wanted. */
export function streamOf(chunks: Iterable<Bytes>): ReadableStream<Bytes> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
}
