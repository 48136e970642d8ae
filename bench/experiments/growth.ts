// How cost grows with the size of the file, requests in flight, memory, and open files. `Point.x` is what grows.

import type { Experiment, Pace, Task } from "../experiment.ts";
import { makeFiles } from "../files.ts";
import type { Operation, Pattern, Point, Runtime } from "../schema.ts";
import type { Contestant, Way } from "../way.ts";
import { OVERLAPPED_WAYS, THROUGH_WAYS } from "../ways.ts";
import { requests } from "./requests.ts";

const MIB = 2 ** 20;
const REQUEST = 4096;

/** Points of all kinds and sizes. Node has no part in them. */
function grid(
  experiment: Point["experiment"],
  runtime: Runtime,
  kinds: readonly (readonly [Operation, Pattern, number])[],
  xs: readonly number[],
): Point[] {
  if (runtime === "node") return [];
  return kinds.flatMap(([operation, pattern, bytes]) =>
    xs.map((x) => ({
      ...{ experiment, runtime, operation, pattern, bytes, x },
      depth: 1,
    }))
  );
}

function paceOf(
  { experiment, operation, pattern }: Point,
  { milliseconds }: Pick<Task, "milliseconds">,
  lap: number,
  shortestTurn: number,
): Pace {
  return {
    ...{ loop: `${experiment} ${operation} ${pattern}`, lap, shortestTurn },
    ...{ milliseconds, warmUp: Math.max(10, milliseconds / 4) },
    ...{ compiling: 120, cpu: 0 },
  };
}

type Kind = readonly [Operation, Pattern, number];

const FILE_SIZES = [1, 8, 64, 512];
const QUICK_FILE_SIZES = [1, 8, 64];
const FILE_KINDS: readonly Kind[] = [
  ["read", "buffered", MIB],
  ["rewrite", "buffered", MIB],
  ["write", "buffered", MIB],
  ["read", "unbuffered", MIB],
  ["rewrite", "unbuffered", MIB],
  ["write", "unbuffered", MIB],
];

export const fileSize: Experiment = requests({
  points: (quick, runtime) =>
    grid(
      "file size",
      runtime,
      quick ? FILE_KINDS.slice(1, 2) : FILE_KINDS,
      (quick ? QUICK_FILE_SIZES : FILE_SIZES).map((size) => size * MIB),
    ),
  ways: () => THROUGH_WAYS,
  pace: (point, task) => ({
    ...paceOf(point, task, point.x! / MIB, 1),
    ...{ compiling: 40, wholeFiles: true },
  }),
}, ({ x = 0 }) => ({ offsets: x / MIB, ordinary: false }));

/** The runtimes' own files, which go through the cache where this module's don't. */
function throughCache(way: Way): Way {
  if (way.name !== "node:fs/promises") return way;
  return {
    ...way,
    refuses: () => undefined,
    open: (path, how) => way.open!(path, { ...how, pattern: "buffered" }),
  };
}

const FLYING_WAYS = OVERLAPPED_WAYS.filter(({ name }) => name !== "koffi")
  .map(throughCache);
const DEPTHS = [1, 4, 16, 64, 256, 1024];
const QUICK_DEPTHS = [1, 16, 64];

export const inFlight: Experiment = requests({
  points: (quick, runtime) =>
    grid(
      "in flight",
      runtime,
      (quick ? ["rewrite at"] as const : ["read at", "rewrite at"] as const)
        .map((operation) => [operation, "unbuffered", REQUEST] as const),
      quick ? QUICK_DEPTHS : DEPTHS,
    ).map((point) => ({ ...point, depth: point.x! })),
  ways: () => FLYING_WAYS,
  // A lap starts with none in flight and ends with none: it is longer than the depth.
  pace: (point, task) =>
    paceOf(point, task, Math.max(64, 2 * point.depth), task.quick ? 5 : 10),
}, () => ({ overlapped: true }));

const OPEN_FILES = [1, 10, 100, 1000];
const QUICK_OPEN_FILES = [1, 100];

function openCounts(quick: boolean): readonly number[] {
  return quick ? QUICK_OPEN_FILES : OPEN_FILES;
}

/** Requests that go round all files: one at a time, or one under way on each where they are unbuffered. */
const round: Experiment = requests({
  points: (quick, runtime) =>
    grid(
      "open files",
      runtime,
      [["rewrite at", "buffered", REQUEST], [
        ...["rewrite at", "unbuffered", REQUEST] as const,
      ]],
      openCounts(quick),
    ).map((point) =>
      point.pattern === "unbuffered" ? { ...point, depth: point.x! } : point
    ),
  ways: ({ pattern }) =>
    pattern === "unbuffered"
      ? FLYING_WAYS
      : THROUGH_WAYS.filter(({ openSync, requests }) => openSync ?? requests),
  pace: (point, task) =>
    paceOf(point, task, Math.max(64, 2 * point.x!), task.quick ? 2 : 5),
}, ({ pattern, x = 1 }) => ({
  ...{ files: x, offsets: 1, overlapped: pattern === "unbuffered" },
}));

const isOpening = ({ operation }: Point) => operation === "open";

export const openFiles: Experiment = {
  points: (quick, runtime) => [
    ...round.points(quick, runtime),
    ...runtime === "node" ? [] : openCounts(quick).map((x): Point => ({
      ...{ experiment: "open files", runtime, operation: "open", x },
      ...{ pattern: "buffered", bytes: 0, depth: 1 },
    })),
  ],
  ways: (point) => isOpening(point) ? THROUGH_WAYS.slice(1) : round.ways(point),
  pace: (point, task) =>
    isOpening(point)
      ? {
        ...{ loop: "open", lap: point.x!, shortestTurn: task.quick ? 2 : 5 },
        ...{ milliseconds: task.milliseconds, warmUp: task.milliseconds / 4 },
        ...{ compiling: 40, cpu: 0, wholeFiles: true },
      }
      : round.pace(point, task),
  prepare(point, task) {
    if (!isOpening(point)) return round.prepare(point, task);
    const paths = makeFiles(task.folder, point.x!, 4096);
    return (way) => opening(way, paths);
  },
};

/** Opens files, then closes them. */
function opening(way: Way, paths: readonly string[]): Contestant {
  const how = { pattern: "buffered" } as const;
  const { openSync, open } = way;
  const run = openSync === undefined
    ? async (count: number) => {
      const files = [];
      for (let i = 0; i < count; i++) files.push(await open!(paths[i]!, how));
      for (const file of files) await file.close();
    }
    : (count: number) => {
      const files = [];
      for (let i = 0; i < count; i++) files.push(openSync(paths[i]!, how));
      for (const file of files) file.close();
    };
  return { run, close() {} };
}
