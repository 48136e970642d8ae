import { open } from "node:fs/promises";
import {
  inLanes,
  type OverlappedCompetitor,
  type Perform,
} from "./overlapped_competitor.ts";

/** Memory of so many operations, of the kind that the runtime's own files are made for. */
function memoryOf(count: number, length: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, () => new Uint8Array(length).fill(0xA5));
}

/** Deno's own files, through the cache. They have no transfers at an offset. */
export const fsFile: OverlappedCompetitor = {
  name: "Deno.FsFile",
  async prepare({ operation, path, bytes: length, depth }): Promise<Perform> {
    const file = await Deno.open(path, { read: true, write: true });
    const lanes = memoryOf(depth, length);
    const operate = operation === "write"
      ? (_: number, bytes: Uint8Array) => file.write(bytes)
      : (_: number, bytes: Uint8Array) => file.read(bytes);
    const perform = inLanes<Uint8Array, number | null>(
      "Deno.FsFile",
      lanes,
      operate,
      (count) => count === length,
    );
    return (count) => {
      file.seekSync(0, Deno.SeekMode.Start);
      return perform(count);
    };
  },
};

/** What every runtime has, through the cache. */
export const fsPromises: OverlappedCompetitor = {
  name: "fs.promises",
  async prepare({ operation, path, bytes: length, depth }) {
    const file = await open(path, "r+");
    const lanes = memoryOf(depth, length);
    return operation === "write"
      ? inLanes(
        "fs.promises",
        lanes,
        (index, bytes) => file.write(bytes, 0, length, index * length),
        ({ bytesWritten }) => bytesWritten === length,
      )
      : inLanes(
        "fs.promises",
        lanes,
        (index, bytes) => file.read(bytes, 0, length, index * length),
        ({ bytesRead }) => bytesRead === length,
      );
  },
};
