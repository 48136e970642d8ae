// How many operations a second more Workers make, each with a file of its own or all with the same file.

import type { Experiment } from "../experiment.ts";
import { makeFiles } from "../files.ts";
import { bind } from "../foreign.ts";
import { handleFile } from "../handle.ts";
import { alignedMemory } from "../memory.ts";
import type { Point } from "../schema.ts";
import { type Contestant, failed } from "../way.ts";
import { THREAD_WAYS } from "../ways.ts";
import { Crew } from "./crew.ts";

const REQUEST = 4096;

/** How many requests each Worker makes in a lap. */
const LAP = 4096;

const COUNTS = [1, 2, 3, 4];
const QUICK_COUNTS = [1, 2];

function experiment(
  name: "workers" | "workers on one file",
): Experiment {
  const isOne = name === "workers on one file";
  return {
    points: (quick, runtime) =>
      runtime === "node" || quick && isOne
        ? []
        : (quick ? QUICK_COUNTS : COUNTS).map((x): Point => ({
          ...{ experiment: name, runtime, operation: "rewrite at", x },
          ...{ pattern: "buffered", bytes: REQUEST, depth: 1 },
        })),
    ways: () => THREAD_WAYS,
    pace: ({ x = 1 }, { milliseconds }) => ({
      ...{ loop: name, lap: x * LAP, shortestTurn: 10, milliseconds },
      // The Workers warm up on their own.
      ...{ warmUp: 0, compiling: 0, cpu: 0, wholeFiles: true },
    }),
    seconds: ({ x = 1 }) => 1 + 0.5 * x,
    prepare({ x = 1 }, { folder, library }) {
      const size = (isOne ? x : 1) * LAP * REQUEST;
      const made = makeFiles(folder, isOne ? 1 : x, size);
      const paths = Array.from({ length: x }, (_, i) => made[i % made.length]!);
      const apart = isOne ? LAP : 0;
      return ({ name }) =>
        name === "C"
          ? threads(paths, apart, library!)
          : workers(name, paths, apart);
    },
  };
}

/** Each with its file. */
export const onFiles: Experiment = experiment("workers");

/** Each with its piece of one file. */
export const onOneFile: Experiment = experiment("workers on one file");

async function workers(
  way: string,
  paths: readonly string[],
  apart: number,
): Promise<Contestant> {
  const crew = await Crew.begin(paths.map((path, i) => ({
    ...{ way, path, first: i * apart, length: REQUEST },
  })));
  return {
    run: (count) => crew.run(Math.ceil(count / paths.length)),
    close: () => crew.end(),
  };
}

interface Library {
  crew_begin(
    files: BigUint64Array,
    memory: bigint,
    length: number,
    apart: number,
    count: number,
  ): number;
  crew_run(count: number): number;
  crew_end(): number;
}

function threads(
  paths: readonly string[],
  apart: number,
  library: string,
): Contestant {
  const { crew_begin, crew_run, crew_end } = bind<Library>(library, {
    crew_begin: ["buffer", "u64", "u32", "i32", "i32"],
    crew_run: ["i32"],
    crew_end: [],
  });
  const files = paths.map((path) => handleFile(path, { pattern: "buffered" }));
  const handles = BigUint64Array.from(files, ({ handle }) => handle);
  const { length } = paths;
  const memory = alignedMemory(length * REQUEST);
  const { address } = memory;
  if (crew_begin(handles, address, REQUEST, apart, length) !== length) {
    failed("C");
  }
  return {
    run(count) {
      const each = Math.ceil(count / length);
      if (crew_run(each) !== each) failed("C");
    },
    close() {
      if (crew_end() !== length || memory.bytes.length === 0) failed("C");
      for (const file of files) file.close();
    },
  };
}
