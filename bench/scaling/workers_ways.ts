// Ways to make requests on several threads.

import { type Candidate, failed } from "../contestant.ts";
import type { Way } from "../schema.ts";
import type { Place } from "./contestant.ts";
import { Crew } from "./crew.ts";
import { openHandles } from "./files.ts";
import { flightMemory } from "./flight.ts";

/** A file for each thread, or the same for all. */
export interface WorkersPlace extends Place {
  readonly paths: readonly string[];
  /** How many requests of a file a thread rewrites. */
  readonly places: number;
  /** How many requests each thread begins behind the one before. */
  readonly apart: number;
}

/** C: as many threads. */
const native: Candidate<WorkersPlace> = {
  way: "C",
  runtimes: ["deno", "bun"],
  prepare({ point, library, paths, places, apart, x }) {
    const { scale_crew_begin, scale_crew, scale_crew_end } = library!;
    const { bytes: length, pattern } = point;
    const { handles, close } = openHandles(paths.slice(0, x), pattern);
    const memory = flightMemory(x, length);
    const { address } = memory;
    const end = () => {
      const ended = scale_crew_end();
      close();
      memory.free();
      return ended;
    };
    const begun = scale_crew_begin(
      handles,
      address,
      length,
      1,
      apart,
      places,
      x,
    );
    if (begun !== x) {
      end();
      failed("C");
    }
    return {
      run(count) {
        const each = Math.ceil(count / x);
        if (scale_crew(each) !== each) failed("C");
      },
      close() {
        if (end() !== x) failed("C");
      },
    };
  },
};

function inWorkers(way: Way & ("SyncFile" | "node:fs")): Candidate<
  WorkersPlace
> {
  return {
    way,
    runtimes: ["deno", "bun"],
    async prepare({ point, paths, places, apart, x }) {
      const crew = await Crew.begin(
        paths.slice(0, x).map((path, index) => ({
          ...{ way, path, places, first: index * apart, bytes: point.bytes },
        })),
      );
      return {
        run: (count) => crew.run(Math.ceil(count / x)),
        close: () => crew.end(),
      };
    },
  };
}

/** All ways to make requests on several threads. */
export const WORKERS_WAYS: readonly Candidate<WorkersPlace>[] = [
  ...[native, inWorkers("SyncFile"), inWorkers("node:fs")],
];
