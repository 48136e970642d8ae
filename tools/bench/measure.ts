import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Collected } from "../../bench/collected.ts";
import { batchesOf, pointsOf, secondsFor, shiftsOf } from "../../bench/plan.ts";
import { pointName } from "../../bench/point_name.ts";
import { type Circumstances, difference } from "../../bench/resumption.ts";
import {
  type Point,
  type PointResult,
  type Results,
  type Runtime,
  SCHEMA,
  type Way,
} from "../../bench/schema.ts";
import type { Line, Spec } from "../../bench/spec.ts";
import type { Unfinished } from "../../bench/unfinished.ts";
import { provision, type Windows } from "../windows/mod.ts";
import { machineOf, versionsOf } from "./machine.ts";
import type { Options } from "./options.ts";
import { Programs } from "./programs.ts";
import { Progress, timeName } from "./progress.ts";
import { plural } from "../report/names.ts";

/** What is to be done, and how long that should take. */
export interface Plan {
  readonly points: readonly Point[];
  /** What each process measures, one after the other. */
  readonly shifts: readonly (readonly Point[])[];
  readonly quick: boolean;
  readonly milliseconds: number;
  readonly processes: number;
  /** The runtimes whose heap and start-up are measured. */
  readonly beside: readonly Runtime[];
  /** What an interrupted run has measured. */
  readonly earlier?: Results;
  /** The guess, in seconds. */
  readonly seconds: number;
}

/** Says how much a plan is: `"12 points in 1 process, about 20 s"`. */
export function planText(
  { points, shifts, seconds }: Pick<Plan, "points" | "shifts" | "seconds">,
): string {
  const all = plural(points.length, "point");
  const processes = plural(shifts.length, "process", "processes");
  return `${all} in ${processes}, about ${timeName(seconds)}`;
}

/** How much there is to be seen of the heap and the start-up, and how long that takes a runtime, in seconds. */
const BESIDE = {
  quick: {
    counts: { calls: 100_000, operations: 15_000, quick: true },
    starts: 2,
    seconds: 4,
  },
  full: {
    counts: { calls: 1_000_000, operations: 20_000, quick: false },
    starts: 7,
    seconds: 20,
  },
} as const;

/**
 * Plans what options ask for.
 *
 * @param earlier What an interrupted run has measured: it is not measured again.
 */
export function planOf(options: Options, earlier?: Results): Plan {
  const { quick, runtimes, filter, processes, milliseconds, isAll } = options;
  const points = runtimes.flatMap((name) => pointsOf(name, quick, filter));
  const known = new Collected(earlier);
  const shifts = shiftsOf(
    batchesOf(points, quick),
    processes,
    (point) => known.runsOf(point),
  );
  const seconds = shifts.reduce(
    (sum, points) => sum + secondsFor(points, { milliseconds, quick }),
    0,
  );
  const beside = !isAll
    ? []
    : runtimes.filter((name) =>
      name !== "node" && earlier?.startup[name] === undefined
    );
  const { seconds: each } = BESIDE[quick ? "quick" : "full"];
  return {
    ...{ points, shifts, quick, milliseconds, processes, beside },
    ...earlier && { earlier },
    seconds: seconds + beside.length * each,
  };
}

/** Measures what options ask for. Whatever is interrupted is to be ended by `stop()`. */
export class Measurement {
  readonly #options: Options;
  readonly #unfinished: Unfinished;
  readonly #header: string;
  readonly #print: (point: PointResult) => string;
  #programs: Programs | undefined;
  #folder: string | undefined;
  #progress: Progress | undefined;
  /** What is known so far, as long as that is not all. */
  #results: (() => Results) | undefined;
  #stopped: Promise<void> | undefined;

  /**
   * Makes one that has done nothing yet.
   *
   * @param unfinished Gets what was measured after every process, and when the measurement is stopped.
   * @param header What stands above the lines of points.
   * @param print Makes the line that a point gets once it has been measured.
   */
  constructor(
    options: Options,
    unfinished: Unfinished,
    header: string,
    print: (point: PointResult) => string,
  ) {
    this.#options = options;
    this.#unfinished = unfinished;
    this.#header = header;
    this.#print = print;
  }

