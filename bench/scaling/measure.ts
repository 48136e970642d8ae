import type { Candidate } from "../contestant.ts";
import type { Task } from "../experiment.ts";
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

/** Splits ways into those that take part and the reasons of the others. */
export function choose<Its>(
  candidates: readonly Candidate<Its>[],
  point: Point,
  { library, only }: Pick<Task, "library" | "only">,
): { chosen: Candidate<Its>[]; missing: NonNullable<Run["missing"]> } {
  const chosen: Candidate<Its>[] = [];
  const missing: NonNullable<Run["missing"]> = {};
  for (const candidate of candidates) {
    const { way, runtimes, refuses, lacks } = candidate;
    if (!runtimes.includes(point.runtime)) continue;
    if (only !== undefined && !only.includes(way)) continue;
    const why = refuses?.(point) ?? lacks?.() ??
      (way === "C" && library === undefined ? NOT_COMPILED : undefined);
    if (why === undefined) chosen.push(candidate);
    else missing[way] = why;
  }
  return { chosen, missing };
}

const NOT_COMPILED =
  "there is no compiled C: `npm run bench` compiles it with MinGW-w64";

/** What every way is given at a point. */
export function placeOf(point: Point, { library }: Task): Place {
  return {
    point,
    x: point.x ?? 1,
    library: library === undefined ? undefined : load(library),
  };
}
