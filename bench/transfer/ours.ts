import { truncateSync } from "node:fs";
import { kernel32, type OpenOptions, openSync } from "../../mod.ts";
import { OVERLAPPED } from "../../src/structs.ts";
import { toHandle } from "../../src/win32/handle.ts";
import { type Candidate, failed } from "../contestant.ts";
import type { Pattern } from "../schema.ts";
import { openFor, partsOf, sizeBefore, type TransferTask } from "./task.ts";

/** The raw layer. */
export const raw: Candidate<TransferTask> = {
  way: "kernel32",
  runtimes: ["deno", "bun"],
  prepare(task) {
    const { operation, bytes } = task;
    const { writes, positional } = partsOf(operation);
    const transfer = writes ? kernel32.WriteFile : kernel32.ReadFile;
    const file = openFor(task);
    const handle = toHandle(file.handle);
    const { length } = bytes;
    const done = new Uint32Array(new ArrayBuffer(4));
    if (!positional) {
      return {
        ...file,
        run(count) {
          for (let i = 0; i < count; i++) {
            const ok = transfer(handle, bytes, length, done, null);
            if (!ok || done[0] !== length) failed("kernel32");
          }
        },
      };
    }
    const overlapped = new Uint32Array(OVERLAPPED.create().buffer);
    const offset = OVERLAPPED.offsetOf("Offset") / 4;
    return {
      ...file,
      run(count, first) {
        for (let i = 0; i < count; i++) {
          overlapped[offset] = (first + i) * length;
          const ok = transfer(handle, bytes, length, done, overlapped);
          if (!ok || done[0] !== length) failed("kernel32");
        }
      },
    };
  },
};

/** The options that make a pattern. */
export const PATTERN_OPTIONS: Readonly<Record<Pattern, OpenOptions>> = {
  "buffered": {},
  "sequential": { sequential: true },
  "unbuffered": { unbuffered: true },
  "write-through": { writeThrough: true },
  "unbuffered write-through": { unbuffered: true, writeThrough: true },
  "preallocated": {},
};

/** The idiomatic layer. */
export const syncFile: Candidate<TransferTask> = {
  way: "SyncFile",
  runtimes: ["deno", "bun"],
  prepare(task) {
    const { operation, pattern, path, bytes } = task;
    const { writes, positional, appends, renews } = partsOf(operation);
    const file = openSync(path, {
      ...appends ? { append: true } : { read: true, write: true },
      ...PATTERN_OPTIONS[pattern],
    });
    const { length } = bytes;
    const before = sizeBefore(task);
    const rest = {
      rewind() {
        if (appends) return truncateSync(path);
        if (renews) file.truncate(0);
        if (before > 0) file.truncate(before);
        file.seek(0);
      },
      close: () => file.close(),
    };
    if (positional) {
      return {
        ...rest,
        run: writes
          ? (count, first) => {
            for (let i = 0; i < count; i++) {
              const at = (first + i) * length;
              if (file.write(bytes, { at }) !== length) failed("SyncFile");
            }
          }
          : (count, first) => {
            for (let i = 0; i < count; i++) {
              const at = (first + i) * length;
              if (file.read(bytes, { at }) !== length) failed("SyncFile");
            }
          },
      };
    }
    return {
      ...rest,
      run: writes
        ? (count) => {
          for (let i = 0; i < count; i++) {
            if (file.write(bytes) !== length) failed("SyncFile");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            if (file.read(bytes) !== length) failed("SyncFile");
          }
        },
    };
  },
};
