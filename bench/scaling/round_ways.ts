// Ways to write at the start of one file after the other, round and round.

import { closeSync, openSync as openFd, writeSync } from "node:fs";
import { AlignedBuffer, openSync } from "../../mod.ts";
import { type Candidate, failed } from "../contestant.ts";
import { Deno } from "../globals.ts";
import { FILLING, plainBytes } from "../memory.ts";
import type { Point } from "../schema.ts";
import type { Place } from "./contestant.ts";
import { openHandles } from "./files.ts";

/** Files of one request each. */
export interface FilesPlace extends Place {
  readonly paths: readonly string[];
}

const AT_START = { at: 0 } as const;

const native: Candidate<FilesPlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare({ point, library, paths, x }) {
    const { bytes: length, pattern } = point;
    const { scale_round } = library!;
    const { handles, close } = openHandles(paths.slice(0, x), pattern);
    const memory = memoryOf(point);
    return {
      run(count) {
        const { address } = memory;
        const made = scale_round(handles, x, address, length, 1, count);
        if (made !== count) failed("C");
      },
      close() {
        close();
        memory.free();
      },
    };
  },
};

const syncFile: Candidate<FilesPlace> = {
  way: "SyncFile",
  runtimes: ["deno", "bun"],
  prepare({ point, paths, x }) {
    const files = paths.slice(0, x).map((path) =>
      openSync(path, { read: true, write: true })
    );
    const memory = memoryOf(point);
    const { bytes } = memory;
    const { length } = bytes;
    return {
      run(count) {
        for (let i = 0, next = 0; i < count; i++) {
          if (files[next]!.write(bytes, AT_START) !== length) {
            failed("SyncFile");
          }
          if (++next === x) next = 0;
        }
      },
      close() {
        for (const file of files) file.close();
        memory.free();
      },
    };
  },
};

const nodeFs: Candidate<FilesPlace> = {
  way: "node:fs",
  runtimes: ["deno", "bun"],
  prepare({ point, paths, x }) {
    const files = paths.slice(0, x).map((path) => openFd(path, "r+"));
    const bytes = plainBytes(point.bytes);
    const { length } = bytes;
    return {
      run(count) {
        for (let i = 0, next = 0; i < count; i++) {
          const made = writeSync(files[next]!, bytes, 0, length, 0);
          if (made !== length) failed("node:fs");
          if (++next === x) next = 0;
        }
      },
      close() {
        for (const file of files) closeSync(file);
      },
    };
  },
};

/** Deno's own files: two calls, as they have no transfers at an offset. */
const fsFile: Candidate<FilesPlace> = {
  way: "Deno.FsFile",
  runtimes: ["deno"],
  prepare({ point, paths, x }) {
    const files = paths.slice(0, x).map((path) =>
      Deno.openSync(path, { read: true, write: true })
    );
    const bytes = plainBytes(point.bytes);
    const { length } = bytes;
    return {
      run(count) {
        for (let i = 0, next = 0; i < count; i++) {
          const file = files[next]!;
          file.seekSync(0, 0);
          if (file.writeSync(bytes) !== length) failed("Deno.FsFile");
          if (++next === x) next = 0;
        }
      },
      close() {
        for (const file of files) file.close();
      },
    };
  },
};

function memoryOf({ bytes }: Point): AlignedBuffer {
  const memory = new AlignedBuffer(bytes);
  memory.bytes.fill(FILLING);
  return memory;
}

/** All ways to go round. */
export const ROUND_WAYS: readonly Candidate<FilesPlace>[] = [
  ...[native, syncFile, fsFile, nodeFs],
];
