import type {
  OverlappedCompetitor,
  OverlappedTask,
  Perform,
} from "./overlapped_competitor.ts";
import { cpuClock } from "./overlapped_native.ts";
import type {
  OverlappedName,
  OverlappedRound,
  OverlappedRun,
} from "./overlapped_types.ts";

/** How many operations a lap has: several times the greatest depth, and as many as the file has room for. */
export const OPERATIONS = 128;

const FEWEST_ROUNDS = 12;

/** A turn lasts at least so long: the event loop turns in it as often as in a long run, not once too often. */
const SHORTEST_TURN = 10; // ms

/** Some 20,000 operations are enough to warm up, and whoever takes longer than this for them is slow anyway. */
const WARM_UP_TURNS = 160;
const WARM_UP = 1000; // ms

/** CPU time is counted in steps of up to 16 ms, so that it takes a longer stretch than a turn. */
const CPU_STRETCH = 400; // ms

interface Entry {
  readonly name: OverlappedName;
  readonly perform: Perform;
}

/**
 * Lets competitors take turns: A B C, B C A, C A B, … A ratio is taken within a round, which whatever slows the machine down hits
 * as a whole.
 *
 * @param seconds How long rounds are timed. Before that each competitor warms up, until its code has been compiled for good.
 */
export async function takeOverlappedRounds(
  competitors: readonly OverlappedCompetitor[],
  task: OverlappedTask,
  seconds: number,
): Promise<OverlappedRun> {
  const entries: Entry[] = [];
  for (const { name, prepare } of competitors) {
    entries.push({ name, perform: await prepare(task) });
  }
  for (const { perform } of entries) await warmUp(perform);
  const laps = await lapsFor(entries[0]!.perform);
  const rounds = await repeat(entries, laps, seconds, FEWEST_ROUNDS);
  const clock = cpuClock(task.library);
  const cpu: Record<string, number> = {};
  for (const entry of entries) cpu[entry.name] = await cpuOf(entry, clock);
  return { rounds, cpu };
}

async function warmUp(perform: Perform): Promise<void> {
  const end = performance.now() + WARM_UP;
  for (let i = 0; i < WARM_UP_TURNS && performance.now() < end; i++) {
    await perform(OPERATIONS);
  }
}

async function repeat(
  entries: readonly Entry[],
  laps: number,
  seconds: number,
  fewest: number,
): Promise<OverlappedRound[]> {
  const rounds: OverlappedRound[] = [];
  const end = performance.now() + 1000 * seconds;
  while (rounds.length < fewest || performance.now() < end) {
    const round: OverlappedRound = {};
    for (let i = 0; i < entries.length; i++) {
      const { name, perform } = entries[(rounds.length + i) % entries.length]!;
      const start = performance.now();
      for (let lap = 0; lap < laps; lap++) await perform(OPERATIONS);
      const count = laps * OPERATIONS;
      round[name] = 1e6 * (performance.now() - start) / count;
    }
    rounds.push(round);
  }
  return rounds;
}

/** How many laps of `OPERATIONS` a turn takes to last long enough. */
async function lapsFor(perform: Perform): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < 4; i++) await perform(OPERATIONS);
  const lap = (performance.now() - start) / 4;
  return Math.max(1, Math.ceil(SHORTEST_TURN / lap));
}

async function cpuOf(
  { perform }: Entry,
  clock: () => number,
): Promise<number> {
  const end = performance.now() + CPU_STRETCH;
  const before = clock();
  let count = 0;
  while (performance.now() < end) {
    await perform(OPERATIONS);
    count += OPERATIONS;
  }
  return (clock() - before) / count;
}
