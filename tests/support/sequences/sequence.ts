import fc from "fast-check";
import type { SequenceSystem } from "./system.ts";

/** Operations in any order, and a model that says what must come of them. */
export interface Sequence<Setup = unknown, Step = unknown> {
  readonly name: string;
  /** What it starts with. */
  readonly setup: fc.Arbitrary<Setup>;
  /** One operation, or some that run side by side. */
  readonly step: fc.Arbitrary<Step>;
  /** Runs it. Returns how many operations that was; throws if something is not as the model says. */
  run(
    system: SequenceSystem,
    setup: Setup,
    steps: readonly Step[],
  ): Promise<number>;
}

/** How long it goes on, and where it begins. */
export interface SequenceOptions {
  /** How many operations there are to be, about. */
  readonly operations: number;
  readonly seed: number;
  /** The path that a failure was reported with, which runs it alone. */
  readonly path?: string | undefined;
  /** Whether to stop before all is done. */
  readonly isOver?: (() => boolean) | undefined;
}

const MOST_STEPS = 80;

/**
 * Runs a sequence with many inputs. One that fails is made as short as possible, and reported with its seed and path.
 *
 * @returns How many operations were run.
 */
export async function runSequence<Setup, Step>(
  sequence: Sequence<Setup, Step>,
  system: SequenceSystem,
  { operations, seed, path, isOver = () => false }: SequenceOptions,
): Promise<number> {
  let done = 0;
  const steps = fc.array(sequence.step, { maxLength: MOST_STEPS, size: "max" });
  const choices = fc.nat(2 ** 16);
  const property = fc.asyncProperty(
    choices,
    sequence.setup,
    steps,
    async (choice, setup, steps) => {
      system.begin(choice);
      done += await sequence.run(system, setup, steps);
      system.end();
    },
  );
  while (done < operations && !isOver()) {
    // Each round has a seed of its own, so that any can be run again.
    await fc.assert(property, {
      seed: seed++,
      numRuns: 10,
      verbose: fc.VerbosityLevel.None,
      ...path !== undefined && { path },
    });
    if (path !== undefined) break;
  }
  return done;
}
