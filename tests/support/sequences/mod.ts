/**
 * Operations in random order, against models, on the strict kernel or the system itself.
 *
 * @module
 */
import { fileSequence } from "./files.ts";
import { lockSequence } from "./locks.ts";
import { pipeSequence } from "./pipes.ts";
import type { Sequence } from "./sequence.ts";
import { streamSequence } from "./streams.ts";

export { runSequence } from "./sequence.ts";
export type { Sequence, SequenceOptions } from "./sequence.ts";
export { realSystem, strictSystem } from "./system.ts";
export type { SequenceSystem } from "./system.ts";

/** All sequences. */
export const SEQUENCES: readonly Sequence[] = [
  fileSequence,
  pipeSequence,
  lockSequence,
  streamSequence,
] as readonly unknown[] as readonly Sequence[];
