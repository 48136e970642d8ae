import {
  closeSync,
  ftruncateSync,
  openSync as openFd,
  readSync,
  writeSync,
} from "node:fs";
import {
  type AlignedBuffer,
  kernel32,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import type { Handle } from "../../src/raw.ts";
import { type Candidate, failed } from "../contestant.ts";
import type { Place } from "./contestant.ts";
import { openHandles } from "./files.ts";
import { cached } from "./measure.ts";

const FILE_BEGIN = 0;
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
    const file = handles[0] as Handle;
    const writes = operation === "read" ? 0 : 1;
    const positional = pattern === "unbuffered" ? 1 : 0;
    return {
      rewind: () => rewind(file, operation === "write"),
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

function rewind(file: Handle, empties: boolean): void {
  if (!kernel32.SetFilePointerEx(file, 0n, null, FILE_BEGIN)) {
    throw Win32Error.last("SetFilePointerEx");
  }
  if (empties && !kernel32.SetEndOfFile(file)) {
    throw Win32Error.last("SetEndOfFile");
  }
}

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
  refuses: cached,
  prepare({ point, path, memory: { bytes } }) {
    const { operation } = point;
    const file = Deno.openSync(path, OPTIONS);
    const { length } = bytes;
    const empties = operation === "write";
    return {
      rewind() {
        if (empties) file.truncateSync(0);
        file.seekSync(0, Deno.SeekMode.Start);
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
  refuses: cached,
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
