import type { Contestant } from "../contestant.ts";
import type { Point } from "../schema.ts";
import type { Library } from "./library.ts";

/** What every way is given: the point, what grows, and C. */
export interface Place {
  readonly point: Point;
  /** What grows. Less than the point's to warm up. */
  readonly x: number;
  readonly library: Library | undefined;
}

/** A way that is ready. */
export interface Scaled extends Contestant {
  /** Tells how much memory the process has within a lap, if it has less behind it. */
  most?(): number | Promise<number>;
}
