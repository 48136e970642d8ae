import { truncateSync } from "node:fs";
import {
  closeHandle,
  openHandle,
  PATTERN_FLAGS,
  resizeHandle,
  seekHandle,
} from "../handle.ts";
import type { Operation, Pattern } from "../schema.ts";

/** What every way is given: the same file, the same memory. */
export interface TransferTask {
  readonly operation: Operation;
  readonly pattern: Pattern;
  /** The file. It has as much as a lap reads, unless it is one that grows. */
  readonly path: string;
  /** What is written, or read into. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How long the file is after a lap. */
  readonly size: number;
  /** The path of the compiled C, if there is any. */
  readonly library: string | undefined;
}

/** What an operation is made of. */
export interface Parts {
  readonly writes: boolean;
  readonly positional: boolean;
  readonly appends: boolean;
  /** The file grows, or was just extended. */
  readonly renews: boolean;
}

/** Tells what an operation is made of. */
export function partsOf(operation: Operation): Parts {
  return {
    writes: !operation.startsWith("read"),
    positional: operation.endsWith(" at"),
    appends: operation === "append",
    renews: operation === "write",
  };
}

/** How long a new file is before it is written. */
export function sizeBefore({ pattern, size }: TransferTask): number {
  return pattern === "preallocated" ? size : 0;
}

/** A file on a bare handle, for the ways that call kernel32. */
export interface HandleFile {
  readonly handle: bigint;
  /** Puts the file back to what it was. */
  rewind(): void;
  close(): void;
}

/** Opens the file of a task for the ways that call kernel32. */
export function openFor(task: TransferTask): HandleFile {
  const { appends, renews, positional } = partsOf(task.operation);
  const flags = PATTERN_FLAGS[task.pattern];
  const handle = openHandle(task.path, { flags, append: appends });
  const before = sizeBefore(task);
  return {
    handle,
    rewind() {
      if (positional) return;
      if (appends) return truncateSync(task.path);
      if (!renews) return seekHandle(handle, 0);
      resizeHandle(handle, 0);
      if (before > 0) resizeHandle(handle, before);
    },
    close: () => closeHandle(handle),
  };
}
