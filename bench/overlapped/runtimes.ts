// What the runtimes bring along themselves.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Candidate, Contestant } from "../contestant.ts";
import { Deno } from "../globals.ts";
import { alignedMemory, plainBytes } from "../memory.ts";
import { RUNTIME } from "../runtime.ts";
import {
  LIBUV_FLAGS,
  refusesFlags,
  refusesPattern,
} from "../transfer/runtimes.ts";
import { inLanes, type OverlappedTask, pagesOf, partsOf } from "./task.ts";

/** Deno's own files. */
export const fsFile: Candidate<OverlappedTask> = {
  way: "Deno.FsFile",
  runtimes: ["deno"],
  refuses: (point) =>
    partsOf(point.operation).positional
      ? "Deno.FsFile has no transfers at an offset"
      : refusesPattern("Deno.open()", point),
  async prepare({ operation, path, bytes: length, depth }) {
    const file = await Deno.open(path, { read: true, write: true });
    const lanes = Array.from({ length: depth }, () => plainBytes(length));
    const perform = partsOf(operation).writes
      ? (_: number, bytes: Uint8Array) => file.write(bytes)
      : (_: number, bytes: Uint8Array) => file.read(bytes);
    return {
      ...inLanes<Uint8Array, number | null>(
        ...["Deno.FsFile", lanes, perform] as const,
        (count) => count === length,
      ),
      rewind: () => void file.seekSync(0, 0),
      close: () => file.close(),
    };
  },
};

/** What every runtime has. */
export const fsPromises: Candidate<OverlappedTask> = {
  way: "node:fs/promises",
  runtimes: ["deno", "bun", "node"],
  refuses: refusesFlags,
  async prepare(task) {
    const { pattern, path, bytes: length, depth } = task;
    const flags = constants.O_RDWR |
      (RUNTIME === "node" ? LIBUV_FLAGS[pattern] : 0);
    const reopen = () => open(path, flags);
    let file = await reopen();
    const memory = () =>
      pattern.startsWith("unbuffered")
        ? alignedMemory(length).bytes
        : plainBytes(length);
    const lanes = Array.from({ length: depth }, memory);
    const { paged, positional } = partsOf(task.operation);
    const current = () => file;
    return {
      ...paged ? inPages(current, task, lanes) : inBytes(current, task, lanes),
      async rewind() {
        if (positional) return;
        // There is no seek in node:fs.
        await file.close();
        file = await reopen();
      },
      close: () => file.close(),
    };
  },
};

function inBytes(
  file: () => FileHandle,
  { operation, bytes: length }: OverlappedTask,
  lanes: readonly Uint8Array[],
): Pick<Contestant, "run" | "timed"> {
  const { writes, positional } = partsOf(operation);
  const at = positional ? (index: number) => index * length : () => null;
  return writes
    ? inLanes(
      "node:fs/promises",
      lanes,
      (index, bytes) => file().write(bytes, 0, length, at(index)),
      ({ bytesWritten }) => bytesWritten === length,
    )
    : inLanes(
      "node:fs/promises",
      lanes,
      (index, bytes) => file().read(bytes, 0, length, at(index)),
      ({ bytesRead }) => bytesRead === length,
    );
}

function inPages(
  file: () => FileHandle,
  { operation, bytes: length }: OverlappedTask,
  lanes: readonly Uint8Array[],
): Pick<Contestant, "run" | "timed"> {
  const pages = lanes.map(pagesOf);
  return partsOf(operation).writes
    ? inLanes(
      "node:fs/promises",
      pages,
      (index, pages) => file().writev(pages, index * length),
      ({ bytesWritten }) => bytesWritten === length,
    )
    : inLanes(
      "node:fs/promises",
      pages,
      (index, pages) => file().readv(pages, index * length),
      ({ bytesRead }) => bytesRead === length,
    );
}
