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
 * Performs operations with promises, `depth` at a time.
 *
 * @param operate Performs operation `index` with what belongs to a lane.
 */
export function inLanes<Lane>(
  lanes: readonly Lane[],
  operate: (index: number, lane: Lane) => Promise<void>,
): Perform {
  return async (count) => {
    let next = 0;
    const run = async (lane: Lane) => {
      while (next < count) await operate(next++, lane);
    };
    await Promise.all(lanes.map(run));
  };
}
