import { AlignedBuffer, open, type OverlappedFile } from "../mod.ts";
import { inLanes, type OverlappedCompetitor } from "./overlapped_competitor.ts";
import { PAGES } from "./overlapped_handle.ts";

function openFile(path: string): Promise<OverlappedFile> {
  return open(path, { read: true, write: true, unbuffered: true });
}

/** Memory of so many operations. */
function memoryOf(count: number, length: number): Uint8Array[] {
  return Array.from(
    { length: count },
    () => new AlignedBuffer(length).bytes.fill(0xA5),
  );
}

/** This module's files. */
export const overlappedFile: OverlappedCompetitor = {
  name: "OverlappedFile",
  async prepare({ operation, path, bytes: length, depth }) {
    const file = await openFile(path);
    const name = "OverlappedFile";
    const isWhole = (count: number | null) => count === length;
    if (operation === "gather") {
      const pages = pagesOf(new AlignedBuffer(length)).toReversed();
      return inLanes(
        name,
        [pages],
        (index, pages) => file.writeGather(pages, { at: index * length }),
        isWhole,
      );
    }
    const lanes = memoryOf(depth, length);
    const operate = operation === "write"
      ? (index: number, bytes: Uint8Array) =>
        file.write(bytes, { at: index * length })
      : (index: number, bytes: Uint8Array) =>
        file.read(bytes, { at: index * length });
    return inLanes<Uint8Array, number | null>(name, lanes, operate, isWhole);
  },
};

/** What a gather saves: its pages one by one, all at a time. */
export const filePages: OverlappedCompetitor = {
  name: "16 writes",
  async prepare({ path, bytes }) {
    const file = await openFile(path);
    const memory = new AlignedBuffer(bytes);
    const pages = pagesOf(memory).toReversed();
    const { length } = pages[0]!;
    return inLanes(
      "16 writes",
      [pages],
      (index, pages) =>
        Promise.all(
          pages.map((page, i) =>
            file.write(page, { at: index * bytes + i * length })
          ),
        ),
      (counts) => counts.every((count) => count === length),
    );
  },
};

function pagesOf(memory: AlignedBuffer): Uint8Array[] {
  const length = memory.byteLength / PAGES;
  memory.bytes.fill(0xA5);
  return Array.from(
    { length: PAGES },
    (_, i) => memory.bytes.subarray(i * length, (i + 1) * length),
  );
}
