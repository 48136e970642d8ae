// This module's ways, and those of another checkout of it.

import * as here from "../../mod.ts";
import type { Pattern } from "../schema.ts";
import { type Opening, streamOf, type Way } from "../way.ts";
import { opener } from "./calls.ts";

/** What is used of a checkout. */
export type Module = typeof here;

/** The options that make a pattern. */
const PATTERNS: Readonly<Record<Pattern, here.OpenOptions>> = {
  "buffered": {},
  "sequential": { sequential: true },
  "unbuffered": { unbuffered: true },
  "write-through": { writeThrough: true },
  "unbuffered write-through": { unbuffered: true, writeThrough: true },
  "preallocated": {},
};

function optionsOf({ pattern, append, create }: Opening): here.OpenOptions {
  return {
    ...append ? { append: true } : { read: true, write: true },
    ...create && { create: true, truncate: true },
    ...PATTERNS[pattern],
  };
}

/** The ways of a checkout: the raw layer, files, and files with promises. */
export function moduleWays(
  { kernel32, open, openSync, toHandle }: Module,
  suffix: "" | ", other" = "",
): { raw: Way; syncFile: Way; overlappedFile: Way } {
  const raw: Way = {
    name: `kernel32${suffix}`,
    openSync: opener(() => ({
      ...{ next: kernel32, at: kernel32, handle: toHandle },
    })),
  };
  const syncFile: Way = {
    name: `SyncFile${suffix}`,
    openSync(path, how) {
      const file = openSync(path, optionsOf(how));
      return {
        read: (bytes) => file.read(bytes),
        write: (bytes) => file.write(bytes),
        readAt: (bytes, at) => file.read(bytes, { at }),
        writeAt: (bytes, at) => file.write(bytes, { at }),
        rewind: () => void file.seek(0),
        resize: (size) => file.truncate(size),
        close: () => file.close(),
      };
    },
  };
  const overlappedFile: Way = {
    name: `OverlappedFile${suffix}`,
    async open(path, how) {
      const file = await open(path, optionsOf(how));
      return {
        read: (bytes, at, signal) =>
          signal === undefined
            ? at === undefined ? file.read(bytes) : file.read(bytes, { at })
            : file.read(bytes, { at: at!, signal }),
        write: (bytes, at, signal) =>
          signal === undefined
            ? at === undefined ? file.write(bytes) : file.write(bytes, { at })
            : file.write(bytes, { at: at!, signal }),
        readPages: (pages, at) => file.readScatter(pages, { at }),
        writePages: (pages, at) => file.writeGather(pages, { at }),
        rewind: async () => void await file.seek(0),
        resize: (size) => file.truncate(size),
        close: () => file.close(),
      };
    },
    streams: {
      async readable(path, pattern, chunkSize) {
        const file = await open(path, { read: true, ...PATTERNS[pattern] });
        return file.createReadable({ chunkSize });
      },
      async write(path, pattern, chunkSize, chunks) {
        const file = await open(path, optionsOf({ pattern, create: true }));
        await streamOf(chunks).pipeTo(file.createWritable({ chunkSize }));
      },
    },
  };
  return { raw, syncFile, overlappedFile };
}

/** This checkout's. */
export const ours: ReturnType<typeof moduleWays> = moduleWays(here);
