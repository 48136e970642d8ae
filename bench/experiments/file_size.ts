// How cost grows with the size of the file.

import type { Experiment } from "../experiment.ts";
import type { Point } from "../schema.ts";
import { THROUGH_WAYS } from "../ways.ts";
import { requests } from "./requests.ts";

const MIB = 2 ** 20;
const SIZES = [1, 8, 64, 512];
const QUICK_SIZES = [1, 8, 64];
const OPERATIONS = ["read", "rewrite", "write"] as const;
const PATTERNS = ["buffered", "unbuffered"] as const;

/** From the start to the end, by requests of 1 MiB. */
export const fileSize: Experiment = requests({
  points: (quick, runtime) =>
    (quick ? PATTERNS.slice(0, 1) : PATTERNS).flatMap((pattern) =>
      (quick ? OPERATIONS.slice(1, 2) : OPERATIONS).flatMap((operation) =>
        (quick ? QUICK_SIZES : SIZES).map((size): Point => ({
          ...{ experiment: "file size", runtime, operation, pattern },
          ...{ bytes: MIB, depth: 1, fileSize: size * MIB },
        }))
      )
    ),
  ways: () => THROUGH_WAYS,
  pace: ({ operation, pattern, fileSize = 0 }, { milliseconds }) => ({
    ...{ loop: `file size ${operation} ${pattern}`, lap: fileSize / MIB },
    ...{ shortestTurn: 1, milliseconds },
    ...{ warmUp: Math.max(10, milliseconds / 4), compiling: 40, cpu: 0 },
    wholeFiles: true,
  }),
}, ({ fileSize = 0 }) => ({ offsets: fileSize / MIB, ordinary: false }));
