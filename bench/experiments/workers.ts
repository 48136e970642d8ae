// How many operations a second more Workers make, each with a file of its own or all with the same file.

import type { Experiment } from "../experiment.ts";
import { makeFiles } from "../files.ts";
import { bind } from "../foreign.ts";
import { handleFile } from "../handle.ts";
import { plainBytes } from "../memory.ts";
import type { Point } from "../schema.ts";
import { type Contestant, failed, type Way } from "../way.ts";
import { THREAD_WAYS } from "../ways.ts";
import type { Start } from "./worker.ts";

const REQUEST = 4096;

/** How many requests each Worker makes in a lap: so many that asking for them is no matter. */
const LAP = 4096;

const COUNTS = [1, 2, 3, 4];
const QUICK_COUNTS = [1, 2];

function experiment(name: "workers" | "workers on one file"): Experiment {
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
      return (way) =>
        way.name === "C"
          ? threads(paths, apart, library!)
          : workers(way, paths, apart);
    },
  };
}

/** Each with its file. */
export const onFiles: Experiment = experiment("workers");

/** Each with its piece of one file. */
export const onOneFile: Experiment = experiment("workers on one file");

async function workers(
  { name }: Way,
  paths: readonly string[],
  apart: number,
): Promise<Contestant> {
  const crew = paths.map(() =>
    new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })
  );
  const ask = async (message: (index: number) => Start | number) => {
    await Promise.all(crew.map((worker, i) => answer(worker, message(i))));
  };
  const close = () => crew.forEach((worker) => worker.terminate());
  try {
    await ask((i) => ({
      ...{ way: name, path: paths[i]!, first: i * apart, length: REQUEST },
    }));
  } catch (error) {
    close();
    throw error;
  }
  return {
    run: (count) => ask(() => Math.ceil(count / crew.length)),
    close: () => ask(() => 0).finally(close),
  };
}

/** Asks a Worker, which answers that all is well, or why not. */
function answer(worker: Worker, message: Start | number): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<string>) =>
      data === "" ? resolve() : reject(new Error(data));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`A Worker failed: ${event.message}`));
    };
    worker.postMessage(message);
  });
}

function threads(
  paths: readonly string[],
  apart: number,
  library: string,
): Contestant {
  const { crew } = bind(library, { crew: "buffer buffer u32 i32 i32 i32" });
  const files = paths.map((path) => handleFile(path, { pattern: "buffered" }));
  const handles = BigUint64Array.from(files, ({ handle }) => handle);
  const memory = plainBytes(files.length * REQUEST);
  return {
    run(count) {
      const each = Math.ceil(count / files.length);
      const made = crew(handles, memory, REQUEST, apart, files.length, each);
      if (made !== each * files.length) failed("C");
    },
    close() {
      for (const file of files) file.close();
    },
  };
}