  /**
   * Measures.
   *
   * @throws {Error} If it cannot go on with what the plan's earlier run has measured.
   */
  async run(plan: Plan): Promise<Results> {
    const { runtimes } = this.#options;
    const windows = await provision({ runtimes });
    const folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
    this.#folder = folder;
    await using _session = await windows.session();
    const programs = await Programs.prepare(windows, folder);
    this.#programs = programs;
    const { earlier } = plan;
    const about = await this.#circumstances(windows, plan);
    const why = earlier && difference(earlier, about);
    if (why !== undefined) {
      throw new Error(`What was measured cannot be gone on with: ${why}.`);
    }
    const collected = new Collected(earlier);
    const heap = { ...earlier?.heap };
    const startup = { ...earlier?.startup };
    const emptyImport = { ...earlier?.emptyImport };
    const results = (): Results => ({
      ...{ schema: SCHEMA, date: new Date().toISOString() },
      ...about,
      versions: { ...earlier?.versions, ...about.versions },
      points: collected.points,
      ...{ heap, startup, emptyImport, skipped: collected.skipped },
    });
    const progress = new Progress(plan.seconds);
    this.#progress = progress;
    console.error(planText(plan));
    progress.print(this.#header);
    this.#results = results;
    for (const points of plan.shifts) {
      await this.#shift(points, plan, collected);
      await this.#keep();
    }
    if (collected.points.length === 0) {
      throw new Error("Nothing could be measured.");
    }
    const { counts, starts, seconds } = BESIDE[plan.quick ? "quick" : "full"];
    for (const runtime of plan.beside) {
      progress.begin(`${runtime} heap`);
      heap[runtime] = await programs.heap(runtime, counts);
      progress.begin(`${runtime} start-up`);
      const { module, empty } = await programs.startup(runtime, starts);
      startup[runtime] = module;
      emptyImport[runtime] = empty;
      progress.done(seconds);
      await this.#keep();
    }
    progress.clear();
    this.#results = undefined;
    return results();
  }

  async #keep(): Promise<void> {
    const results = this.#results?.();
    if (results === undefined || results.points.length === 0) return;
    await this.#unfinished.write(results);
  }

  /** Has a process measure points. */
  async #shift(
    points: readonly Point[],
    { quick, milliseconds }: Plan,
    collected: Collected,
  ): Promise<void> {
    const [programs, progress] = [this.#programs!, this.#progress!];
    const [{ runtime }] = points as readonly [Point];
    const only = this.#options.filter.way as Spec["only"];
    const spec = { points, quick, milliseconds, ...only && { only } };
    const left = new Set(points.map(pointName));
    const take = (line: Line) => {
      if ("begun" in line) progress.begin(pointName(line.begun));
      if ("run" in line) left.delete(pointName(line.point));
      if ("skipped" in line) left.delete(pointName(line.skipped));
      const result = collected.take(line);
      if (result !== undefined) progress.print(this.#print(result));
    };
    try {
      await programs.measure(runtime, spec, take);
    } catch (error) {
      if (this.#stopped !== undefined) throw error;
      // What has taken an hour is not to be lost for one process.
      const { message } = error as Error;
      progress.print(message);
      for (const name of left) collected.skip(name, message.split("\n")[0]!);
    }
    progress.done(secondsFor(points, { milliseconds, quick }));
  }

  async #circumstances(
    windows: Windows,
    { quick, milliseconds, processes }: Plan,
  ): Promise<Circumstances> {
    const { runtimes, filter } = this.#options;
    const [programs, folder] = [this.#programs!, this.#folder!];
    const system = await programs.system(runtimes[0]!);
    const ways = filter.way as readonly Way[] | undefined;
    return {
      machine: await machineOf(windows, system, folder),
      versions: versionsOf(runtimes),
      options: { quick, processes, milliseconds, ...ways && { ways } },
      programs: programs.digest,
    };
  }

  /** Ends what runs, keeps what was measured if that was not all, and removes what lies about. */
  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    this.#progress?.clear();
    await this.#programs?.kill();
    if (this.#folder !== undefined) {
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    }
    await this.#keep();
  }
}
