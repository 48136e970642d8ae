/**
 * A bound on what is under way.
 *
 * @module
 */

/** How much may be under way at once on one file. */
export interface InFlightLimit {
  /** How many operations. @default {1024} */
  readonly operations?: number;
  /** How many bytes they have together. @default {67_108_864} */
  readonly bytes?: number;
}

interface Waiting {
  readonly bytes: number;
  readonly letIn: () => void;
}

/** Lets operations in while there is room, in the order they came. */
export class Gate {
  readonly #maxOperations: number;
  readonly #maxBytes: number;
  readonly #queue: Waiting[] = [];
  #operations = 0;
  #bytes = 0;

  /** Makes one with its limits. */
  constructor(limit: InFlightLimit = {}) {
    this.#maxOperations = checked("operations", limit.operations ?? 1024);
    this.#maxBytes = checked("bytes", limit.bytes ?? 2 ** 26);
  }

  /**
   * Waits for room. Returns nothing if there is some at once. Who was let in
   * must leave; who is aborted is not let in, and finds so by the signal.
   */
  enter(bytes: number, signal?: AbortSignal): Promise<void> | undefined {
    if (this.#queue.length === 0 && this.#hasRoom(bytes)) {
      this.#count(1, bytes);
      return undefined;
    }
    return new Promise((resolve) => {
      const leaveQueue = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        this.#count(1, bytes); // It leaves like all others.
        resolve();
      };
      const letIn = () => {
        signal?.removeEventListener("abort", leaveQueue);
        resolve();
      };
      const waiting: Waiting = { bytes, letIn };
      this.#queue.push(waiting);
      signal?.addEventListener("abort", leaveQueue, { once: true });
    });
  }

  /** Makes room. */
  leave(bytes: number): void {
    this.#count(-1, -bytes);
    while (this.#queue.length > 0 && this.#hasRoom(this.#queue[0]!.bytes)) {
      const { bytes, letIn } = this.#queue.shift()!;
      this.#count(1, bytes);
      letIn();
    }
  }

  /** What is too large for the limit goes alone. */
  #hasRoom(bytes: number): boolean {
    return this.#operations === 0 ||
      (this.#operations < this.#maxOperations &&
        this.#bytes + bytes <= this.#maxBytes);
  }

  #count(operations: number, bytes: number): void {
    this.#operations += operations;
    this.#bytes += bytes;
  }
}

function checked(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(
    `maxInFlight.${name} must be a whole number from 1: got ${value}`,
  );
}
