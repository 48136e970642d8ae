import type { Line } from "./spec.ts";
import { pointKey, pointName } from "./point_name.ts";
import type { Point, PointResult, Results, Run } from "./schema.ts";

type Skipped = Results["skipped"][number];

/** What no run can measure, and why. */
const NEVER: Readonly<Record<string, string>> = {
  "reads of a file that the system does not have in its cache":
    "Windows lets go of what it has cached of a file only when nobody has it open, and the ways that take turns have; Wine can't " +
    "empty the cache of Linux",
};

/** Collects what processes found out about points. */
export class Collected {
  readonly #runs = new Map<string, { point: Point; runs: Run[] }>();
  readonly #skipped = new Map(Object.entries(NEVER));

  /**
   * Makes a collection to begin with.
   *
   * @param earlier What an earlier run has found out.
   */
  constructor(earlier?: Pick<Results, "points" | "skipped">) {
    for (const { runs, ...point } of earlier?.points ?? []) {
      this.#runs.set(pointKey(point), { point, runs: [...runs] });
    }
    for (const { what, why } of earlier?.skipped ?? []) this.skip(what, why);
  }

  /** In how many processes a point was measured. */
  runsOf(point: Point): number {
    return this.#runs.get(pointKey(point))?.runs.length ?? 0;
  }

  /** Takes a line that a process has printed. Returns what is known of the point now, if there is anything new. */
  take(line: Line): PointResult | undefined {
    if ("skipped" in line) this.skip(pointName(line.skipped), line.why);
    if (!("run" in line)) return undefined;
    const { point, run } = line;
    if (Object.keys(run.ways).length === 0) {
      this.skip(pointName(point), reasons(run));
      return undefined;
    }
    const key = pointKey(point);
    const entry = this.#runs.get(key) ?? { point, runs: [] };
    this.#runs.set(key, entry);
    entry.runs.push(run);
    // An earlier process may have failed at it.
    this.#skipped.delete(pointName(point));
    return { ...point, runs: entry.runs };
  }

  /** Notes what was not measured. */
  skip(what: string, why: string): void {
    this.#skipped.set(what, why);
  }

  /** What was not measured, and why. */
  get skipped(): Skipped[] {
    return Array.from(this.#skipped, ([what, why]) => ({ what, why }));
  }

  /** What is known of every point, in the order in which they were first measured. */
  get points(): PointResult[] {
    return Array.from(
      this.#runs.values(),
      ({ point, runs }) => ({ ...point, runs }),
    );
  }
}

function reasons({ missing = {} }: Run): string {
  const texts = Object.entries(missing).map(([way, why]) => `${way}: ${why}`);
  return texts.join("; ") || "no way to do it takes part";
}
