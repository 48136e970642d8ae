import { closeSync, openSync as openFd, readSync, writeSync } from "node:fs";
import { AlignedBuffer, open, openSync } from "../../mod.ts";
import { type Candidate, type Contestant, failed } from "../contestant.ts";
import { refusesPattern } from "../transfer/runtimes.ts";
import { FILLING, plainBytes } from "../memory.ts";
import type { Way } from "../schema.ts";
import type { Place } from "./contestant.ts";
import { openHandles } from "./files.ts";
import { slotsOf } from "./flight.ts";

/** A file of so many requests. `x` is the size of the memory that requests cycle through. */
export interface BufferPlace extends Place {
  readonly path: string;
  readonly places: number;
}

const UNALIGNED = 8;

type Bytes = Uint8Array<ArrayBuffer>;

/** Memory in parts, one for each request. */
interface Memory {
  readonly parts: readonly Bytes[];
  free(): void;
}

function aligned({ x, point }: Place): Memory {
  const memory = new AlignedBuffer(x);
  const parts = slotsOf(memory.bytes.fill(FILLING), point.bytes);
  return { parts, free: () => memory.free() };
}

/** The runtime's own memory begins at a sector's boundary by chance only: here it never does. */
function plain({ x, point }: Place): Memory {
  const bytes = plainBytes(x + UNALIGNED).subarray(UNALIGNED);
  return { parts: slotsOf(bytes, point.bytes), free() {} };
}

const native: Candidate<BufferPlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare({ point, library, path, places, x }) {
    const { scale_cycle } = library!;
    const { bytes: length, pattern, operation } = point;
    const { handles, close } = openHandles([path], pattern);
    const file = handles[0]!;
    const writes = operation.startsWith("read") ? 0 : 1;
    const memory = new AlignedBuffer(x);
    memory.bytes.fill(FILLING);
    const parts = x / length;
    return {
      run(count, first) {
        const made = scale_cycle(
          file,
          memory.address,
          parts,
          0,
          places,
          length,
          writes,
          first,
          count,
        );
        if (made !== count) failed("C");
      },
      close() {
        close();
        memory.free();
      },
    };
  },
};

function syncFile(
  way: Way,
  memoryOf: (place: Place) => Memory,
): Candidate<BufferPlace> {
  return {
    way,
    runtimes: ["deno", "bun"],
    prepare(place): Contestant {
      const { point, path, places } = place;
      const { bytes: length, pattern, operation } = point;
      const unbuffered = pattern === "unbuffered";
      const file = openSync(path, { read: true, write: true, unbuffered });
      const { parts, free } = memoryOf(place);
      return {
        run: operation.startsWith("read")
          ? (count, first) => {
            for (let i = first; i < first + count; i++) {
              const bytes = parts[i % parts.length]!;
              const at = i % places * length;
              if (file.read(bytes, { at }) !== length) failed(way);
            }
          }
          : (count, first) => {
            for (let i = first; i < first + count; i++) {
              const bytes = parts[i % parts.length]!;
              const at = i % places * length;
              if (file.write(bytes, { at }) !== length) failed(way);
            }
          },
        close() {
          file.close();
          free();
        },
      };
    },
  };
}

function overlappedFile(
  way: Way,
  memoryOf: (place: Place) => Memory,
): Candidate<BufferPlace> {
  return {
    way,
    runtimes: ["deno", "bun"],
    async prepare(place): Promise<Contestant> {
      const { point, path, places } = place;
      const { bytes: length, pattern, operation } = point;
      const unbuffered = pattern === "unbuffered";
      const file = await open(path, { read: true, write: true, unbuffered });
      const { parts, free } = memoryOf(place);
      return {
        run: operation.startsWith("read")
          ? async (count, first) => {
            for (let i = first; i < first + count; i++) {
              const bytes = parts[i % parts.length]!;
              const at = i % places * length;
              if (await file.read(bytes, { at }) !== length) failed(way);
            }
          }
          : async (count, first) => {
            for (let i = first; i < first + count; i++) {
              const bytes = parts[i % parts.length]!;
              const at = i % places * length;
              if (await file.write(bytes, { at }) !== length) failed(way);
            }
          },
        async close() {
          await file.close();
          free();
        },
      };
    },
  };
}

const nodeFs: Candidate<BufferPlace> = {
  way: "node:fs",
  runtimes: ["deno", "bun"],
  refuses: (point) => refusesPattern("node:fs", point),
  prepare(place) {
    const { point, path, places } = place;
    const { bytes: length, operation } = point;
    const file = openFd(path, "r+");
    const { parts } = plain(place);
    return {
      run: operation.startsWith("read")
        ? (count, first) => {
          for (let i = first; i < first + count; i++) {
            const bytes = parts[i % parts.length]!;
            const at = i % places * length;
            if (readSync(file, bytes, 0, length, at) !== length) {
              failed("node:fs");
            }
          }
        }
        : (count, first) => {
          for (let i = first; i < first + count; i++) {
            const bytes = parts[i % parts.length]!;
            const at = i % places * length;
            if (writeSync(file, bytes, 0, length, at) !== length) {
              failed("node:fs");
            }
          }
        },
      close: () => closeSync(file),
    };
  },
};

/** All ways to cycle through memory. */
export const BUFFER_SIZE_WAYS: readonly Candidate<BufferPlace>[] = [
  native,
  syncFile("SyncFile", aligned),
  syncFile("SyncFile, Uint8Array", plain),
  overlappedFile("OverlappedFile", aligned),
  overlappedFile("OverlappedFile, Uint8Array", plain),
  nodeFs,
];
