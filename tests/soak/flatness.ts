/** What a process has when it is at rest: no operation is under way, and garbage was collected. */
export interface Sample {
  readonly seconds: number;
  readonly steps: number;
  readonly handles: number;
  readonly openFiles: number;
  readonly pendingOperations: number;
  /** What the module's pool has in reserve, in bytes. */
  readonly pooledMemory: number;
  /** What JavaScript has, in bytes. */
  readonly heap: number;
  /** What the process has, in bytes. */
  readonly rss: number;
}

const MIB = 2 ** 20;

/** By how much the last third of the samples may be above the middle one. */
const MARGINS = {
  handles: 0,
  heap: 2 * MIB,
  // Allocators hold on to what they have had: 40 MiB more in minutes, while all else stays.
  rss: 64 * MIB,
} as const;

/** From so many samples on, growth shows. */
const ENOUGH = 12;

/** Finds what grows, or is not as it should be at rest, and says it in sentences. The first third of the samples is the warm-up. */
export function faultsOf(samples: readonly Sample[]): string[] {
  const third = Math.floor(samples.length / 3);
  const middle = samples.slice(-2 * third, -third);
  const last = samples.slice(-third);
  const faults = [];
  for (const sample of samples) {
    const { openFiles, pendingOperations, seconds } = sample;
    if (openFiles + pendingOperations === 0) continue;
    faults.push(
      `After ${seconds} s, ${openFiles} files are open, and ${pendingOperations} operations pending.`,
    );
    break;
  }
  if (samples.length < ENOUGH) return faults;
  if (new Set([...middle, ...last].map((each) => each.pooledMemory)).size > 1) {
    faults.push("Pooled memory was not given back.");
  }
  for (const name of ["handles", "heap", "rss"] as const) {
    const margin = MARGINS[name];
    const before = median(middle.map((sample) => sample[name]));
    const values = last.map((sample) => sample[name]);
    // Other threads of the runtime have handles that come and go; a leak raises the least.
    const after = name === "handles" ? Math.min(...values) : median(values);
    if (after <= before + margin) continue;
    faults.push(
      `${name} went from ${before} in the middle third to ${after} in the last; ${margin} more is the margin.`,
    );
  }
  return faults;
}

/** Says a sample in a line. */
export function lineOf(sample: Sample): string {
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;
  return [
    `${sample.seconds.toFixed(1).padStart(8)} s`,
    `${sample.steps} steps`,
    `${sample.handles} handles`,
    `${sample.pendingOperations} pending`,
    `pool ${mib(sample.pooledMemory)}`,
    `heap ${mib(sample.heap)}`,
    `RSS ${mib(sample.rss)}`,
  ].join(", ");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
