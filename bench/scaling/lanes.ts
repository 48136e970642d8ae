import { failed } from "../contestant.ts";
import type { Way } from "../schema.ts";

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
): (count: number) => Promise<void> {
  return async (count) => {
    let next = 0;
    const run = async (lane: Lane) => {
      while (next < count) {
        if (!isWhole(await operate(next++, lane))) failed(way);
      }
    };
    await Promise.all(lanes.map(run));
  };
}
