import process from "node:process";
import type { Pace } from "./experiment.ts";
import type { Measured, Run, Way } from "./schema.ts";
import type { Contestant } from "./way.ts";

/** A way at a point. */
export interface Entry {
  readonly name: Way;
  prepare(): Contestant | Promise<Contestant>;
}

/** What takes turns at a point. */
export interface Heat {
  readonly entries: readonly Entry[];
  readonly pace: Pace;
}

/** As many as there are blocks of rounds in a result of few, and more where what is interrupted would be seen most. */
const FEWEST_ROUNDS = 8;
const FEWEST_MIXED_ROUNDS = 48;

/** Rounds that take so many times as long as they were to take are fewer, */
const PATIENCE = 3;

/** unless they take less than so many ms, or so many times what they were to take. */
const LEAST_PATIENCE = 250;
const MOST_PATIENCE = 40;

/** After so many short operations the best code is there: V8 takes some 30,000. */
const COMPILED = 40_000;

/** Before it is compiled, a loop has had other files and memory: what was always the same is compiled for a constant. */
const REHEARSED = 64;

/** The loops that this process has run for long. */
const compiled = new Set<string>();

interface Running {
  readonly name: Way;
  readonly contestant: Contestant;
  readonly pace: Pace;
  readonly rounds: number[];
}

/**
 * Lets contestants take turns: A B C, B C A, C A B, … Turns are short, so that whatever slows the machine down hits all alike, and a
 * ratio is taken within a round. With several heats, each round goes through all of them.
 *
 * All are in one process, since processes differ more than ways do: by where their memory lies, and by which processor they are on.
 * CPU time is taken afterwards, from one way at a time.
 */
export async function takeRounds(
  heats: readonly Heat[],
): Promise<Run["ways"][]> {
  const running: Running[][] = [];
  try {
    for (const { entries, pace } of heats) {
      const heat: Running[] = [];
      running.push(heat);
      for (const entry of entries) heat.push(await start(entry, pace));
    }
    // What was compiled for the first heat alone meets the others.
    for (const { contestant, pace } of heats.length > 1 ? running.flat() : []) {
      const end = performance.now() + pace.warmUp;
      while (performance.now() < end) await lapTime(contestant, pace);
    }
    await takeTurns(running);
    const results: Run["ways"][] = [];
    for (const heat of running) {
      const ways: Run["ways"] = {};
      for (const each of heat) {
        ways[each.name] = { rounds: each.rounds, ...await takeCpuTime(each) };
      }
      results.push(ways);
    }
    return results;
  } finally {
    for (const { contestant } of running.flat()) await contestant.close();
  }
}

/** Opens all that a way needs, has its loop compiled if it is new, and warms it up. */
async function start({ name, prepare }: Entry, pace: Pace): Promise<Running> {
  const { loop, lap, compiling, warmUp } = pace;
  const its = `${name} ${loop}`;
  // C is what it is from the beginning.
  const isNew = name !== "C" && compiling > 0 && !compiled.has(its);
  if (isNew) {
    const other = await prepare();
    await other.rewind?.();
    await other.run(pace.wholeFiles ? lap : Math.min(lap, REHEARSED), 0);
    await other.close();
  }
  const contestant = await prepare();
  await lapTime(contestant, pace);
  if (isNew) {
    const end = performance.now() + compiling;
    for (let left = COMPILED; left > 0; left -= lap) {
      if (performance.now() >= end) break;
      await lapTime(contestant, pace);
    }
    compiled.add(its);
  }
  const end = performance.now() + warmUp;
  while (performance.now() < end) await lapTime(contestant, pace);
  return { name, contestant, pace, rounds: [] };
}

async function takeTurns(
  heats: readonly (readonly Running[])[],
): Promise<void> {
  const all = heats.flat();
  if (all.length === 0) return;
  const { milliseconds } = all[0]!.pace;
  const laps = new Map<readonly Running[], number>();
  let whole = 0;
  for (const heat of heats) {
    const { contestant, pace } = heat[0]!;
    let lap = await lapTime(contestant, pace);
    if (lap < pace.shortestTurn) lap = await lapTime(contestant, pace);
    const count = Math.max(1, Math.ceil(pace.shortestTurn / lap));
    laps.set(heat, count);
    whole += count * lap;
  }
  const patience = Math.max(
    PATIENCE * milliseconds,
    Math.min(LEAST_PATIENCE, MOST_PATIENCE * milliseconds),
  );
  const most = Math.floor(patience * heats.length / whole);
  const wanted = heats.length > 1 ? FEWEST_MIXED_ROUNDS : FEWEST_ROUNDS;
  const fewest = Math.min(wanted, Math.max(1, most));
  const start = performance.now();
  const isEnough = (round: number) =>
    round >= fewest &&
    (performance.now() - start) / all.length >= milliseconds;
  // Where there is time for one round only, another process begins it with another way.
  const shift = Math.floor(Math.random() * all.length);
  for (let round = 0; !isEnough(round); round++) {
    for (const heat of heats) {
      const { lap } = heat[0]!.pace;
      for (let i = 0; i < heat.length; i++) {
        const { contestant, pace, rounds } =
          heat[(shift + round + i) % heat.length]!;
        let time = 0;
        for (let j = 0; j < laps.get(heat)!; j++) {
          time += await lapTime(contestant, pace);
        }
        rounds.push(1e6 * time / (laps.get(heat)! * lap));
      }
    }
  }
}

/** Times a lap, in ms. */
async function lapTime(
  contestant: Contestant,
  { lap, wholeFiles = false }: Pace,
): Promise<number> {
  const rewound = contestant.rewind?.();
  if (rewound !== undefined) await rewound;
  if (!wholeFiles) {
    const first = contestant.run(1, 0);
    if (first !== undefined) await first;
  }
  const start = performance.now();
  const done = contestant.run(lap, wholeFiles ? 0 : 1);
  if (done !== undefined) await done;
  return performance.now() - start;
}

/**
 * Counts the CPU time of laps that follow each other. Rewinding cannot be left out of the stretch: it gets its share of the CPU time by the
 * time that it takes.
 */
async function takeCpuTime(
  { contestant, pace }: Running,
): Promise<Pick<Measured, "cpu">> {
  if (pace.cpu === 0) return {};
  const before = cpuTime();
  const start = performance.now();
  let [time, count, elapsed] = [0, 0, 0];
  do {
    time += await lapTime(contestant, pace);
    count += pace.lap;
    elapsed = performance.now() - start;
  } while (elapsed < pace.cpu);
  return { cpu: Math.round(time / elapsed * (cpuTime() - before) / count) };
}

/**
 * The CPU time of the process so far, in ns: every runtime asks GetProcessTimes, which counts in steps of 10 to 16 ms. What other
 * processes do for this one is not in it: the system's own on Windows, the wineserver under Wine.
 */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
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

function digits(value: number): number {
  return Number(value.toPrecision(6));
}
