// How the programs that plan talk to the one that measures.

import type { Task } from "./experiment.ts";
import type { Point, Run } from "./schema.ts";

/** What a process is to measure. */
export interface Spec extends Task {
  readonly points: readonly Point[];
}

/** A line that a process prints. */
export type Line =
  /** What it runs on. */
  | { readonly system: string }
  /** It is about to measure a point. */
  | { readonly begun: Point }
  | { readonly point: Point; readonly run: Run }
  | { readonly skipped: Point; readonly why: string };
