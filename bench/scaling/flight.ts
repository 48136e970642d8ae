// Operations in flight, on one file or on many. Each slot has its part of the memory and one of the files.

import { AlignedBuffer } from "../../mod.ts";
import { FILLING } from "../memory.ts";
import type { Point } from "../schema.ts";
import { type Contestant, failed } from "../contestant.ts";
import type { OpenHandles } from "./files.ts";
import { FLIGHT_SIZE, type Library } from "./library.ts";

/** What flies. */
export interface Flight {
  readonly point: Point;
  readonly library: Library | undefined;
  readonly files: OpenHandles;
  /** How many operations are in flight. */
  readonly depth: number;
  /** How many offsets of a file are transferred at, one after the other. */
  readonly places: number;
}

/** C: one call from here for a whole lap. */
export function nativeFlight(flight: Flight): Contestant {
  const { point, library, files: { handles, close }, depth, places } = flight;
  const { bytes: length, operation } = point;
  const { scale_flight_begin, scale_flight, scale_flight_end } = library!;
  const state = new Uint8Array(new ArrayBuffer(FLIGHT_SIZE));
  if (scale_flight_begin(state, handles, handles.length, depth) === 0) {
    close();
    failed("C");
  }
  const memory = flightMemory(depth, length);
  const writes = operation.startsWith("read") ? 0 : 1;
  return {
    run(count) {
      const done = scale_flight(
        state,
        handles,
        handles.length,
        memory.address,
        length,
        writes,
        places,
        count,
      );
      if (done !== count) failed("C");
    },
    close() {
      scale_flight_end(state);
      close();
      memory.free();
    },
  };
}

/** Memory of so many operations. */
export function flightMemory(depth: number, length: number): AlignedBuffer {
  const memory = new AlignedBuffer(depth * length);
  memory.bytes.fill(FILLING);
  return memory;
}

/** The parts of memory that each slot has. */
export function slotsOf(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
): Uint8Array<ArrayBuffer>[] {
  return Array.from(
    { length: bytes.length / length },
    (_, slot) => bytes.subarray(slot * length, (slot + 1) * length),
  );
}
