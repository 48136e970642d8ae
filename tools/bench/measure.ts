import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchesOf, pointsOf, secondsFor } from "../../bench/plan.ts";
import { pointName } from "../../bench/point_name.ts";
import {
  type Point,
  type PointResult,
  type Results,
  type Runtime,
  SCHEMA,
} from "../../bench/schema.ts";
import { provision } from "../windows/mod.ts";
import { Collected } from "../../bench/collected.ts";
import { machineOf, versionsOf } from "./machine.ts";
import type { Options } from "./options.ts";
import type { Line, Spec } from "../../bench/spec.ts";
import { Programs } from "./programs.ts";
import { Progress, timeName } from "./progress.ts";

/** What is to be done, and how long that should take. */
export interface Plan {
  readonly points: readonly Point[];
  readonly batches: readonly (readonly Point[])[];
  readonly quick: boolean;
  readonly milliseconds: number;
  readonly processes: number;
  /** The runtimes whose heap and start-up are measured. */
  readonly beside: readonly Runtime[];
  /** The guess, in seconds. */
  readonly seconds: number;
}

/** How much there is to be seen of the heap and the start-up, and how long that takes a runtime, in seconds. */
const BESIDE = {
  quick: {
    counts: { calls: 100_000, operations: 6000, quick: true },
    starts: 2,
    seconds: 4,
  },
  full: {
    counts: { calls: 1_000_000, operations: 20_000, quick: false },
    starts: 7,
    seconds: 20,
  },
} as const;

/** Plans what options ask for. */
export function planOf(options: Options): Plan {
  const { quick, runtimes, filter, processes, milliseconds, isAll } = options;
  const points = runtimes.flatMap((name) => pointsOf(name, quick, filter));
  const batches = batchesOf(points, quick);
  const seconds = batches.reduce(
    (sum, points) => sum + secondsFor(points, { milliseconds, quick }),
    0,
  );
  const beside = isAll ? runtimes.filter((name) => name !== "node") : [];
  const { seconds: each } = BESIDE[quick ? "quick" : "full"];
  return {
    ...{ points, batches, quick, milliseconds, processes, beside },
    seconds: processes * seconds + beside.length * each,
  };
}

/** Measures what options ask for. Whatever is interrupted is to be ended by `stop()`. */
export class Measurement {
  readonly #options: Options;
  readonly #header: string;
  readonly #print: (point: PointResult) => string;
  #programs: Programs | undefined;
  #folder: string | undefined;
  #progress: Progress | undefined;
  #stopped = false;

  /**
   * Makes one that has done nothing yet.
   *
   * @param header What stands above the lines of points.
   * @param print Makes the line that a point gets once it has been measured.
   */
  constructor(
    options: Options,
    header: string,
    print: (point: PointResult) => string,
  ) {
    this.#options = options;
    this.#header = header;
    this.#print = print;
  }

  /** Measures. */
  async run(plan: Plan): Promise<Results> {
    const { runtimes } = this.#options;
    const windows = await provision({ runtimes });
    const folder = await mkdtemp(join(tmpdir(), "kernel32-io-bench-"));
    this.#folder = folder;
    await using _session = await windows.session();
    const programs = await Programs.prepare(windows, folder);
    this.#programs = programs;
    const collected = new Collected();
    const progress = new Progress(plan.seconds);
    this.#progress = progress;
    console.error(
      `${plan.points.length} points in ${
        plan.batches.length * plan.processes
      } processes: about ${timeName(plan.seconds)}`,
    );
    progress.print(this.#header);
    let system = "";
    const { quick, milliseconds } = plan;
    const only = this.#options.filter.way as Spec["only"];
    // Every point once, then every point again: the processes of a point are minutes apart.
    for (let i = 0; i < plan.processes; i++) {
      for (const points of plan.batches) {
        const [{ runtime }] = points as [Point];
        const spec = { points, quick, milliseconds, ...only && { only } };
        const left = new Set(points.map(pointName));
        const take = (line: Line) => {
          if ("system" in line) system = line.system;
          if ("begun" in line) progress.begin(pointName(line.begun));
          if ("run" in line) left.delete(pointName(line.point));
          if ("skipped" in line) left.delete(pointName(line.skipped));
          const result = collected.take(line);
          if (result !== undefined) progress.print(this.#print(result));
        };
        try {
          await programs.measure(runtime, spec, take);
        } catch (error) {
          if (this.#stopped) throw error;
          // What has taken hours is not to be lost for one process.
          const { message } = error as Error;
          progress.print(message);
          for (const name of left) {
            collected.skip(name, message.split("\n")[0]!);
          }
        }
        progress.done(secondsFor(points, { milliseconds, quick }));
      }
    }
    if (collected.points.length === 0) {
      throw new Error("Nothing could be measured.");
    }
    const { heap, startup } = await this.#beside(plan, programs, progress);
    progress.clear();
    return {
      schema: SCHEMA,
      date: new Date().toISOString(),
      machine: await machineOf(windows, system, folder),
      versions: versionsOf(runtimes),
      options: { quick, processes: plan.processes, milliseconds },
      points: collected.points,
      ...{ heap, startup },
      skipped: collected.skipped,
    };
  }

  async #beside(
    { quick, beside }: Plan,
    programs: Programs,
    progress: Progress,
  ): Promise<Pick<Results, "heap" | "startup">> {
    const heap: Partial<Record<Runtime, Record<string, number>>> = {};
    const startup: Partial<Record<Runtime, number>> = {};
    const { counts, starts, seconds } = BESIDE[quick ? "quick" : "full"];
    for (const runtime of beside) {
      progress.begin(`${runtime} heap`);
      heap[runtime] = await programs.heap(runtime, counts);
      progress.begin(`${runtime} start-up`);
      startup[runtime] = await programs.startup(runtime, starts);
      progress.done(seconds);
    }
    return { heap, startup };
  }

  /** Ends what runs, and removes what lies about. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#progress?.clear();
    await this.#programs?.kill();
    if (this.#folder === undefined) return;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
