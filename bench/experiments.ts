import type { Experiment } from "./experiment.ts";
import { experiment as gather } from "./experiments/gather.ts";
import { experiment as overlapped } from "./experiments/overlapped.ts";
import { experiment as records } from "./experiments/records.ts";
import { experiment as streams } from "./experiments/streams.ts";
import { experiment as text } from "./experiments/text.ts";
import { experiment as transfer } from "./experiments/transfer.ts";
import type { Experiment as Name } from "./schema.ts";

/** Everything that can be measured, in the order in which it is. */
export const EXPERIMENTS: Readonly<Partial<Record<Name, Experiment>>> = {
  ...{ transfer, overlapped, gather, records, text, streams },
};
