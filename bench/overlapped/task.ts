import type { Contestant } from "../contestant.ts";
import { failed } from "../contestant.ts";
import type { Operation, Pattern, Way } from "../schema.ts";

/** What every way is given. */
export interface OverlappedTask {
  readonly operation: Operation;
  readonly pattern: Pattern;
  /** The file, large enough for all that a lap transfers: the system would perform what extends it one after the other. */
  readonly path: string;
  /** The length of an operation. */
  readonly bytes: number;
  readonly depth: number;
  /** The path of the compiled C, if there is any. */
  readonly library: string | undefined;
}

/** The length of a page, of which gathers are made. */
export const PAGE = 4096;

/** Tells what an operation is made of. */
export function partsOf(operation: Operation): {
  readonly writes: boolean;
  /** Of many pages at once. */
  readonly paged: boolean;
  readonly positional: boolean;
} {
  return {
    writes: operation.startsWith("rewrite") || operation === "gather",
    paged: operation === "gather" || operation === "scatter",
    positional: operation !== "read" && operation !== "rewrite",
  };
}

/** Cuts memory into pages. The last one comes first: they do not lie in a row. */
export function pagesOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from(
    { length: bytes.length / PAGE },
    (_, i) => bytes.subarray(i * PAGE, (i + 1) * PAGE),
  ).toReversed();
}

/**
 * Performs operations with promises, as many at a time as there are lanes.
 *
 * @param operate Performs operation `index` with what belongs to a lane.
 * @param isWhole Whether what came of an operation is all of it.
 */
export function inLanes<Lane, Result>(
  way: Way,
  lanes: readonly Lane[],
  operate: (index: number, lane: Lane) => Promise<Result>,
  isWhole: (result: Result) => boolean,
): Required<Pick<Contestant, "run" | "timed">> {
  return {
    async run(count, first) {
      let next = first;
      const end = first + count;
      const perform = async (lane: Lane) => {
        while (next < end) {
          if (!isWhole(await operate(next++, lane))) failed(way);
        }
      };
      // What would be one lane's promise is enough where there is one.
      if (lanes.length === 1) await perform(lanes[0]!);
      else await Promise.all(lanes.map(perform));
    },
    async timed(times, count, first) {
      let next = first;
      const end = first + count;
      const perform = async (lane: Lane) => {
        while (next < end) {
          const index = next++;
          const start = performance.now();
          if (!isWhole(await operate(index, lane))) failed(way);
          times[index - first] = 1e6 * (performance.now() - start);
        }
      };
      await Promise.all(lanes.map(perform));
    },
  };
}
