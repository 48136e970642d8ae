import type { Experiment } from "./experiment.ts";
import { experiment as gather } from "./experiments/gather.ts";
import { experiment as overlapped } from "./experiments/overlapped.ts";
import { experiment as transfer } from "./experiments/transfer.ts";
import type { Experiment as Name } from "./schema.ts";

/** Everything that can be measured, in the order in which it is. */
export const EXPERIMENTS: Readonly<Partial<Record<Name, Experiment>>> = {
  transfer,
  overlapped,
  gather,
};
