// Experiments that are made of requests: reads and writes of one length, one after the other or several at a time.

import { openSync } from "../../mod.ts";
import { type Experiment, SkippedError } from "../experiment.ts";
import { makeFiles } from "../files.ts";
import { contestantOf } from "../loops.ts";
import type { Point } from "../schema.ts";
import type { Job } from "../way.ts";

/** What is not as in most experiments. */
export interface Special {
  /** How many files take turns. */
  readonly files?: number;
  readonly views?: number;
  readonly offsets?: number;
  /** Whether requests are under way while the program goes on. */
  readonly overlapped?: boolean;
  readonly ordinary?: boolean;
  readonly fresh?: boolean;
  readonly signal?: boolean;
  readonly pages?: boolean;
  readonly positional?: boolean;
}

/**
 * Makes an experiment of requests.
 *
 * @param special What is not as in most experiments.
 */
export function requests(
  experiment:
    & Pick<Experiment, "points" | "ways" | "pace">
    & Partial<Experiment>,
  special: (point: Point) => Special = () => ({}),
): Experiment {
  return {
    prepare(point, task) {
      const { pattern, operation, bytes, depth } = point;
      const its = special(point);
      const { files = 1, overlapped = false } = its;
      const { lap } = experiment.pace(point, task);
      const each = its.offsets ?? Math.ceil((lap + 1) / files);
      const appends = operation === "append";
      const grows = operation === "write" || appends;
      const paths = makeFiles(task.folder, files, grows ? 0 : each * bytes);
      if (pattern.startsWith("unbuffered")) checkSectors(paths[0]!, bytes);
      const job: Job = {
        ...{ pattern, paths, length: bytes, offsets: each },
        ...{ views: 1, library: task.library },
        ordinary: !overlapped && !pattern.startsWith("unbuffered"),
        writes: !operation.startsWith("read") && operation !== "scatter",
        positional: operation.endsWith(" at") || operation.endsWith("er"),
        append: appends,
        ...grows && {
          renewed: pattern === "preallocated" ? each * bytes : 0,
        },
        ...overlapped && { depth, views: depth },
        ...its,
      };
      return (way) => contestantOf(way, job);
    },
    ...experiment,
  };
}

function checkSectors(path: string, bytes: number): void {
  using file = openSync(path, { read: true });
  const sector = file.sectorSize().logical;
  if (bytes % sector === 0) return;
  throw new SkippedError(
    `an unbuffered request is made of whole sectors, and they have ${sector} bytes here`,
  );
}
