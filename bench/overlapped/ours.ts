import { open } from "../../mod.ts";
import type { Candidate } from "../contestant.ts";
import { alignedMemory } from "../memory.ts";
import { PATTERN_OPTIONS } from "../transfer/ours.ts";
import { inLanes, type OverlappedTask, pagesOf, partsOf } from "./task.ts";

/** This module's files. */
export const overlappedFile: Candidate<OverlappedTask> = {
  way: "OverlappedFile",
  runtimes: ["deno", "bun"],
  async prepare({ operation, pattern, path, bytes: length, depth }) {
    const file = await open(path, {
      ...{ read: true, write: true },
      ...PATTERN_OPTIONS[pattern],
    });
    const { writes, paged, positional } = partsOf(operation);
    const close = () => file.close();
    const isWhole = (count: number | null) => count === length;
    if (paged) {
      const pages = pagesOf(alignedMemory(length).bytes);
      const perform = writes
        ? (index: number, pages: Uint8Array[]) =>
          file.writeGather(pages, { at: index * length })
        : (index: number, pages: Uint8Array[]) =>
          file.readScatter(pages, { at: index * length });
      const performs = inLanes<Uint8Array[], number | null>(
        ...["OverlappedFile", [pages], perform, isWhole] as const,
      );
      return { ...performs, close };
    }
    const lanes = Array.from(
      { length: depth },
      () => alignedMemory(length).bytes,
    );
    const perform = positional
      ? writes
        ? (index: number, bytes: Uint8Array) =>
          file.write(bytes, { at: index * length })
        : (index: number, bytes: Uint8Array) =>
          file.read(bytes, { at: index * length })
      : writes
      ? (_: number, bytes: Uint8Array) => file.write(bytes)
      : (_: number, bytes: Uint8Array) => file.read(bytes);
    return {
      ...inLanes<Uint8Array, number | null>(
        ...["OverlappedFile", lanes, perform, isWhole] as const,
      ),
      async rewind() {
        if (!positional) await file.seek(0);
      },
      close,
    };
  },
};
