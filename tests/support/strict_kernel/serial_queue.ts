import type { COMMTIMEOUTS } from "../../../src/structs.ts";
import type { Operation } from "./operation.ts";

/** A read, write or flush of a port. */
export interface Transfer {
  readonly operation: Operation;
  /** What a read has taken, and what a write still has to give. */
  readonly bytes: number[];
  /** The time-outs as they were at its start. */
  timeouts: COMMTIMEOUTS;
  /** When it became the first of its queue. */
  started: number;
  /** When a read took its last byte. */
  last: number;
  /** Whether a read has looked what was there at its start. */
  hasLooked: boolean;
}

/** Transfers in the order in which they were started: only the first is performed, WDS serial/utils.c, SerialStartOrQueue. */
export class SerialQueue {
  readonly #transfers: Transfer[] = [];
  readonly #begin: (transfer: Transfer) => void;

  /** @param begin Called with a transfer that becomes the first. */
  constructor(begin: (transfer: Transfer) => void) {
    this.#begin = begin;
  }

  /** The transfers that have not ended. */
  get transfers(): readonly Transfer[] {
    return this.#transfers;
  }

  /** The one that is performed. */
  get first(): Transfer | undefined {
    return this.#transfers[0];
  }

  add(operation: Operation, bytes: number[], timeouts: COMMTIMEOUTS): void {
    const transfer = { operation, bytes, timeouts };
    this.#transfers.push({
      ...transfer,
      ...{ started: 0, last: 0, hasLooked: false },
    });
    if (this.#transfers.length === 1) this.#begin(this.#transfers[0]!);
  }

  /** Takes out what has ended. Returns whether it was there. */
  remove(operation: Operation): boolean {
    const index = this.#transfers.findIndex((transfer) =>
      transfer.operation === operation
    );
    if (index < 0) return false;
    this.#transfers.splice(index, 1);
    if (index === 0 && this.first !== undefined) this.#begin(this.first);
    return true;
  }

  clear(): void {
    this.#transfers.length = 0;
  }
}
