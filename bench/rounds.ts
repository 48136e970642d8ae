import type { Competitor, Contestant, Task } from "./competitor.ts";
import type { Round } from "./types.ts";

/** The file pointer goes back to the start after so many transfers. */
export const TRANSFERS = 64;

/** The file holds what is transferred before the file pointer goes back, and one transfer to warm up with. */
export const FILE_TRANSFERS: number = TRANSFERS + 1;

/** A turn lasts at least so long, far longer than the clock's step. */
const SHORTEST_TURN = 0.25; // ms

const FEWEST_ROUNDS = 20;

/**
 * Lets competitors take turns: A B C, B C A, C A B, … Turns are short, so that whatever slows the machine down hits all alike,
 * and a ratio is taken within a round.
 *
 * All are in one process, since processes differ more than competitors do: by where their memory lies, and by which
 * processor they are on. One process measures one operation with one length, so that no competitor's code was compiled
 * for types and functions of another case.
 *
 * @param seconds How long rounds are timed. Rounds to warm up go before, for a third of that.
 */
export function takeRounds(
  competitors: readonly Competitor[],
  task: Task,
  seconds: number,
): Round[] {
  const entries = competitors.map(({ name, prepare }) => ({
    name,
    contestant: prepare(task),
  }));
  const laps = lapsFor(entries[0]!.contestant);
  const round = (first: number) => {
    const costs: Round = {};
    for (let i = 0; i < entries.length; i++) {
      const { name, contestant } = entries[(first + i) % entries.length]!;
      costs[name] = turn(contestant, laps);
    }
    return costs;
  };
  repeat(seconds / 3, round);
  return repeat(seconds, round);
}

function repeat(seconds: number, round: (index: number) => Round): Round[] {
  const rounds: Round[] = [];
  const end = performance.now() + 1000 * seconds;
  while (rounds.length < FEWEST_ROUNDS || performance.now() < end) {
    rounds.push(round(rounds.length));
  }
  return rounds;
}

/** Times laps of `TRANSFERS` transfers each. Returns what a transfer cost, in ns. */
function turn(contestant: Contestant, laps: number): number {
  let time = 0;
  for (let lap = 0; lap < laps; lap++) {
    contestant.rewind();
    // What a new handle or a moved file pointer costs the next transfer is not what is asked for.
    contestant.run(1);
    const start = performance.now();
    contestant.run(TRANSFERS);
    time += performance.now() - start;
  }
  return 1e6 * time / (laps * TRANSFERS);
}

/** How many laps a turn takes to last long enough. */
function lapsFor(contestant: Contestant): number {
  const lap = turn(contestant, 8) * TRANSFERS / 1e6;
  return Math.max(1, Math.ceil(SHORTEST_TURN / lap));
}
