import type { Experiment } from "./experiment.ts";
import { mixed, mixedOverlapped } from "./experiments/mixed.ts";
import type { Experiment as Name } from "./schema.ts";

/** Everything that can be measured, in the order in which it is. */
export const EXPERIMENTS: Readonly<Record<Name, Experiment>> = {
  mixed,
  "mixed overlapped": mixedOverlapped,
} as Readonly<Record<Name, Experiment>>;
