import { bind } from "../foreign.ts";

/** What scaling.c has. Each function returns how much was done. */
export interface Library {
  scale_open(
    paths: Uint8Array,
    files: BigUint64Array,
    flags: number,
    count: number,
  ): number;
  scale_close(files: BigUint64Array, count: number): number;
  scale_through(
    file: bigint,
    memory: bigint,
    length: number,
    writes: number,
    positional: number,
    count: number,
  ): number;
  scale_round(
    files: BigUint64Array,
    among: number,
    memory: bigint,
    length: number,
    writes: number,
    count: number,
  ): number;
  scale_cycle(
    file: bigint,
    memory: bigint,
    parts: number,
    start: number,
    places: number,
    length: number,
    writes: number,
    first: number,
    count: number,
  ): number;
  scale_flight_begin(
    flight: Uint8Array,
    files: BigUint64Array,
    count: number,
    depth: number,
  ): number;
  scale_flight(
    flight: Uint8Array,
    files: BigUint64Array,
    among: number,
    memory: bigint,
    length: number,
    writes: number,
    places: number,
    count: number,
  ): number;
  scale_flight_end(flight: Uint8Array): number;
  scale_crew_begin(
    files: BigUint64Array,
    memory: bigint,
    length: number,
    writes: number,
    apart: number,
    places: number,
    count: number,
  ): number;
  scale_crew(count: number): number;
  scale_crew_end(): number;
}

/** The size of what `scale_flight_begin` fills in. */
export const FLIGHT_SIZE = 40;

/** Loads the compiled scaling.c. */
export function load(library: string): Library {
  return bind<Library>(library, {
    scale_open: ["buffer", "buffer", "u32", "i32"],
    scale_close: ["buffer", "i32"],
    scale_through: ["u64", "u64", "u32", "i32", "i32", "i32"],
    scale_round: ["buffer", "i32", "u64", "u32", "i32", "i32"],
    scale_cycle: [
      ...["u64", "u64", "i32", "i32", "i32"] as const,
      ...["u32", "i32", "i32", "i32"] as const,
    ],
    scale_flight_begin: ["buffer", "buffer", "i32", "i32"],
    scale_flight: [
      ...["buffer", "buffer", "i32", "u64", "u32"] as const,
      ...["i32", "i32", "i32"] as const,
    ],
    scale_flight_end: ["buffer"],
    scale_crew_begin: ["buffer", "u64", "u32", "i32", "i32", "i32", "i32"],
    scale_crew: ["i32"],
    scale_crew_end: [],
  });
}
