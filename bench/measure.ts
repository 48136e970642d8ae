import type { Candidate } from "./contestant.ts";
import type { Task } from "./experiment.ts";
import { koffi } from "./peers.ts";
import { type Entry, type Pace, takeRounds } from "./rounds.ts";
import type { Point, Run, Way } from "./schema.ts";

/** Names who can take part at a point, if all is installed. */
export function waysOf<Given>(
  candidates: readonly Candidate<Given>[],
  point: Point,
): Way[] {
  return candidates.filter(({ runtimes, refuses }) =>
    runtimes.includes(point.runtime) && refuses?.(point) === undefined
  ).map(({ way }) => way);
}

/**
 * Measures whoever can take part at a point.
 *
 * @param given What each is given.
 */
export async function measureWays<Given>(
  candidates: readonly Candidate<Given>[],
  point: Point,
  task: Task,
  given: Given,
  pace: Pace,
): Promise<Run> {
  const { chosen, missing } = choose(candidates, point, task);
  const entries: Entry[] = [];
  try {
    for (const { way, prepare } of chosen) {
      entries.push({ way, contestant: await prepare(given) });
    }
    const ways = entries.length > 0 ? await takeRounds(entries, pace) : {};
    return Object.keys(missing).length > 0 ? { ways, missing } : { ways };
  } finally {
    for (const { contestant } of entries) await contestant.close();
  }
}

/**
 * Has whoever can take part at a point run a lap with one file and memory, and then with another: what is compiled for the only ones there
 * have been would have to be compiled anew for the next ones.
 *
 * @param give Makes what each is given.
 * @param lap How many operations that is.
 */
export async function rehearse<Given>(
  candidates: readonly Candidate<Given>[],
  point: Point,
  task: Task,
  give: () => Given,
  lap: number,
): Promise<void> {
  const { chosen } = choose(candidates, point, task);
  for (const given of [give(), give()]) {
    for (const { prepare } of chosen) {
      const contestant = await prepare(given);
      try {
        await contestant.rewind?.();
        await contestant.run(lap, 0);
      } finally {
        await contestant.close();
      }
    }
  }
}

/** Splits ways into those that take part and the reasons of the others. */
export function choose<Given>(
  candidates: readonly Candidate<Given>[],
  point: Point,
  { library, only }: Pick<Task, "library" | "only">,
): { chosen: Candidate<Given>[]; missing: NonNullable<Run["missing"]> } {
  const chosen: Candidate<Given>[] = [];
  const missing: NonNullable<Run["missing"]> = {};
  for (const candidate of candidates) {
    const { way, runtimes, refuses, lacks } = candidate;
    if (!runtimes.includes(point.runtime)) continue;
    if (only !== undefined && !only.includes(way)) continue;
    const why = refuses?.(point) ?? lacks?.() ??
      (way === "C" && library === undefined ? NOT_COMPILED : undefined) ??
      lacksKoffi(way, point);
    if (why === undefined) chosen.push(candidate);
    else missing[way] = why;
  }
  return { chosen, missing };
}

const NOT_COMPILED =
  "there is no compiled C: `npm run bench` compiles it with MinGW-w64";

/** Node calls C through koffi. */
function lacksKoffi(way: Way, { runtime }: Point): string | undefined {
  if (runtime !== "node" || (way !== "C" && way !== "koffi")) return undefined;
  const peer = koffi();
  return "missing" in peer ? peer.missing : undefined;
}
