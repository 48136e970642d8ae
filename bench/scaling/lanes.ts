import { inLanes as performInLanes } from "../overlapped/task.ts";
import type { Way } from "../schema.ts";

/** Performs operations with promises, as many at a time as there are lanes. Every lap begins with operation 0. */
export function inLanes<Lane, Result>(
  ...args: [
    way: Way,
    lanes: readonly Lane[],
    operate: (index: number, lane: Lane) => Promise<Result>,
    isWhole: (result: Result) => boolean,
  ]
): (count: number) => Promise<void> {
  const { run } = performInLanes(...args);
  return async (count) => await run(count, 0);
}
