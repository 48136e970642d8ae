// Runs random sequences, one after the other, until the time is over: sequences.ts MINUTES SEED. Exit code 0 only if each does what its model does
// and the process has grown no more than flatness.ts allows.

import process from "node:process";
import "../support/old_node.ts";
import { diagnostics } from "../../mod.ts";
import { collectGarbage, nextJob } from "../support/garbage.ts";
import { onWindows } from "../support/runtime.ts";
import {
  realSystem,
  runSequence,
  SEQUENCES,
  strictSystem,
} from "../support/sequences/mod.ts";
import { strictKernel } from "../support/strict_kernel/mod.ts";
import { faultsOf, lineOf, type Sample } from "./flatness.ts";

/** How many samples are taken, and how far apart they are at most, in seconds. */
const SAMPLES = 15;
const LONGEST_PAUSE = 30;

/** A sequence takes seconds: one that takes so long, in ms, hangs. */
const LONGEST_ROUND = 300_000;

const [minutes, first] = process.argv.slice(2).map(Number) as [number, number];
const system = onWindows ? realSystem() : strictSystem(strictKernel());
const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
const pause = Math.min(minutes * 60 / SAMPLES, LONGEST_PAUSE);
const samples: Sample[] = [];
let seed = first;
let steps = 0;

let code = 1;
try {
  do {
    await round();
    if (seconds() >= pause * (samples.length + 1)) await sample();
  } while (seconds() < minutes * 60);
  const faults = faultsOf(samples);
  for (const fault of faults) console.log(fault);
  console.log(`${steps} steps, seeds ${first} to ${seed - 1}`);
  if (faults.length === 0) code = 0;
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
system[Symbol.dispose]();
process.exit(code);

/** Runs the sequence that a seed stands for. */
async function round(): Promise<void> {
  const sequence = SEQUENCES[seed % SEQUENCES.length]!;
  const { name } = sequence;
  const timer = setTimeout(() => {
    console.log(
      `With seed ${seed}, ${name} have not ended for ${
        LONGEST_ROUND / 1000
      } s.`,
    );
    process.exit(1);
  }, LONGEST_ROUND);
  try {
    steps += await runSequence(sequence, system, { operations: 1, seed });
  } catch (cause) {
    const report = cause as Error; // Its own cause is what the model has said.
    throw new Error(
      `With seed ${seed}, ${name} fail: ${
        report.cause ?? ""
      }\n${report.message}`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
  seed++;
}

async function sample(): Promise<void> {
  // What is collected may release something, in a later job.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await nextJob();
  }
  const { heapUsed: heap, rss } = process.memoryUsage();
  const { openFiles, pendingOperations, pooledMemory } = diagnostics();
  const handles = system.handles();
  const taken = {
    seconds: seconds(),
    steps,
    handles,
    openFiles,
    pendingOperations,
    pooledMemory,
    heap,
    rss,
  };
  samples.push(taken);
  console.log(`${lineOf(taken)}, next seed ${seed}`);
}
