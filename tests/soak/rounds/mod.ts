/**
 * Random sequences of operations, each of which is done to a simple model, too, and compared.
 *
 * @module
 */
import process from "node:process";
import { type Random, random } from "../../support/random.ts";
import { onWindows } from "../../support/runtime.ts";
import { locks } from "./locks.ts";
import { overlappedFile } from "./overlapped_files.ts";
import { pipes } from "./pipes.ts";
import { streams } from "./streams.ts";
import { syncFiles } from "./sync_files.ts";
import {
  realSystem,
  strictSystem,
  type System,
  type Systems,
} from "./system.ts";

/** What a sequence is made of. */
export interface Round {
  readonly source: Random;
  readonly system: System;
  /** Notes a step, which is about to be done. */
  readonly say: (step: string) => void;
}

/** Does random steps, and compares each with the model. */
export type Sequence = (round: Round) => void | Promise<void>;

/** All of them. */
export const SEQUENCES: Readonly<Record<string, Sequence>> = {
  "synchronous files": syncFiles,
  "a buffered overlapped file": (round) => overlappedFile(round, false),
  "an unbuffered overlapped file": (round) => overlappedFile(round, true),
  "pipes": pipes,
  "locks": locks,
  "streams": streams,
};

/** How many of the last steps a failure names. */
const LAST_STEPS = 20;

/**
 * Runs a sequence. The same seed gives the same one.
 *
 * @returns The number of steps.
 */
export async function runRound(
  sequence: Sequence,
  seed: number,
  systems: Systems,
): Promise<number> {
  const steps: string[] = [];
  const say = (step: string) => void steps.push(step);
  try {
    await systems.run(
      seed,
      (system) => sequence({ source: random(seed), system, say }),
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `With KERNEL32_IO_SEED=${seed}, step ${steps.length} is wrong: ` +
        `${reason}\n${steps.slice(-LAST_STEPS).join("\n")}`,
      { cause },
    );
  }
  return steps.length;
}

/** Runs a sequence so many times, with other seeds each time unless KERNEL32_IO_SEED is set, which is the first. */
export async function runRounds(
  sequence: Sequence,
  count: number,
  systems: Systems = onWindows ? realSystem : strictSystem,
): Promise<void> {
  const first = Number(process.env["KERNEL32_IO_SEED"] ?? Date.now());
  for (let round = 0; round < count; round++) {
    await runRound(sequence, (first + round) % 2 ** 32, systems);
  }
}
