// How many operations a second more Workers make, each with a file of its own, beside one thread of C.

import type { Experiment } from "../experiment.ts";
import { contestantOf } from "../loops.ts";
import type { Point } from "../schema.ts";
import type { Contestant } from "../way.ts";
import { THREAD_WAYS } from "../ways.ts";
import { requests } from "./requests.ts";
import type { Start } from "./worker.ts";

const REQUEST = 4096;

/** How many requests each Worker makes in a lap: so many that asking for them is no matter. */
const LAP = 4096;

export const workers: Experiment = requests({
  points: (quick, runtime) =>
    runtime === "node" ? [] : (quick ? [1, 2] : [1, 2, 3, 4]).map((
      x,
    ): Point => ({
      ...{ experiment: "workers", runtime, operation: "rewrite at", x },
      ...{ pattern: "buffered", bytes: REQUEST, depth: 1 },
    })),
  ways: () => THREAD_WAYS,
  pace: ({ x = 1 }, { milliseconds }) => ({
    ...{ loop: "workers", lap: x * LAP, shortestTurn: 10, milliseconds },
    // The Workers warm up on their own.
    ...{ warmUp: 0, compiling: 0, cpu: 0, wholeFiles: true },
  }),
}, ({ x = 1 }) => ({
  ...{ files: x, offsets: LAP },
  prepare: (way, job) =>
    way.name === "C"
      ? contestantOf(way, job)
      : start(job.paths.map((path) => ({ way: way.name, path }))),
}));

async function start(starts: readonly Start[]): Promise<Contestant> {
  const crew = starts.map(() =>
    new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })
  );
  const ask = async (message: (index: number) => Start | number) => {
    await Promise.all(crew.map((worker, i) => answer(worker, message(i))));
  };
  const close = () => crew.forEach((worker) => worker.terminate());
  try {
    await ask((i) => starts[i]!);
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
