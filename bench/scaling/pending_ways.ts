// Ways to have one write pending on each of many files.

import { type FileHandle, open as openHandle } from "node:fs/promises";
import { open } from "../../mod.ts";
import type { Candidate } from "../contestant.ts";
import { plainBytes } from "../memory.ts";
import { openHandles } from "./files.ts";
import { type Flight, flightMemory, nativeFlight, slotsOf } from "./flight.ts";
import { bareFlight } from "./flight_bare.ts";
import { inLanes } from "./lanes.ts";
import type { FilesPlace } from "./round_ways.ts";

const AT_START = { at: 0 } as const;

function flightOf({ point, library, paths, x }: FilesPlace): Flight {
  const files = openHandles(paths.slice(0, x), point.pattern, true);
  return { point, library, files, depth: x, places: 1 };
}

const native: Candidate<FilesPlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare: (place) => nativeFlight(flightOf(place)),
};

const bare: Candidate<FilesPlace> = {
  way: "bare",
  runtimes: ["deno", "bun"],
  prepare: (place) => bareFlight(flightOf(place)),
};

/** A file, and memory for its operation. */
interface Lane<File> {
  readonly file: File;
  readonly bytes: Uint8Array;
}

/** Opens a file for each part of the memory. All are closed again if one cannot be opened. */
async function lanesOf<File>(
  paths: readonly string[],
  slots: readonly Uint8Array[],
  open: (path: string) => Promise<File>,
  close: (file: File) => Promise<void>,
): Promise<Lane<File>[]> {
  const lanes: Lane<File>[] = [];
  try {
    for (const [i, bytes] of slots.entries()) {
      lanes.push({ file: await open(paths[i]!), bytes });
    }
    return lanes;
  } catch (error) {
    for (const { file } of lanes) await close(file);
    throw error;
  }
}

const overlappedFile: Candidate<FilesPlace> = {
  way: "OverlappedFile",
  runtimes: ["deno", "bun"],
  async prepare({ point, paths, x }) {
    const { bytes: length } = point;
    const memory = flightMemory(x, length);
    const lanes = await lanesOf(
      paths,
      slotsOf(memory.bytes, length),
      (path) => open(path, { read: true, write: true, unbuffered: true }),
      (file) => file.close(),
    );
    return {
      run: inLanes(
        "OverlappedFile",
        lanes,
        (_, { file, bytes }) => file.write(bytes, AT_START),
        (count) => count === length,
      ),
      async close() {
        for (const { file } of lanes) await file.close();
        memory.free();
      },
    };
  },
};

/** Through the cache. */
const fsPromises: Candidate<FilesPlace> = {
  way: "node:fs/promises",
  runtimes: ["deno", "bun"],
  async prepare({ point, paths, x }) {
    const { bytes: length } = point;
    const lanes = await lanesOf<FileHandle>(
      paths,
      slotsOf(plainBytes(x * length), length),
      (path) => openHandle(path, "r+"),
      (file) => file.close(),
    );
    return {
      run: inLanes(
        "node:fs/promises",
        lanes,
        (_, { file, bytes }) => file.write(bytes, 0, length, 0),
        ({ bytesWritten }) => bytesWritten === length,
      ),
      async close() {
        for (const { file } of lanes) await file.close();
      },
    };
  },
};

/** All ways to have a write pending on each file. */
export const PENDING_WAYS: readonly Candidate<FilesPlace>[] = [
  ...[native, bare, overlappedFile, fsPromises],
];
