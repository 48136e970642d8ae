import type { CompetitorName, Operation } from "./types.ts";

/** What every competitor is given: the same file, the same memory. */
export interface Task {
  readonly operation: Operation;
  /** The file, large enough for all that is read from it. */
  readonly path: string;
  /** What is written, or read into. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The path of the compiled native.c. */
  readonly library: string;
}

/** A competitor on its mark. */
export interface Contestant {
  /** Makes so many transfers, one after the other, from the start of the file on. */
  run(count: number): void;
  /** Puts the file pointer back to the start. Not timed. */
  rewind(): void;
}

/**
 * A way to make transfers. `prepare` holds the loop, so that each competitor has its own: a loop that served several would
 * call through one site, for which a compiler can neither inline a wrapper nor take a foreign function's fast path.
 */
export interface Competitor {
  readonly name: CompetitorName;
  prepare(task: Task): Contestant;
}

/** Fails for a transfer that was not made. */
export function failed(name: CompetitorName): never {
  throw new Error(`A transfer of ${name} failed or was cut short`);
}

/** Tells what an operation is made of. */
export function parts(
  operation: Operation,
): { writes: boolean; positional: boolean } {
  return {
    writes: operation.startsWith("write"),
    positional: operation.endsWith(" at"),
  };
}
