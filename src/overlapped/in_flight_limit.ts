/**
 * A bound on what is under way.
 *
 * @module
 */

import { describe } from "../errors/describe.ts";
import { listen, unlisten } from "../file/signal.ts";

/** How much may be under way at once on one file. */
export interface InFlightLimit {
  /** How many operations. @default {1024} */
  readonly operations?: number | undefined;
  /** How many bytes they have together. @default {67_108_864} */
  readonly bytes?: number | undefined;
}

/** A limit, complete. */
export interface CheckedLimit {
  /** How many operations. */
  readonly operations: number;
  /** How many bytes they have together. */
  readonly bytes: number;
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
  /** How many were let in and have not come through yet. */
  #onTheWay = 0;

  /** Makes one with its limits. */
  constructor(limit: InFlightLimit = {}) {
    const { operations, bytes } = checkedLimit(limit);
    this.#maxOperations = operations;
    this.#maxBytes = bytes;
  }

  /**
   * Waits for room. Returns nothing if there is some at once; who had to wait
   * tells by `comeThrough()` when it goes on. Everybody must leave, also who
   * finds by the signal that it was let in only to leave.
   */
  enter(bytes: number, signal?: AbortSignal): Promise<void> | undefined {
    if (signal?.aborted) {
      this.#count(1, bytes);
      return undefined;
    }
    if (this.tryEnter(bytes)) return undefined;
    return new Promise((resolve) => {
      const letIn = () => {
        unlisten(signal, leaveQueue);
        this.#count(1, bytes);
        this.#onTheWay++;
        resolve();
      };
      const waiting: Waiting = { bytes, letIn };
      const leaveQueue = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        letIn();
      };
      this.#queue.push(waiting);
      listen(signal, leaveQueue);
    });
  }

  /** Enters if there is room at once. Returns whether there was. */
  tryEnter(bytes: number): boolean {
    const isFirst = this.#queue.length === 0 && this.#onTheWay === 0;
    if (!isFirst || !this.#hasRoom(bytes)) return false;
    this.#count(1, bytes);
    return true;
  }

  /** Goes on after waiting. Nobody who comes later gets ahead meanwhile. */
  comeThrough(): void {
    this.#onTheWay--;
    this.#letIn();
  }

  /** Makes room. */
  leave(bytes: number): void {
    this.#count(-1, -bytes);
    this.#letIn();
  }

  #letIn(): void {
    while (this.#queue.length > 0 && this.#hasRoom(this.#queue[0]!.bytes)) {
      this.#queue.shift()!.letIn();
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

/**
 * Reads a limit, once, and checks it.
 *
 * @throws {TypeError} If it is no object, or has an unknown member.
 * @throws {RangeError} If a member is no whole number from 1.
 */
export function checkedLimit(limit: InFlightLimit = {}): CheckedLimit {
  if (typeof limit !== "object" || limit === null) {
    throw new TypeError(
      "maxInFlight must be an object such as { operations: 64 }: got " +
        describe(limit),
    );
  }
  for (const name of Object.keys(limit)) {
    if (name === "operations" || name === "bytes") continue;
    throw new TypeError(
      `maxInFlight has operations and bytes: got the unknown name "${name}"`,
    );
  }
  const { operations = 1024, bytes = 2 ** 26 } = limit;
  return {
    operations: checked("operations", operations),
    bytes: checked("bytes", bytes),
  };
}

function checked(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(
    `maxInFlight.${name} must be a whole number from 1: got ${String(value)}`,
  );
}
