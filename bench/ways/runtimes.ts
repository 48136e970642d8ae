// What the runtimes bring along themselves.

import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Bun, Deno, type DenoFile } from "../globals.ts";
import type { Pattern, Point } from "../schema.ts";
import { type Bytes, type Opening, streamOf, type Way } from "../way.ts";

/** What a file must be opened with for a pattern, if it is more than the runtimes' own files can be. */
const FLAG_NAMES: Partial<Record<Pattern, string>> = {
  "sequential": "FILE_FLAG_SEQUENTIAL_SCAN",
  "unbuffered": "FILE_FLAG_NO_BUFFERING",
  "write-through": "FILE_FLAG_WRITE_THROUGH",
  "unbuffered write-through": "FILE_FLAG_NO_BUFFERING",
};

function refusesPattern(name: string, { pattern }: Point): string | undefined {
  const flag = FLAG_NAMES[pattern];
  return flag && `${name} opens no file with ${flag}`;
}

const denoOptions = ({ append, create }: Opening) => ({
  ...append ? { append: true } : { read: true, write: true },
  ...create && { create: true, truncate: true },
});

const denoFile = (file: DenoFile) => ({
  rewind: () => void file.seekSync(0, 0),
  resize: (size: number) => file.truncateSync(size),
  close: () => file.close(),
});

/** Deno's own files. */
export const fsFile: Way = {
  name: "Deno.FsFile",
  runtime: "deno",
  refuses: (point) =>
    / at$|er$/.test(point.operation) || point.phase === "offsets"
      ? "Deno.FsFile has no transfers at an offset"
      : refusesPattern("Deno.open()", point),
  openSync(path, how) {
    const file = Deno.openSync(path, denoOptions(how));
    return {
      ...denoFile(file),
      read: (bytes) => file.readSync(bytes),
      write: (bytes) => file.writeSync(bytes),
    };
  },
  async open(path, how) {
    const file = await Deno.open(path, denoOptions(how));
    return {
      ...denoFile(file),
      read: (bytes) => file.read(bytes),
      write: (bytes) => file.write(bytes),
    };
  },
  streams: {
    readable: async (path) => (await Deno.open(path, { read: true })).readable,
    async write(path, _pattern, _chunk, chunks) {
      const options = { write: true, create: true, truncate: true };
      await streamOf(chunks).pipeTo((await Deno.open(path, options)).writable);
    },
  },
};

function flagsOf({ append, create }: Opening): number {
  const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = constants;
  return (append ? O_WRONLY | O_APPEND : O_RDWR) |
    (create ? O_CREAT | O_TRUNC : 0);
}

const NAMES = { deno: "Deno", bun: "Bun" } as const;

function refusesFlags(point: Point): string | undefined {
  return refusesPattern(`node:fs of ${NAMES[point.runtime]}`, point);
}

/** What every runtime has. There is no seek in node:fs: a file that begins anew is opened again. */
export const nodeFs: Way = {
  name: "node:fs",
  refuses: refusesFlags,
  openSync(path, how) {
    let file = openSync(path, flagsOf(how));
    const again = flagsOf({ ...how, create: false });
    return {
      read: (bytes) => readSync(file, bytes),
      write: (bytes) => writeSync(file, bytes),
      readAt: (bytes, at) => readSync(file, bytes, 0, bytes.length, at),
      writeAt: (bytes, at) => writeSync(file, bytes, 0, bytes.length, at),
      rewind() {
        closeSync(file);
        file = openSync(path, again);
      },
      resize: (size) => ftruncateSync(file, size),
      close: () => closeSync(file),
    };
  },
};

/** The same with promises. */
export const fsPromises: Way = {
  name: "node:fs/promises",
  refuses: (point) =>
    point.phase === "with signals"
      ? "FileHandle.read() and write() take no signal"
      : refusesFlags(point),
  async open(path, how) {
    let file = await open(path, flagsOf(how));
    const again = flagsOf({ ...how, create: false });
    return {
      read: async (bytes, at = null as unknown as number) =>
        (await file.read(bytes, 0, bytes.length, at)).bytesRead,
      write: async (bytes, at = null as unknown as number) =>
        (await file.write(bytes, 0, bytes.length, at)).bytesWritten,
      readPages: async (pages, at) => (await file.readv(pages, at)).bytesRead,
      writePages: async (pages, at) =>
        (await file.writev(pages, at)).bytesWritten,
      async rewind() {
        await file.close();
        file = await open(path, again);
      },
      resize: (size) => file.truncate(size),
      close: () => file.close(),
    };
  },
};

/** Streams of `node:fs`. */
export const fsStreams: Way = {
  name: "node:fs stream",
  refuses: (point) => refusesPattern("node:fs", point),
  streams: {
    readable: (path, _pattern, highWaterMark) =>
      Promise.resolve(
        createReadStream(path, { highWaterMark }) as AsyncIterable<Bytes>,
      ),
    async write(path, _pattern, highWaterMark, chunks) {
      const stream = createWriteStream(path, { highWaterMark });
      await pipeline(Readable.from(chunks), stream);
    },
  },
};

/** Bun's file and its writer. */
export const bunFile: Way = {
  name: "Bun.file",
  runtime: "bun",
  refuses: (point) => refusesPattern("Bun.file()", point),
  streams: {
    readable: (path) => Promise.resolve(Bun.file(path).stream()),
    async write(path, _pattern, highWaterMark, chunks) {
      const writer = Bun.file(path).writer({ highWaterMark });
      for (const chunk of chunks) {
        writer.write(chunk);
        await writer.flush();
      }
      await writer.end();
    },
  },
};
