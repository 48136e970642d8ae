// How the cost of a request depends on the size of the file, which is read or written from the start to the end.

import type { Candidate } from "../contestant.ts";
import { type Experiment, SkippedError, type Task } from "../experiment.ts";
import { waysOf } from "../measure.ts";
import { AlignedBuffer } from "../../mod.ts";
import type { Operation, Pattern, Point, Run } from "../schema.ts";
import { FILE_SIZE_WAYS, type FilePlace } from "./file_size_ways.ts";
import { flush, freeSpace, inFolder, makeFile } from "./files.ts";
import { FILLING } from "../memory.ts";
import { measureWays, placeOf } from "./measure.ts";

const MIB = 2 ** 20;
const REQUEST = MIB;

/** In MiB. The last one is larger than what most systems keep of a file that is written. */
const SIZES = [1, 8, 64, 512, 8192];
const QUICK_SIZES = [1, 8, 64];

type Kind = readonly [Operation, Pattern];
const KINDS: readonly Kind[] = [
  ["read", "buffered"],
  ["rewrite", "buffered"],
  ["write", "buffered"],
  ["read", "unbuffered"],
  ["rewrite", "unbuffered"],
  ["write", "unbuffered"],
];
const QUICK_KINDS: readonly Kind[] = [["rewrite", "buffered"]];

/** What a disk must have left beside the file. */
const SPARE = 256 * MIB;

/** From here on, a file is measured in one process, and waits until the disk has what was written before. */
const LARGE = 2 ** 30;

/** Cost by the size of the file. */
export const experiment: Experiment = {
  points(quick, runtime) {
    if (runtime === "node") return [];
    return (quick ? QUICK_KINDS : KINDS).flatMap(([operation, pattern]) =>
      (quick ? QUICK_SIZES : SIZES).map((size): Point => ({
        ...{ experiment: "file size", runtime, operation, pattern },
        ...{ bytes: REQUEST, depth: 1, x: size * MIB },
      }))
    );
  },

  ways: (point) => waysOf(FILE_SIZE_WAYS, point),

  async measure(point, task) {
    const why = wantingRoom(point, freeSpace(task.folder));
    if (why !== undefined) throw new SkippedError(why);
    return await measure(point, task);
  },

  mostProcesses: ({ x = 0 }) => x >= LARGE ? 1 : Infinity,

  seconds(point, { milliseconds }) {
    const { x = 0 } = point;
    const times = waysOf(FILE_SIZE_WAYS, point).length;
    return 0.1 + times * (0.05 + 2 * milliseconds / 1000) +
      x / LARGE *
        SECONDS_A_GIB[point.operation === "read" ? "reads" : "writes"];
  },
};

/** What making a file, and having it read or written by all, takes for each GiB of it. */
const SECONDS_A_GIB = { reads: 3, writes: 9 } as const;

/** Tells why a file cannot be made on a disk with so much room, if so. */
export function wantingRoom(
  { x = 0 }: Point,
  free: number,
): string | undefined {
  if (free >= x + SPARE) return undefined;
  const [needed, left] = [x + SPARE, free].map((bytes) =>
    (bytes / 2 ** 30).toFixed(1)
  );
  return `the disk has room for ${left} GiB, and ${needed} GiB are needed`;
}

function measure(point: Point, task: Task): Promise<Run> {
  const { operation, x = 0 } = point;
  return inFolder(task.folder, async (folder) => {
    const path = makeFile(folder, "file.bin", operation === "write" ? 0 : x);
    flush(path);
    using memory = new AlignedBuffer(REQUEST);
    memory.bytes.fill(FILLING);
    return await measureWays(
      x >= LARGE && operation !== "read"
        ? FILE_SIZE_WAYS.map(settling)
        : FILE_SIZE_WAYS,
      { ...placeOf(point, task), path, memory },
      task,
      {
        ...{ least: REQUEST, milliseconds: task.milliseconds },
        lap: (size) => size / REQUEST,
        shortestTurn: 1,
      },
    );
  });
}

/**
 * Has the disk have what was written before a lap begins: where that is more than the system keeps in memory, whoever writes next would
 * wait for it.
 */
function settling(candidate: Candidate<FilePlace>): Candidate<FilePlace> {
  return {
    ...candidate,
    async prepare(place) {
      const contestant = await candidate.prepare(place);
      return {
        ...contestant,
        async rewind() {
          await contestant.rewind?.();
          flush(place.path);
        },
      };
    },
  };
}
