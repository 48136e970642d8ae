import type {
  OverlappedName,
  OverlappedOperation,
} from "./overlapped_types.ts";

/** What every competitor is given. */
export interface OverlappedTask {
  readonly operation: OverlappedOperation;
  /** The file, large enough for all that a turn transfers. */
  readonly path: string;
  /** The length of an operation. */
  readonly bytes: number;
  readonly depth: number;
  /** The path of the compiled overlapped.c. */
  readonly library: string;
}

/** A way to perform operations. */
export interface OverlappedCompetitor {
  readonly name: OverlappedName;
  prepare(task: OverlappedTask): Promise<Perform> | Perform;
}

/** Performs so many operations, as deep as the task says: operation `i` at offset `i * bytes`. */
export type Perform = (count: number) => Promise<void> | void;

/** Fails for an operation that was not performed. */
export function failed(name: OverlappedName): never {
  throw new Error(`An operation of ${name} failed or was cut short`);
}

/**
 * Performs operations with promises, as many at a time as there are lanes.
 *
 * @param operate Performs operation `index` with what belongs to a lane.
 * @param isWhole Whether what came of an operation is all of it.
 */
export function inLanes<Lane, Result>(
  name: OverlappedName,
  lanes: readonly Lane[],
  operate: (index: number, lane: Lane) => Promise<Result>,
  isWhole: (result: Result) => boolean,
): Perform {
  return async (count) => {
    let next = 0;
    const run = async (lane: Lane) => {
      while (next < count) {
        if (!isWhole(await operate(next++, lane))) failed(name);
      }
    };
    await Promise.all(lanes.map(run));
  };
}
