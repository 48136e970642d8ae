/**
 * A bound on the operations that one file has in flight.
 *
 * @module
 */
import {
  checkCount,
  type Complete,
  settingsOf,
} from "../file/option_values.ts";

/** How much may be in flight at once on one file. */
export interface InFlightLimit {
  /** How many operations. @default {1024} */
  readonly operations?: number | undefined;
  /** How many bytes they have together. @default {67_108_864} */
  readonly bytes?: number | undefined;
}

/** A limit, checked. */
export type CheckedLimit = Complete<InFlightLimit>;

/** An operation that waits for room. */
export interface Waiting {
  /** How many bytes it transfers. */
  readonly length: number;
  /** Starts it. Room has been acquired for it; must not throw. */
  admit(): void;
  /** Ends it without room. Must not throw. */
  expel(): void;
}

/**
 * Reads a limit, once, and checks it, before anything is opened.
 *
 * @throws {TypeError} If it is not an object, or has an unknown member.
 * @throws {RangeError} If a member is not a whole number from 1.
 */
export function checkedLimit(limit: InFlightLimit = {}): CheckedLimit {
  const checked = settingsOf("maxInFlight", limit, {
    operations: 1024,
    bytes: 2 ** 26,
  });
  checkCount("maxInFlight.operations", checked.operations);
  checkCount("maxInFlight.bytes", checked.bytes);
  return checked;
}

/** Admits operations while there is room, in the order they came. */
export class InFlightLimiter {
  readonly #maxOperations: number;
  readonly #maxBytes: number;
  readonly #queue = new Set<Waiting>();
  #operations = 0;
  #bytes = 0;
  #admits = false;
  /** How many operations hold back those behind them. */
  #holds = 0;

  /** Checks the limit as {@linkcode checkedLimit}. */
  constructor(limit?: InFlightLimit) {
    const { operations, bytes } = checkedLimit(limit);
    this.#maxOperations = operations;
    this.#maxBytes = bytes;
  }

  /** Acquires room if there is some and no operation waits for it. */
  tryAcquire(length: number): boolean {
    return this.#queue.size === 0 && this.#acquire(length);
  }

  /** Has an operation wait for room. */
  enqueue(operation: Waiting): void {
    this.#queue.add(operation);
  }

  /** Has an operation wait no more. Returns whether it did. */
  remove(operation: Waiting): boolean {
    if (!this.#queue.delete(operation)) return false;
    // What waited behind it may fit.
    this.#admit();
    return true;
  }

  /** Ends all operations that wait. */
  expelAll(): void {
    for (const operation of this.#queue) {
      this.#queue.delete(operation);
      operation.expel();
    }
  }

  /** Admits no operation while more has been added than taken away again. */
  hold(more: number): void {
    this.#holds += more;
    this.#admit();
  }

  /** Releases the room of an operation that has ended. */
  release(length: number): void {
    this.#operations--;
    this.#bytes -= length;
    this.#admit();
  }

  /** An admitted operation may end at once and release: one loop, no recursion. */
  #admit(): void {
    if (this.#admits || this.#queue.size === 0) return;
    this.#admits = true;
    for (const operation of this.#queue) {
      if (!this.#acquire(operation.length)) break;
      this.#queue.delete(operation);
      operation.admit();
    }
    this.#admits = false;
  }

  /** Acquires room. An operation that is larger than the limit goes alone. */
  #acquire(length: number): boolean {
    const hasRoom = this.#holds === 0 &&
      (this.#operations === 0 ||
        (this.#operations < this.#maxOperations &&
          this.#bytes + length <= this.#maxBytes));
    if (hasRoom) {
      this.#operations++;
      this.#bytes += length;
    }
    return hasRoom;
  }
}
