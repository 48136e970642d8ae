import type { Point, Runtime, Way } from "./schema.ts";

/** A way on its mark, with all open that it needs. */
export interface Contestant {
  /**
   * Performs so many operations.
   *
   * @param first The first one's index. Where there are offsets, operation `i` is at `i` times its length.
   */
  run(count: number, first: number): void | Promise<void>;
  /** Puts everything back to the start. Not timed. */
  rewind?(): void | Promise<void>;
  /** Performs operations and notes what each took, in ns. By default, `run()` is timed for one at a time. */
  timed?(
    times: Float64Array,
    count: number,
    first: number,
  ): void | Promise<void>;
  /** Closes what is open. */
  close(): void | Promise<void>;
}

/**
 * A way that may take part. `prepare` holds the loop, so that each has its own: a loop that served several would call through one
 * site, for which a compiler can neither inline a wrapper nor take a foreign function's fast path.
 */
export interface Candidate<Task> {
  readonly way: Way;
  readonly runtimes: readonly Runtime[];
  /** Tells why it can't take part at a point. */
  refuses?(point: Point): string | undefined;
  /** Tells why it can't take part here, for what is not installed. */
  lacks?(): string | undefined;
  prepare(task: Task): Contestant | Promise<Contestant>;
}

/** Fails for an operation that was not performed, or in part. */
export function failed(way: Way): never {
  throw new Error(`An operation of ${way} failed or was cut short`);
}
