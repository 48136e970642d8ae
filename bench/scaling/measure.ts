import type { Candidate } from "../contestant.ts";
import type { Task } from "../experiment.ts";
import { choose } from "../measure.ts";
import type { Point, Run } from "../schema.ts";
import type { Place } from "./contestant.ts";
import { load } from "./library.ts";
import { type Plan, takeRounds } from "./rounds.ts";

/** Measures a point with all ways that can be had. */
export async function measureWays<Its extends Place>(
  candidates: readonly Candidate<Its>[],
  place: Its,
  task: Task,
  plan: Plan,
): Promise<Run> {
  const { chosen, missing } = choose(candidates, place.point, task);
  const ways = chosen.length > 0 ? await takeRounds(chosen, place, plan) : {};
  return Object.keys(missing).length > 0 ? { ways, missing } : { ways };
}

/** What every way is given at a point. */
export function placeOf(point: Point, { library }: Task): Place {
  return {
    point,
    x: point.x ?? 1,
    library: library === undefined ? undefined : load(library),
  };
}
