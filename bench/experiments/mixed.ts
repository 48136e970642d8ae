// Programs that read and write several files in several forms, all in one process: what code was compiled for one form serves the others.

import type { Experiment } from "../experiment.ts";
import type { Operation, Phase, Point } from "../schema.ts";
import { OVERLAPPED_WAYS, SYNC_WAYS } from "../ways.ts";
import { requests } from "./requests.ts";

const REQUEST = 4096;
const FILES = 4;
const VIEWS = 64;
const GATHERED = 4 * REQUEST;
const DEPTHS = [1, 32];

const FORMS: readonly Phase[] = [
  ...["one buffer", "64 views", "fresh subarrays", "offsets"] as const,
];
const OVERLAPPED_FORMS: readonly Phase[] = [
  ...["aligned", "ordinary", "with signals", "scattered"] as const,
];

/** With synchronous calls. */
export const mixed: Experiment = requests({
  together: true,
  points: (_quick, runtime) =>
    (["read", "rewrite"] as const).flatMap((operation) =>
      FORMS.map((phase): Point => ({
        ...{ experiment: "mixed", runtime, operation, pattern: "buffered" },
        ...{ bytes: REQUEST, depth: 1, phase },
      }))
    ),
  ways: () => SYNC_WAYS,
  pace: ({ operation, phase }, { milliseconds }) => ({
    loop: `mixed ${operation} ${phase}`,
    ...{ lap: FILES * VIEWS, shortestTurn: 0.4, milliseconds },
    ...{ warmUp: 20, compiling: 120, cpu: 0 },
  }),
}, ({ phase }) => ({
  files: FILES,
  ordinary: true,
  offsets: VIEWS + 1,
  views: phase === "one buffer" || phase === "offsets" ? 1 : VIEWS,
  fresh: phase === "fresh subarrays",
  positional: phase === "offsets",
}));

/** With promises. */
export const mixedOverlapped: Experiment = requests({
  together: true,
  points: (_quick, runtime) =>
    (["read", "rewrite"] as const).flatMap((operation) =>
      DEPTHS.flatMap((depth) =>
        OVERLAPPED_FORMS.map((phase): Point => ({
          ...{ experiment: "mixed overlapped", runtime, depth, phase },
          ...phase === "scattered"
            ? {
              operation: operation === "read" ? "scatter" : "gather",
              ...{ pattern: "unbuffered", bytes: GATHERED },
            }
            : {
              operation: `${operation} at` as Operation,
              ...{ pattern: "buffered", bytes: REQUEST },
            },
        }))
      )
    ),
  ways: () => OVERLAPPED_WAYS,
  pace: ({ operation, phase, depth }, { milliseconds, quick }) => ({
    loop: `mixed ${operation} ${phase} ${depth}`,
    ...{ lap: 2 * VIEWS, shortestTurn: quick ? 2 : 4, milliseconds },
    ...{ warmUp: 20, compiling: 60, cpu: 0 },
  }),
}, ({ phase }) => ({
  ...{ files: FILES, overlapped: true, offsets: VIEWS },
  ordinary: phase === "ordinary",
  signal: phase === "with signals",
  pages: phase === "scattered",
}));
