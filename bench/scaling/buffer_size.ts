// How the cost of a request depends on how much memory requests cycle through: whether that is in the processor's caches.

import { COMPILING } from "../compiling.ts";
import type { Experiment } from "../experiment.ts";
import { waysOf } from "../measure.ts";
import type { Operation, Pattern, Point } from "../schema.ts";
import { BUFFER_SIZE_WAYS } from "./buffer_size_ways.ts";
import { inFolder, makeFile } from "./files.ts";
import { measureWays, placeOf } from "./measure.ts";

const KIB = 1024;
const MIB = 2 ** 20;

/** The file is the same for all, and stays in the processor's caches. */
const FILE = 256 * KIB;

/** How many requests a lap has. The next one goes on with the memory behind. */
const LAP = 64;

const SMALL = 4 * KIB;
const LARGE = 64 * KIB;
const SIZES = [
  ...[4 * KIB, 64 * KIB, 256 * KIB, MIB],
  ...[4 * MIB, 16 * MIB, 64 * MIB, 256 * MIB],
];
const QUICK_SIZES = [64 * KIB, MIB, 16 * MIB];

type Kind = readonly [Operation, Pattern, number];
const KINDS: readonly Kind[] = [
  ["read at", "buffered", LARGE],
  ["rewrite at", "buffered", SMALL],
  ["rewrite at", "buffered", LARGE],
  ["rewrite at", "unbuffered", LARGE],
];
const QUICK_KINDS: readonly Kind[] = [
  ["rewrite at", "buffered", LARGE],
];

/** Cost by the size of the memory. */
export const experiment: Experiment = {
  points(quick, runtime) {
    if (runtime === "node") return [];
    return (quick ? QUICK_KINDS : KINDS).flatMap(
      ([operation, pattern, bytes]) =>
        (quick ? QUICK_SIZES : SIZES).filter((x) => x >= bytes).map(
          (x): Point => ({
            ...{ experiment: "buffer size", runtime, operation, pattern },
            ...{ bytes, depth: 1, x },
          }),
        ),
    );
  },

  ways: (point) => waysOf(BUFFER_SIZE_WAYS, point),

  measure(point, task) {
    const { bytes } = point;
    return inFolder(task.folder, async (folder) =>
      await measureWays(
        BUFFER_SIZE_WAYS,
        {
          ...placeOf(point, task),
          ...{ path: makeFile(folder, "file.bin", FILE), places: FILE / bytes },
        },
        task,
        {
          ...{ least: bytes, milliseconds: task.milliseconds },
          lap: () => LAP,
          ...{ shortestTurn: 0.5, compiling: COMPILING },
        },
      ));
  },

  seconds: (point, { milliseconds }) =>
    waysOf(BUFFER_SIZE_WAYS, point).length *
    (0.05 + (point.x ?? 0) / 2 ** 28 + 2 * milliseconds / 1000),
};
