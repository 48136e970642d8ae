import { cpuTime } from "../clocks.ts";
import type { Candidate } from "../contestant.ts";
import { compile, isNew, setCompiled } from "../compiling.ts";
import { workingSet } from "../memory.ts";
import type { Run, Way } from "../schema.ts";
import type { Place, Scaled } from "./contestant.ts";
import { collectGarbage } from "./garbage.ts";

/** How a point is measured. */
export interface Plan {
  /** The least of what grows, to warm up with. */
  readonly least: number;
  /** How many operations a lap has when there is so much of what grows. */
  lap(x: number): number;
  /** A turn has so many laps that it lasts at least so long, in ms. */
  readonly shortestTurn: number;
  /** How long the rounds of one way are to be timed. */
  readonly milliseconds: number;
  /** How long a loop runs first that is new to the process, in ms, until it has been compiled for good. */
  readonly compiling?: number;
  /**
   * Does not warm up with little: Workers, which a way starts each time that it is prepared, do it on their own. In a long run it
   * does all the same, since the first Worker takes memory that no other does.
   */
  readonly inWorkers?: boolean;
}

/** As many as a median needs. */
const FEWEST_ROUNDS = 5;

/** A way may take so many times as long as it was to be timed until it has `FEWEST_ROUNDS`, */
const PATIENCE = 3;

/** and so many ms in any case. */
const LEAST_PATIENCE = 250;

/** How long a way warms up with little, in ms. */
const LEAST_WARM_UP = 10;

/** How long it runs a loop before that which is new to the process, in ms. */
const COMPILING = 40;

/** So many operations show what a lap takes of time and memory, if it has more. */
const SAMPLE = 1024;

/** CPU time is counted in steps of 10 to 16 ms: what is shorter than this, in ms, has none to tell. */
const LEAST_TIME = 200;

const NONE = { next: 0, time: 0, cpu: 0, operations: 0 };

interface Entry {
  readonly way: Way;
  readonly contestant: Scaled;
  readonly memory: number;
  /** The index of the next operation. */
  next: number;
  /** What an operation took, in ns. */
  readonly rounds: number[];
  /** Of all rounds: time in ms, CPU time in ns, and operations. */
  time: number;
  cpu: number;
  operations: number;
}

/**
 * Lets ways take turns: A B C, B C A, C A B, … What they have opened stays open meanwhile, and is closed in the end, also after a
 * failure.
 */
export async function takeRounds<Its extends Place>(
  candidates: readonly Candidate<Its>[],
  place: Its,
  plan: Plan,
): Promise<Run["ways"]> {
  const entries: Entry[] = [];
  try {
    for (const candidate of candidates) {
      entries.push(await enter(candidate, place, plan));
    }
    await takeTurns(entries, plan.lap(place.x), plan);
  } finally {
    await closeAll(entries);
  }
  const ways: Run["ways"] = {};
  for (const { way, rounds, time, cpu, operations, memory } of entries) {
    const measured = { rounds, memory };
    ways[way] = time < LEAST_TIME
      ? measured
      : { ...measured, cpu: cpu / operations };
  }
  return ways;
}

