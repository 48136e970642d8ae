// What the runtimes bring along themselves.

import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { type Candidate, failed } from "../contestant.ts";
import { Deno } from "../globals.ts";
import { RUNTIME } from "../runtime.ts";
import type { Pattern, Point } from "../schema.ts";
import { partsOf, sizeBefore, type TransferTask } from "./task.ts";

/** What a file must be opened with for a pattern, if it is more than the runtimes' own files can be. */
const FLAG_NAMES: Partial<Record<Pattern, string>> = {
  "sequential": "FILE_FLAG_SEQUENTIAL_SCAN",
  "unbuffered": "FILE_FLAG_NO_BUFFERING",
  "write-through": "FILE_FLAG_WRITE_THROUGH",
  "unbuffered write-through": "FILE_FLAG_NO_BUFFERING",
};

/** Tells why files of `name` can't be opened as a pattern wants. */
export function refusesPattern(
  name: string,
  { pattern }: Point,
): string | undefined {
  const flag = FLAG_NAMES[pattern];
  return flag && `${name} opens no file with ${flag}`;
}

/** Deno's own files. */
export const fsFile: Candidate<TransferTask> = {
  way: "Deno.FsFile",
  runtimes: ["deno"],
  refuses: (point) =>
    partsOf(point.operation).positional
      ? "Deno.FsFile has no transfers at an offset"
      : refusesPattern("Deno.open()", point),
  prepare(task) {
    const { operation, path, bytes } = task;
    const { writes, appends, renews } = partsOf(operation);
    const file = Deno.openSync(
      path,
      appends ? { append: true } : { read: true, write: true },
    );
    const { length } = bytes;
    const before = sizeBefore(task);
    return {
      run: writes
        ? (count) => {
          for (let i = 0; i < count; i++) {
            if (file.writeSync(bytes) !== length) failed("Deno.FsFile");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            if (file.readSync(bytes) !== length) failed("Deno.FsFile");
          }
        },
      rewind() {
        if (appends) return truncateSync(path);
        if (renews) file.truncateSync(0);
        if (before > 0) file.truncateSync(before);
        file.seekSync(0, 0);
      },
      close: () => file.close(),
    };
  },
};

/** The parameters that writeSync and readSync have in common. */
type Transfer = (
  file: number,
  bytes: Uint8Array,
  offset?: number,
  length?: number,
  position?: number,
) => number;

/**
 * The flags that Node hands through to libuv, which makes them CreateFileW's. Deno and Bun do not.
 *
 * @see https://docs.libuv.org/en/v1.x/fs.html#file-open-constants
 */
const UV_FS_O_SEQUENTIAL = 0x20;
const UV_FS_O_DSYNC = 0x0400_0000;
const UV_FS_O_DIRECT = 0x0200_0000;
export const LIBUV_FLAGS: Readonly<Record<Pattern, number>> = {
  "buffered": 0,
  "sequential": UV_FS_O_SEQUENTIAL,
  "unbuffered": UV_FS_O_DIRECT,
  "write-through": UV_FS_O_DSYNC,
  "unbuffered write-through": UV_FS_O_DIRECT | UV_FS_O_DSYNC,
  "preallocated": 0,
};

/** What every runtime has. */
export const nodeFs: Candidate<TransferTask> = {
  way: "node:fs",
  runtimes: ["deno", "bun", "node"],
  refuses: refusesFlags,
  prepare(task) {
    const { operation, pattern, path, bytes } = task;
    const { writes, positional, appends, renews } = partsOf(operation);
    const transfer = (writes ? writeSync : readSync) as Transfer;
    const { length } = bytes;
    const before = sizeBefore(task);
    const { O_APPEND, O_RDWR, O_WRONLY } = constants;
    const flags = (appends ? O_WRONLY | O_APPEND : O_RDWR) |
      (RUNTIME === "node" ? LIBUV_FLAGS[pattern] : 0);
    let file = openSync(path, flags);
    const close = () => closeSync(file);
    if (positional) {
      return {
        run(count, first) {
          for (let i = 0; i < count; i++) {
            const at = (first + i) * length;
            if (transfer(file, bytes, 0, length, at) !== length) {
              failed("node:fs");
            }
          }
        },
        close,
      };
    }
    return {
      run(count) {
        for (let i = 0; i < count; i++) {
          if (transfer(file, bytes) !== length) failed("node:fs");
        }
      },
      rewind() {
        if (appends) return truncateSync(path);
        if (renews) ftruncateSync(file, 0);
        if (before > 0) ftruncateSync(file, before);
        // There is no seek in node:fs.
        closeSync(file);
        file = openSync(path, flags);
      },
      close,
    };
  },
};

/** Tells why node:fs can't open a file as a pattern wants. */
export function refusesFlags(point: Point): string | undefined {
  const { runtime, operation, pattern } = point;
  if (runtime !== "node") {
    return refusesPattern(`node:fs of ${NAMES[runtime]}`, point);
  }
  return operation === "append" && pattern.startsWith("unbuffered")
    ? "libuv refuses FILE_FLAG_NO_BUFFERING for appending"
    : undefined;
}

const NAMES = { deno: "Deno", bun: "Bun" } as const;
