import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Candidate } from "../contestant.ts";
import type { Experiment, Task } from "../experiment.ts";
import { measureWays, waysOf } from "../measure.ts";
import { type Pace, secondsOf } from "../rounds.ts";
import type { Experiment as Name, Point } from "../schema.ts";
import type { WholeFileTask } from "../whole_file.ts";

const OPERATIONS = ["write", "read"] as const;

/** How many times as long as they were to take the rounds of slow ways take: there are as many as of the others. */
const LONG = 1.7;

/**
 * Makes an experiment of files that hold a great number of small things, which are written or read as a whole.
 *
 * There is no latency: what makes one takes less than a clock can tell, but for every so many of them, whose buffer is written.
 *
 * @param bytes The length of a thing.
 * @param counts How many a file holds.
 */
export function wholeFiles(
  name: Name,
  bytes: number,
  candidates: readonly Candidate<WholeFileTask>[],
  counts: { readonly quick: number; readonly full: number },
): Experiment {
  const paceOf = (
    { operation }: Point,
    { quick, milliseconds }: Pick<Task, "quick" | "milliseconds">,
  ): Pace => ({
    loop: `${name} ${operation}`,
    lap: quick ? counts.quick : counts.full,
    ...{ wholeFiles: true, shortestTurn: 1, latency: 0 },
    ...quick
      ? { milliseconds: 2 * milliseconds, warmUp: 30, cpu: 35 }
      : { milliseconds: 4 * milliseconds, warmUp: 300, cpu: 200 },
  });
  return {
    points: (_quick, runtime) =>
      OPERATIONS.map((operation) => ({
        ...{ experiment: name, runtime, operation, pattern: "buffered", bytes },
        depth: 1,
      })),
    ways: (point) => waysOf(candidates, point),
    seconds: (point: Point, task) =>
      LONG *
      secondsOf(paceOf(point, task), waysOf(candidates, point).length),
    async measure(point, task) {
      const path = join(task.folder, `${name}.bin`);
      const pace = paceOf(point, task);
      const given = { path, library: task.library };
      const writes = point.operation === "write";
      try {
        if (!writes) await writeOnce(candidates, given, pace.lap);
        return await measureWays(candidates, point, task, {
          ...given,
          writes,
        }, pace);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** Makes the file that is read, in a way that every runtime has. */
async function writeOnce(
  candidates: readonly Candidate<WholeFileTask>[],
  given: Omit<WholeFileTask, "writes">,
  count: number,
): Promise<void> {
  const { prepare } = candidates.find(({ way }) => way === "node:fs")!;
  const contestant = await prepare({ ...given, writes: true });
  await contestant.run(count, 0);
  await contestant.close();
}