/** Closes what all have open, even if one cannot. */
async function closeAll(entries: readonly Entry[]): Promise<void> {
  const closed = await Promise.allSettled(
    entries.map(async ({ contestant }) => await contestant.close()),
  );
  for (const result of closed) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** Warms a way up with little. Then opens all that it needs, and sees how much memory that takes. */
async function enter<Its extends Place>(
  candidate: Candidate<Its>,
  place: Its,
  plan: Plan,
): Promise<Entry> {
  const { way, prepare } = candidate;
  const { lap, milliseconds, inWorkers = false } = plan;
  if (!inWorkers) await warmUpWithLittle(candidate, place, plan);
  await collectGarbage();
  const before = workingSet();
  const contestant: Scaled = await prepare(place);
  try {
    const sample = Math.min(lap(place.x), SAMPLE);
    const take = () => takeLap(contestant, sample);
    await take();
    const after = await contestant.most?.() ?? workingSet();
    const memory = Math.max(0, after - before);
    await warmUp(take, Math.max(LEAST_WARM_UP, milliseconds / 4));
    return { way, contestant, memory, rounds: [], ...NONE };
  } catch (error) {
    await contestant.close();
    throw error;
  }
}

async function warmUpWithLittle<Its extends Place>(
  candidate: Candidate<Its>,
  place: Its,
  plan: Plan,
): Promise<void> {
  const { way } = candidate;
  const { compiling = COMPILING } = plan;
  const { experiment, operation, pattern } = place.point;
  const loop = [way, experiment, operation, pattern].join();
  const isFirst = way !== "C" && isNew(loop);
  // What is compiled for the only file there has been would have to be compiled anew for the next ones.
  if (isFirst) await withLittle(candidate, place, plan, (take) => take());
  await withLittle(candidate, place, plan, async (take) => {
    if (isFirst) await compile(take, plan.lap(plan.least), compiling);
    await warmUp(take, Math.max(LEAST_WARM_UP, plan.milliseconds / 2));
  });
  setCompiled(loop);
}

/** Opens what a way needs for the least of what grows, and has it take laps. */
async function withLittle<Its extends Place>(
  { prepare }: Candidate<Its>,
  place: Its,
  { least, lap }: Plan,
  run: (takeLap: () => Promise<number>) => unknown,
): Promise<void> {
  const contestant: Scaled = await prepare({ ...place, x: least });
  try {
    await run(() => takeLap(contestant, lap(least)));
  } finally {
    await contestant.close();
  }
}

/** Takes laps for so long. */
async function warmUp(
  takeLap: () => Promise<number>,
  milliseconds: number,
): Promise<void> {
  const end = performance.now() + milliseconds;
  do await takeLap(); while (performance.now() < end);
}

async function takeTurns(
  entries: readonly Entry[],
  count: number,
  { milliseconds, shortestTurn }: Plan,
): Promise<void> {
  const sample = Math.min(count, SAMPLE);
  const lap = await takeLap(entries[0]!.contestant, sample) * count / sample;
  const laps = Math.max(1, Math.ceil(shortestTurn / lap));
  const fewest = roundsFor(milliseconds, laps * lap);
  const end = performance.now() + milliseconds * entries.length;
  // Where there is time for one round only, another process begins it with another way.
  const start = Math.floor(Math.random() * entries.length);
  for (let round = 0; round < fewest || performance.now() < end; round++) {
    for (let i = 0; i < entries.length; i++) {
      await takeTurn(
        entries[(start + round + i) % entries.length]!,
        laps,
        count,
      );
    }
  }
}

/** How many rounds there are at least. A long turn may be the only one of a process. */
export function roundsFor(milliseconds: number, turn: number): number {
  const most = Math.floor(
    Math.max(PATIENCE * milliseconds, LEAST_PATIENCE) / turn,
  );
  return Math.min(FEWEST_ROUNDS, Math.max(1, most));
}

async function takeTurn(
  entry: Entry,
  laps: number,
  count: number,
): Promise<void> {
  let time = 0;
  const before = cpuTime();
  for (let lap = 0; lap < laps; lap++) {
    time += await takeLap(entry.contestant, count, entry.next);
    entry.next += count;
  }
  entry.cpu += cpuTime() - before;
  entry.rounds.push(1e6 * time / (laps * count));
  entry.time += time;
  entry.operations += laps * count;
}

/** Returns how long it took, in ms. */
async function takeLap(
  { rewind, run }: Scaled,
  count: number,
  first = 0,
): Promise<number> {
  const rewound = rewind?.();
  if (rewound !== undefined) await rewound;
  const start = performance.now();
  const performed = run(count, first);
  if (performed !== undefined) await performed;
  return performance.now() - start;
}
