// What a module of bench/experiments/ or bench/scaling/ exports, as `experiment`.

import type { Point, Run, Runtime, Way } from "./schema.ts";

/** What is given to who measures a point. */
export interface Task {
  /** Where files may be made. Whoever makes one removes it; the folder goes at the end in any case. */
  readonly folder: string;
  /** The path of the compiled bench.c. Without it, C has no figures. */
  readonly library?: string;
  /** How long the rounds of one way are to be timed. Warming up, CPU time and latency come on top. */
  readonly milliseconds: number;
  /** Fewer and shorter rounds, CPU time and latency where they cost little. */
  readonly quick: boolean;
  /** Who takes part, if not everybody. */
  readonly only?: readonly Way[];
}

/** A point that can't be measured here, with the reason. */
export class SkippedError extends Error {
  override name = "SkippedError";
}

/** A family of points, and how one is measured. */
export interface Experiment {
  /** Lists the points of a runtime. Runs on the host, too, and must not touch kernel32. */
  points(quick: boolean, runtime: Runtime): Point[];
  /** Measures all ways of a point, in the runtime that the point names. */
  measure(point: Point, task: Task): Promise<Run>;
  /** Lists the ways that can take part at a point, if all is installed. Runs on the host, too. */
  ways?(point: Point): Way[];
  /** Tells in how many processes a point is measured at most: in as many as any other, by default. */
  mostProcesses?(point: Point): number;
  /** Guesses how many seconds `measure()` takes. By default: as for transfers of so many ways. */
  seconds?(point: Point, task: Pick<Task, "milliseconds" | "quick">): number;
}
