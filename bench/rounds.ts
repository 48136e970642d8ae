import type { Contestant } from "./contestant.ts";
import { clockStep, cpuTime } from "./clocks.ts";
import { compile, isNew, setCompiled } from "./compiling.ts";
import { workingSet } from "./memory.ts";
import { type Measured, PERCENTILES, type Run, type Way } from "./schema.ts";

/** How the contestants of a point take turns. */
export interface Pace {
  /** How many operations a lap has. Behind each lap everything goes back to the start. */
  readonly lap: number;
  /** A turn has so many laps that it lasts at least so long, in ms: far longer than the clock's step. */
  readonly shortestTurn: number;
  /** How long the rounds of one way are timed at most, in ms. */
  readonly milliseconds: number;
  /** How long they are timed if ratios are steady by then; by default, as long as at most. */
  readonly leastMilliseconds?: number;
  /** How long each way warms up at most. It stops where it gets no faster. */
  readonly warmUp: number;
  /** Names the loops that run: other points of the process may run the same. */
  readonly loop: string;
  /** How long each way runs a loop that is new to the process, at most; twice as long as it warms up, by default. */
  readonly compiling?: number;
  /** How long CPU time is counted for; not at all if 0. It is counted in steps of 10 to 16 ms. */
  readonly cpu: number;
  /** How long operations are timed one by one; not at all if 0. */
  readonly latency: number;
  /**
   * Files are opened and closed within a lap, which is a whole file. Otherwise they stay open, and an operation that is not timed comes
   * first: what a new handle or a moved file pointer costs the next one is not what is asked for.
   */
  readonly wholeFiles?: boolean;
}

/** A contestant and its name. */
export interface Entry {
  readonly way: Way;
  readonly contestant: Contestant;
}

/** As many as there are blocks of rounds in a result of few. */
const FEWEST_ROUNDS = 8;

/** From so many on, it can be told whether they are steady, which is looked at every so many rounds. */
const STEADY_ROUNDS = 32;

/** The medians of ratios are steady if they are known this well: processes are farther apart. */
const STEADY = 0.005;

/** A way is warm if it got no faster than by this in so many parts of its time. */
const WARM = 0.02;
const WARM_PARTS = 2;
const PARTS = 5;

/** Tells the 99.9th percentile from the greatest. */
const FEWEST_TIMES = 2000;
const MOST_TIMES = 20_000;

/** How many times as long as it was to take the latency may take until there are `FEWEST_TIMES`. */
const PATIENCE = 2;

const LOOK_INTERVAL = 10; // ms

const MEDIAN = PERCENTILES.indexOf(0.5);

/**
 * Lets contestants take turns: A B C, B C A, C A B, … Turns are short, so that whatever slows the machine down hits all alike, and a
 * ratio is taken within a round.
 *
 * All are in one process, since processes differ more than ways do: by where their memory lies, and by which processor they are on.
 * CPU time and latency are taken afterwards, from one way at a time.
 */
export async function takeRounds(
  entries: readonly Entry[],
  pace: Pace,
): Promise<Run["ways"]> {
  const { loop, lap, compiling = 2 * pace.warmUp } = pace;
  for (const { way, contestant } of entries) {
    const its = `${way} ${loop}`;
    // C is what it is from the beginning.
    if (isNew(its) && way !== "C") {
      await compile(() => lapTime(contestant, pace), lap, compiling);
      setCompiled(its);
    }
    await warmUp(contestant, pace);
  }
  const laps = await lapsFor(entries[0]!.contestant, pace);
  const rounds = await takeTurns(entries, laps, pace);
  const ways: Run["ways"] = {};
  for (const [i, { way, contestant }] of entries.entries()) {
    ways[way] = {
      rounds: rounds[i]!,
      ...await takeCpuTime(contestant, pace),
      ...await takeLatency(contestant, pace),
    };
  }
  return ways;
}

async function warmUp(contestant: Contestant, pace: Pace): Promise<void> {
  const part = pace.warmUp / PARTS;
  let best = Infinity;
  let same = 0;
  for (let i = 0; i < PARTS && same < WARM_PARTS; i++) {
    const end = performance.now() + part;
    let least = Infinity;
    do least = Math.min(least, await lapTime(contestant, pace)); while (
      performance.now() < end
    );
    same = least < best * (1 - WARM) ? 0 : same + 1;
    best = Math.min(best, least);
  }
}

/** How many laps a turn takes to last long enough. */
async function lapsFor(contestant: Contestant, pace: Pace): Promise<number> {
  let time = 0;
  for (let i = 0; i < 4; i++) time += await lapTime(contestant, pace);
  return Math.max(1, Math.ceil(4 * pace.shortestTurn / time));
}

async function takeTurns(
  entries: readonly Entry[],
  laps: number,
  pace: Pace,
): Promise<number[][]> {
  const { lap, milliseconds, leastMilliseconds = milliseconds } = pace;
  const rounds = entries.map((): number[] => []);
  const start = performance.now();
  const isEnough = (round: number) => {
    const each = (performance.now() - start) / entries.length;
    if (round < FEWEST_ROUNDS || each < leastMilliseconds) return false;
    if (each >= milliseconds) return true;
    return round > 0 && round % STEADY_ROUNDS === 0 && isSteady(rounds);
  };
  for (let round = 0; !isEnough(round); round++) {
    for (let i = 0; i < entries.length; i++) {
      const index = (round + i) % entries.length;
      let time = 0;
      for (let j = 0; j < laps; j++) {
        time += await lapTime(entries[index]!.contestant, pace);
      }
      rounds[index]!.push(1e6 * time / (laps * lap));
    }
  }
  return rounds;
}

