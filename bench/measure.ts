// What a process does that measures points.

import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Experiment,
  type Pace,
  SkippedError,
  type Task,
} from "./experiment.ts";
import { EXPERIMENTS } from "./experiments.ts";
import { condense, type Heat, takeRounds } from "./rounds.ts";
import type { Point, Run, Way as Name } from "./schema.ts";
import { withOther } from "./ways.ts";

/** What a process is to measure. */
export interface Spec extends Task {
  readonly points: readonly Point[];
}

/** What a process says. */
export type Line =
  /** What it runs on. */
  | { readonly system: string }
  /** It is about to measure a point. */
  | { readonly begun: Point }
  | { readonly point: Point; readonly run: Run }
  | { readonly skipped: Point; readonly why: string };

/** So many blocks of rounds are kept. */
const BLOCKS = 16;
const QUICK_BLOCKS = 8;

/**
 * Measures points one after the other, or all that are one program.
 *
 * @param say Gets a line before each point, and one after it.
 */
export async function measureAll(
  spec: Spec,
  say: (line: Line) => void,
): Promise<void> {
  const groups = new Map<string, Point[]>();
  for (const [index, point] of spec.points.entries()) {
    const { experiment } = point;
    const { together } = EXPERIMENTS[experiment];
    const key = together ? experiment : `${experiment} ${index}`;
    groups.set(key, [...groups.get(key) ?? [], point]);
  }
  for (const points of groups.values()) {
    const experiment = EXPERIMENTS[points[0]!.experiment];
    say({ begun: points[0]! });
    const folder = await mkdtemp(join(spec.folder, "point-"));
    try {
      await measure(experiment, points, { ...spec, folder }, say);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

async function measure(
  experiment: Experiment,
  points: readonly Point[],
  task: Task,
  say: (line: Line) => void,
): Promise<void> {
  const heats: Heat[] = [];
  const measured: { point: Point; missing: NonNullable<Run["missing"]> }[] = [];
  for (const [index, point] of points.entries()) {
    try {
      const folder = await mkdtemp(join(task.folder, `${index}-`));
      const prepare = experiment.prepare(point, { ...task, folder });
      const { chosen, missing } = await choose(experiment, point, task);
      measured.push({ point, missing });
      heats.push({
        pace: limited(experiment.pace(point, task)),
        entries: chosen.map((way) => ({
          name: way.name,
          prepare: () => prepare(way),
        })),
      });
    } catch (error) {
      if (!(error instanceof SkippedError)) throw error;
      say({ skipped: point, why: error.message });
    }
  }
  const runs = await takeRounds(heats);
  const blocks = task.quick ? QUICK_BLOCKS : BLOCKS;
  for (const [i, { point, missing }] of measured.entries()) {
    const ways: Run["ways"] = {};
    for (const [name, figures] of Object.entries(runs[i]!)) {
      const rounds = condense(figures.rounds, blocks);
      ways[name as Name] = { ...figures, rounds };
    }
    const run = Object.keys(missing).length > 0 ? { ways, missing } : { ways };
    say({ point, run });
  }
}

/** Has everything else take no longer than so many times what is timed. */
const MOST_BESIDE = 20;

function limited(pace: Pace): Pace {
  const { milliseconds, warmUp, compiling, cpu } = pace;
  const most = (time: number) => Math.min(time, MOST_BESIDE * milliseconds);
  return {
    ...{ ...pace, warmUp: most(warmUp), compiling: most(compiling) },
    cpu: most(cpu),
  };
}

async function choose(
  experiment: Experiment,
  point: Point,
  { library, only, against }: Task,
) {
  const missing: NonNullable<Run["missing"]> = {};
  const ways = await withOther(experiment.ways(point), against);
  const chosen = ways.filter(({ name, runtime, refuses, lacks }) => {
    if (runtime !== undefined && runtime !== point.runtime) return false;
    if (only !== undefined && !only.includes(name)) return false;
    const why = refuses?.(point) ?? lacks?.(library);
    if (why !== undefined) missing[name] = why;
    return why === undefined;
  });
  return { chosen, missing };
}
