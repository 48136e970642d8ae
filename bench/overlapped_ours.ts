import { AlignedBuffer, open, type OverlappedFile } from "../mod.ts";
import {
  failed,
  inLanes,
  type OverlappedCompetitor,
} from "./overlapped_competitor.ts";
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
    if (operation === "gather") {
      const memory = new AlignedBuffer(length);
      const pages = pagesOf(memory).toReversed();
      return inLanes([pages], async (index, pages) => {
        const count = await file.writeGather(pages, { at: index * length });
        if (count !== length) failed("OverlappedFile");
      });
    }
    const lanes = memoryOf(depth, length);
    return operation === "write"
      ? inLanes(lanes, async (index, bytes) => {
        const count = await file.write(bytes, { at: index * length });
        if (count !== length) failed("OverlappedFile");
      })
      : inLanes(lanes, async (index, bytes) => {
        const count = await file.read(bytes, { at: index * length });
        if (count !== length) failed("OverlappedFile");
      });
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
    return inLanes([pages], async (index, pages) => {
      const counts = await Promise.all(
        pages.map((page, i) =>
          file.write(page, { at: index * bytes + i * length })
        ),
      );
      if (counts.some((count) => count !== length)) failed("16 writes");
    });
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
