import { open } from "node:fs/promises";
import {
  failed,
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
    const perform = operation === "write"
      ? inLanes(lanes, async (_, bytes) => {
        if (await file.write(bytes) !== length) failed("Deno.FsFile");
      })
      : inLanes(lanes, async (_, bytes) => {
        if (await file.read(bytes) !== length) failed("Deno.FsFile");
      });
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
      ? inLanes(lanes, async (index, bytes) => {
        const at = index * length;
        const { bytesWritten } = await file.write(bytes, 0, length, at);
        if (bytesWritten !== length) failed("fs.promises");
      })
      : inLanes(lanes, async (index, bytes) => {
        const at = index * length;
        const { bytesRead } = await file.read(bytes, 0, length, at);
        if (bytesRead !== length) failed("fs.promises");
      });
  },
};
