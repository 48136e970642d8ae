// What a process does that measures a batch of points.

import { writeSync } from "node:fs";
import { SkippedError } from "./experiment.ts";
import { EXPERIMENTS } from "./experiments.ts";
import { condense } from "./rounds.ts";
import type { Run, Way } from "./schema.ts";
import type { Line, Spec } from "./spec.ts";

/** So many blocks of rounds are kept. */
const BLOCKS = 16;
const QUICK_BLOCKS = 8;

/**
 * Measures points one after the other.
 *
 * @param say Gets a line before each point, and one after it.
 */
export async function measureAll(
  spec: Spec,
  say: (line: Line) => void,
): Promise<void> {
  for (const point of spec.points) {
    const experiment = EXPERIMENTS[point.experiment];
    if (experiment === undefined) {
      throw new Error(`There is no experiment ${point.experiment}`);
    }
    say({ begun: point });
    try {
      const run = await experiment.measure(point, spec);
      say({ point, run: condensed(run, spec.quick) });
    } catch (error) {
      if (!(error instanceof SkippedError)) throw error;
      say({ skipped: point, why: error.message });
    }
  }
}

function condensed(run: Run, quick: boolean): Run {
  const ways: Run["ways"] = {};
  for (const [way, measured] of Object.entries(run.ways)) {
    const rounds = condense(measured.rounds, quick ? QUICK_BLOCKS : BLOCKS);
    ways[way as Way] = { ...measured, rounds };
  }
  return { ...run, ways };
}

/** Makes a function that prints a line of JSON to an open file, all of it at once. */
export function linePrinter(file: number): (line: Line) => void {
  return (line) => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  };
}
