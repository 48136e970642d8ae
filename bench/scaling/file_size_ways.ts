import {
  closeSync,
  ftruncateSync,
  openSync as openFd,
  readSync,
  writeSync,
} from "node:fs";
import { type AlignedBuffer, open, openSync } from "../../mod.ts";
import { type Candidate, failed } from "../contestant.ts";
import { Deno } from "../globals.ts";
import { resizeHandle, seekHandle } from "../handle.ts";
import { refusesPattern } from "../transfer/runtimes.ts";
import type { Place } from "./contestant.ts";
import { openHandles } from "./files.ts";

const OPTIONS = { read: true, write: true } as const;

/** One file, and memory for one request. */
export interface FilePlace extends Place {
  readonly path: string;
  readonly memory: AlignedBuffer;
}

/** C, at the file pointer as SyncFile, or at offsets where that transfers sectors. */
const native: Candidate<FilePlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare({ point, library, path, memory }) {
    const { operation, pattern, bytes: length } = point;
    const { scale_through } = library!;
    const { handles, close } = openHandles([path], pattern);
    const file = handles[0]!;
    const writes = operation === "read" ? 0 : 1;
    const empties = operation === "write";
    const positional = pattern === "unbuffered" ? 1 : 0;
    return {
      rewind: () => empties ? resizeHandle(file, 0) : seekHandle(file, 0),
      run(count) {
        const made = scale_through(
          file,
          memory.address,
          length,
          writes,
          positional,
          count,
        );
        if (made !== count) failed("C");
      },
      close,
    };
  },
};

const syncFile: Candidate<FilePlace> = {
  way: "SyncFile",
  runtimes: ["deno", "bun"],
  prepare({ point, path, memory: { bytes } }) {
    const { operation, pattern } = point;
    const unbuffered = pattern === "unbuffered";
    const file = openSync(path, { ...OPTIONS, unbuffered });
    const { length } = bytes;
    const empties = operation === "write";
    return {
      rewind() {
        if (empties) file.truncate();
        file.seek(0);
      },
      run: operation === "read"
        ? (count) => {
          for (let i = 0; i < count; i++) {
            if (file.read(bytes) !== length) failed("SyncFile");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            if (file.write(bytes) !== length) failed("SyncFile");
          }
        },
      close: () => file.close(),
    };
  },
};

const overlappedFile: Candidate<FilePlace> = {
  way: "OverlappedFile",
  runtimes: ["deno", "bun"],
  async prepare({ point, path, memory: { bytes } }) {
    const { operation, pattern } = point;
    const unbuffered = pattern === "unbuffered";
    const file = await open(path, { ...OPTIONS, unbuffered });
    const { length } = bytes;
    const empties = operation === "write";
    return {
      rewind() {
        if (empties) file.truncate();
        file.seek(0);
      },
      run: operation === "read"
        ? async (count) => {
          for (let i = 0; i < count; i++) {
            if (await file.read(bytes) !== length) failed("OverlappedFile");
          }
        }
        : async (count) => {
          for (let i = 0; i < count; i++) {
            if (await file.write(bytes) !== length) failed("OverlappedFile");
          }
        },
      close: () => file.close(),
    };
  },
};

const fsFile: Candidate<FilePlace> = {
  way: "Deno.FsFile",
  runtimes: ["deno"],
  refuses: (point) => refusesPattern("Deno.open()", point),
  prepare({ point, path, memory: { bytes } }) {
    const { operation } = point;
    const file = Deno.openSync(path, OPTIONS);
    const { length } = bytes;
    const empties = operation === "write";
    return {
      rewind() {
        if (empties) file.truncateSync(0);
        file.seekSync(0, 0);
      },
      run: operation === "read"
        ? (count) => {
          for (let i = 0; i < count; i++) {
            if (file.readSync(bytes) !== length) failed("Deno.FsFile");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            if (file.writeSync(bytes) !== length) failed("Deno.FsFile");
          }
        },
      close: () => file.close(),
    };
  },
};

/** There is no seek in node:fs: requests are at offsets. */
const nodeFs: Candidate<FilePlace> = {
  way: "node:fs",
  runtimes: ["deno", "bun"],
  refuses: (point) => refusesPattern("node:fs", point),
  prepare({ point, path, memory: { bytes } }) {
    const { operation } = point;
    const file = openFd(path, "r+");
    const { length } = bytes;
    const empties = operation === "write";
    return {
      rewind() {
        if (empties) ftruncateSync(file, 0);
      },
      run: operation === "read"
        ? (count) => {
          for (let i = 0; i < count; i++) {
            const made = readSync(file, bytes, 0, length, i * length);
            if (made !== length) failed("node:fs");
          }
        }
        : (count) => {
          for (let i = 0; i < count; i++) {
            const made = writeSync(file, bytes, 0, length, i * length);
            if (made !== length) failed("node:fs");
          }
        },
      close: () => closeSync(file),
    };
  },
};

/** All ways to get through a file. */
export const FILE_SIZE_WAYS: readonly Candidate<FilePlace>[] = [
  ...[native, syncFile, overlappedFile, fsFile, nodeFs],
];
