import { open as openHandle } from "node:fs/promises";
import { open } from "../../mod.ts";
import type { Candidate } from "../contestant.ts";
import { Deno } from "../globals.ts";
import { plainBytes } from "../memory.ts";
import type { Place } from "./contestant.ts";
import { openHandles } from "./files.ts";
import { type Flight, flightMemory, nativeFlight, slotsOf } from "./flight.ts";
import { bareFlight } from "./flight_bare.ts";
import { inLanes } from "./lanes.ts";

/** One file, of so many requests. */
export interface FlightPlace extends Place {
  readonly path: string;
  readonly places: number;
}

function flightOf({ point, library, path, places, x }: FlightPlace): Flight {
  const files = openHandles([path], point.pattern, true);
  return { point, library, files, depth: x, places };
}

const native: Candidate<FlightPlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare: (place) => nativeFlight(flightOf(place)),
};

const bare: Candidate<FlightPlace> = {
  way: "bare",
  runtimes: ["deno", "bun"],
  prepare: (place) => bareFlight(flightOf(place)),
};

const overlappedFile: Candidate<FlightPlace> = {
  way: "OverlappedFile",
  runtimes: ["deno", "bun"],
  async prepare({ point, path, x: depth }) {
    const { bytes: length, operation } = point;
    const memory = flightMemory(depth, length);
    const lanes = slotsOf(memory.bytes, length);
    const file = await open(path, {
      ...{ read: true, write: true, unbuffered: true },
    });
    const operate = operation.startsWith("read")
      ? (index: number, bytes: Uint8Array) =>
        file.read(bytes, { at: index * length })
      : (index: number, bytes: Uint8Array) =>
        file.write(bytes, { at: index * length });
    return {
      run: inLanes<Uint8Array, number | null>(
        "OverlappedFile",
        lanes,
        operate,
        (count) => count === length,
      ),
      async close() {
        await file.close();
        memory.free();
      },
    };
  },
};

/** Through the cache, and at the file pointer: it has neither a way past the one nor an offset. */
const fsFile: Candidate<FlightPlace> = {
  way: "Deno.FsFile",
  runtimes: ["deno"],
  async prepare({ point, path, x: depth }) {
    const { bytes: length, operation } = point;
    const lanes = slotsOf(plainBytes(depth * length), length);
    const file = await Deno.open(path, { read: true, write: true });
    const operate = operation.startsWith("read")
      ? (_: number, bytes: Uint8Array) => file.read(bytes)
      : (_: number, bytes: Uint8Array) => file.write(bytes);
    return {
      rewind: () => void file.seekSync(0, 0),
      run: inLanes<Uint8Array, number | null>(
        "Deno.FsFile",
        lanes,
        operate,
        (count) => count === length,
      ),
      close: () => file.close(),
    };
  },
};

/** Through the cache. */
const fsPromises: Candidate<FlightPlace> = {
  way: "node:fs/promises",
  runtimes: ["deno", "bun"],
  async prepare({ point, path, x: depth }) {
    const { bytes: length, operation } = point;
    const lanes = slotsOf(plainBytes(depth * length), length);
    const file = await openHandle(path, "r+");
    const run = operation.startsWith("read")
      ? inLanes(
        "node:fs/promises",
        lanes,
        (index, bytes) => file.read(bytes, 0, length, index * length),
        ({ bytesRead }) => bytesRead === length,
      )
      : inLanes(
        "node:fs/promises",
        lanes,
        (index, bytes) => file.write(bytes, 0, length, index * length),
        ({ bytesWritten }) => bytesWritten === length,
      );
    return { run, close: () => file.close() };
  },
};

/** All ways to have operations in flight. */
export const IN_FLIGHT_WAYS: readonly Candidate<FlightPlace>[] = [
  ...[native, bare, overlappedFile, fsFile, fsPromises],
];
