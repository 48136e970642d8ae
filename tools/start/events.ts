// What program.ts tells start.ts: one object a line, as JSON, on its standard output.

/** How a file is copied. */
export type Mode =
  | "buffered"
  | "unbuffered, write-through"
  | "unbuffered, overlapped";

/** Every way, in the order they are shown. */
export const MODES: readonly Mode[] = [
  "buffered",
  "unbuffered, write-through",
  "unbuffered, overlapped",
];

/** What is being done with a copy. */
export type Step = "copying" | "checking source" | "checking copy";

/** The runtime that the program runs on. */
export interface Started {
  event: "started";
  runtime: string;
}

/** So many bytes have been dealt with in this step. */
export interface Progress {
  event: "progress";
  mode: Mode;
  step: Step;
  bytes: number;
}

/** A copy was made, and read back by the runtime's own means, as was the source. */
export interface Copied {
  event: "copied";
  mode: Mode;
  /** How many operations were under way at once. */
  depth: number;
  bytes: number;
  seconds: number;
  /** SHA-256, in hexadecimal. */
  sourceHash: string;
  /** SHA-256, in hexadecimal. */
  copyHash: string;
}

/** A write through a handle without write access was refused, as it should be. */
export interface Refused {
  event: "refused";
  message: string;
  symbol: string;
}

/** The program cannot go on. */
export interface Failed {
  event: "failed";
  message: string;
}

/** Whatever the program may tell. */
export type Event = Started | Progress | Copied | Refused | Failed;
