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
  plan: Plan,
): Promise<Run> {
  const hasLibrary = place.library !== undefined;
  const { chosen, missing } = choose(candidates, place.point, hasLibrary);
  return { ...await takeRounds(chosen, place, plan), missing };
}

/** Splits ways into those that take part and the reasons of the others. */
export function choose<Its>(
  candidates: readonly Candidate<Its>[],
  point: Point,
  hasLibrary: boolean,
): { chosen: Candidate<Its>[]; missing: NonNullable<Run["missing"]> } {
  const chosen: Candidate<Its>[] = [];
  const missing: NonNullable<Run["missing"]> = {};
  for (const candidate of candidates) {
    const { way, runtimes, refuses } = candidate;
    if (!runtimes.includes(point.runtime)) continue;
    const why = way === "C" && !hasLibrary
      ? "There is no C compiler."
      : refuses?.(point);
    if (why === undefined) chosen.push(candidate);
    else missing[way] = why;
  }
  return { chosen, missing };
}

/** What every way is given at a point. */
export function placeOf(point: Point, { library }: Task): Place {
  return {
    point,
    x: point.x ?? 1,
    library: library === undefined ? undefined : load(library),
  };
}

/** Why files that have no way past the cache take no part. */
export function cached({ pattern }: Point): string | undefined {
  return pattern === "unbuffered"
    ? "It has no way past the system's cache."
    : undefined;
}