/**
 * Tells whether more rounds would hardly move the medians of what each way takes beside the first: by the standard error of a median, of
 * which a median absolute deviation tells more reliably than squares where one round in a hundred was interrupted.
 *
 * @param rounds What each way took in each round.
 */
export function isSteady(rounds: readonly (readonly number[])[]): boolean {
  const [first, ...others] = rounds;
  const values = others.length === 0
    ? [first!]
    : others.map((times) => times.map((time, i) => time / first![i]!));
  return values.every((ratios) => {
    const middle = median(ratios);
    const deviation = median(ratios.map((ratio) => Math.abs(ratio - middle)));
    const error = MEDIAN_ERROR * deviation / Math.sqrt(ratios.length);
    return error < STEADY * middle;
  });
}

/** The standard error of a median of normal values, in median absolute deviations, times the root of their count: 1.4826 × √(π / 2). */
const MEDIAN_ERROR = 1.858;

/** Times a lap, in ms. */
async function lapTime(
  contestant: Contestant,
  { lap, wholeFiles = false }: Pace,
): Promise<number> {
  await contestant.rewind?.();
  if (!wholeFiles) await contestant.run(1, 0);
  const start = performance.now();
  const done = contestant.run(lap, wholeFiles ? 0 : 1);
  if (done !== undefined) await done;
  return performance.now() - start;
}

/**
 * Counts the CPU time of laps that follow each other, and what the working set grew by meanwhile. Rewinding cannot be left out of the
 * stretch: it gets its share of the CPU time by the time that it takes.
 */
async function takeCpuTime(
  contestant: Contestant,
  pace: Pace,
): Promise<Pick<Measured, "cpu" | "memory">> {
  const { lap, cpu, wholeFiles } = pace;
  if (cpu === 0) return {};
  const memory = workingSet();
  let most = memory;
  const look = () => most = Math.max(most, workingSet());
  // Between the chunks of a stream there is time to look.
  const watch = wholeFiles ? setInterval(look, LOOK_INTERVAL) : undefined;
  const before = cpuTime();
  const start = performance.now();
  let time = 0;
  let count = 0;
  let elapsed = 0;
  do {
    time += await lapTime(contestant, pace);
    count += lap;
    elapsed = performance.now() - start;
  } while (elapsed < cpu);
  const share = time / elapsed;
  const spent = Math.round(share * (cpuTime() - before) / count);
  clearInterval(watch);
  look();
  return { cpu: spent, memory: most - memory };
}

/** Times operations one by one, unless they are shorter than the clock can tell. */
async function takeLatency(
  contestant: Contestant,
  { lap, latency }: Pace,
): Promise<Pick<Measured, "latency">> {
  if (latency === 0) return {};
  const all: number[] = [];
  const times = new Float64Array(lap);
  const start = performance.now();
  for (;;) {
    await contestant.rewind?.();
    const first = contestant.run(1, 0);
    if (first !== undefined) await first;
    await timeEach(contestant, times);
    all.push(...times);
    const elapsed = performance.now() - start;
    if (elapsed > latency && all.length >= FEWEST_TIMES) break;
    if (elapsed > PATIENCE * latency || all.length >= MOST_TIMES) break;
  }
  const latencies = percentiles(all);
  return latencies[MEDIAN]! < clockStep() ? {} : { latency: latencies };
}

async function timeEach(
  contestant: Contestant,
  times: Float64Array,
): Promise<void> {
  const { length } = times;
  if (contestant.timed !== undefined) {
    const done = contestant.timed(times, length, 1);
    if (done !== undefined) await done;
    return;
  }
  for (let i = 0; i < length; i++) {
    const start = performance.now();
    const done = contestant.run(1, i + 1);
    if (done !== undefined) await done;
    times[i] = 1e6 * (performance.now() - start);
  }
}

/** Returns the times at `PERCENTILES`, in whole ns. */
export function percentiles(times: readonly number[]): number[] {
  const sorted = times.toSorted((a, b) => a - b);
  return PERCENTILES.map((p) => {
    const rank = Math.max(1, Math.ceil(p * sorted.length));
    return Math.round(sorted[rank - 1]!);
  });
}

/** So many of the loops are new to their process. */
const NEW_LOOPS = 0.12;

/** How long `takeRounds()` takes with so many ways, in seconds, as far as their turns are not too long for that. */
export function secondsOf(pace: Pace, ways: number): number {
  const { warmUp, milliseconds, cpu, latency } = pace;
  const { leastMilliseconds = milliseconds, compiling = 2 * warmUp } = pace;
  const rounds = (milliseconds + leastMilliseconds) / 2;
  const all = NEW_LOOPS * compiling + warmUp + rounds + cpu + latency;
  return 1.2 * ways * all / 1000;
}

/** Sums up rounds as so many medians, each of rounds that followed each other. */
export function condense(rounds: readonly number[], most: number): number[] {
  if (rounds.length <= most) return rounds.map(digits);
  return Array.from({ length: most }, (_, i) => {
    const from = Math.floor(i * rounds.length / most);
    const to = Math.floor((i + 1) * rounds.length / most);
    return digits(median(rounds.slice(from, to)));
  });
}

/** Returns the median. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Six digits tell all that there is to know. */
function digits(value: number): number {
  return Number(value.toPrecision(6));
}
