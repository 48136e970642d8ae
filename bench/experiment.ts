// What a module of bench/experiments/ describes.

import type { Point, Runtime, Way as Name } from "./schema.ts";
import type { Contestant, Way } from "./way.ts";

/** What is given to who measures a point. */
export interface Task {
  /** Where files may be made. */
  readonly folder: string;
  /** The path of the compiled C. Without it, C has no figures. */
  readonly library?: string;
  /** How long the rounds of one way at one point are timed at most. Warming up and CPU time come on top. */
  readonly milliseconds: number;
  /** Fewer and shorter rounds, CPU time where it costs little. */
  readonly quick: boolean;
  /** Who takes part, if not everybody. */
  readonly only?: readonly Name[];
  /** The URL of another checkout's mod.ts, whose ways take part, too. */
  readonly against?: string;
}

/** A point that can't be measured here, with the reason. */
export class SkippedError extends Error {
  override name = "SkippedError";
}

/** How the contestants of a point take turns. */
export interface Pace {
  /** Names the loops that run: other points of the process may run the same. */
  readonly loop: string;
  /** How many operations a lap has. Before each lap everything goes back to the start. */
  readonly lap: number;
  /** A turn has so many laps that it lasts at least so long, in ms: far longer than the clock's step. */
  readonly shortestTurn: number;
  /** How long the rounds of one way are timed, in ms. */
  readonly milliseconds: number;
  /** How long each way warms up. */
  readonly warmUp: number;
  /** How long each way runs a loop that is new to the process, at most. */
  readonly compiling: number;
  /** How long CPU time is counted for; not at all if 0. It is counted in steps of 10 to 16 ms. */
  readonly cpu: number;
  /**
   * Files are opened and closed within a lap, which is a whole file. Otherwise they stay open, and an operation that is not timed comes
   * first: what a new handle or a moved file pointer costs the next one is not what is asked for.
   */
  readonly wholeFiles?: boolean;
}

/** A family of points, and how one is measured. */
export interface Experiment {
  /** Lists the points of a runtime. Runs on the host, too, and must not touch kernel32. */
  points(quick: boolean, runtime: Runtime): Point[];
  /** Lists who might take part at a point. Runs on the host, too. */
  ways(point: Point): readonly Way[];
  pace(point: Point, task: Pick<Task, "quick" | "milliseconds">): Pace;
  /**
   * Makes the files of a point in an empty folder.
   *
   * @returns What prepares a way.
   */
  prepare(
    point: Point,
    task: Task,
  ): (way: Way) => Contestant | Promise<Contestant>;
  /** Whether all points of a process take turns: they are one program. */
  readonly together?: boolean;
}
