import { setImmediate } from "node:timers";
import type { OpenFile } from "./open_file.ts";
import type { Operation, Result } from "./operation.ts";
import type { Schedule } from "./schedule.ts";
import { STATUS_CANCELLED } from "./status.ts";

/** What the list of pending operations needs of the kernel. */
export interface PendingHost {
  readonly schedule: Schedule;
  /** Does something, and notes a violation that comes of it. */
  guard(run: () => void): void;
}

/** The operations that have not ended: those that end later, and those that wait for something to happen. */
export class PendingOperations {
  /** What ends later. */
  readonly scheduled: Operation[] = [];
  /** What waits for something: data of a pipe, a lock. */
  readonly #waiting: Operation[] = [];
  readonly #host: PendingHost;
  readonly #end: (operation: Operation, result: Result) => void;
  #retries = false;
  #mustRetry = false;
  #timer: ReturnType<typeof setImmediate> | undefined;

  /**
   * @param end Ends an operation, and has the program know.
   */
  constructor(
    host: PendingHost,
    end: (operation: Operation, result: Result) => void,
  ) {
    this.#host = host;
    this.#end = end;
  }

  /** Has an operation end in a while. */
  endLater(operation: Operation): void {
    this.scheduled.push(operation);
    this.#pump();
  }

  /** Has an operation wait until it can be performed. */
  wait(operation: Operation): void {
    this.#waiting.push(operation);
  }

  /** Tries again what had to wait, since something has happened. */
  retry(): void {
    this.#mustRetry = true;
    if (this.#retries) return; // It is an operation that is tried again that has asked for it.
    this.#retries = true;
    try {
      while (this.#mustRetry) {
        this.#mustRetry = false;
        for (const operation of [...this.#waiting]) this.#retry(operation);
      }
    } finally {
      this.#retries = false;
    }
  }

  /** Ends an operation that was to end later. Returns whether there was one. */
  endScheduled(
    operation: Operation | undefined = this.#host.schedule.take(this.scheduled),
  ): boolean {
    if (operation === undefined) return false;
    remove(this.scheduled, operation);
    // Drivers need not obey: it may end as if nothing had been asked. https://learn.microsoft.com/windows/win32/fileio/cancelioex-func
    const obeys = operation.cancelled && this.#host.schedule.coin();
    const result = obeys ? undefined : perform(operation);
    if (result !== undefined) this.#end(operation, result);
    else if (operation.cancelled) this.#endCancelled(operation);
    else this.#waiting.push(operation);
    return true;
  }

  /**
   * Asks for the end of operations on an open file: of one, or of all if there is no OVERLAPPED.
   *
   * @returns How many there were.
   */
  cancel(open: OpenFile, overlapped: bigint): number {
    const operations = this.on(open).filter(({ cancelled, request }) =>
      !cancelled && (overlapped === 0n || request.overlapped === overlapped)
    );
    for (const operation of operations) operation.cancelled = true;
    for (const operation of operations) {
      if (remove(this.#waiting, operation)) this.#endCancelled(operation);
    }
    return operations.length;
  }

  /** Ends an operation that waits, as CancelSynchronousIo does. */
  cancelOne(operation: Operation): void {
    if (remove(this.#waiting, operation)) this.#endCancelled(operation);
  }

  /** Ends an operation that has not ended, as its driver does of its own accord, with some output. */
  endNow(
    operation: Operation,
    status: number,
    output: Uint8Array = new Uint8Array(0),
  ): void {
    const wasPending = remove(this.#waiting, operation) ||
      remove(this.scheduled, operation);
    if (!wasPending) return;
    operation.check();
    operation.put(output);
    this.#end(operation, { status, count: output.length });
  }

  /** What is pending on an open file. */
  on(open: OpenFile): Operation[] {
    return [...this.#waiting, ...this.scheduled].filter(({ request }) =>
      request.open === open
    );
  }

  /** Drops all. */
  clear(): void {
    this.#waiting.length = 0;
    this.scheduled.length = 0;
  }

  #retry(operation: Operation): void {
    if (operation.ended || operation.cancelled) return;
    const result = perform(operation);
    if (result === undefined) return;
    remove(this.#waiting, operation);
    this.#end(operation, result);
  }

  #endCancelled(operation: Operation): void {
    operation.check();
    this.#end(operation, { status: STATUS_CANCELLED, count: 0 });
  }

  /** Has what is scheduled end in a while, some of it at a time. */
  #pump(): void {
    if (this.#host.schedule.manual) return;
    this.#timer ??= setImmediate(() => {
      this.#timer = undefined;
      this.#host.guard(() => {
        do {
          this.endScheduled();
        } while (this.scheduled.length > 0 && this.#host.schedule.coin());
      });
      if (this.scheduled.length > 0) this.#pump();
    });
  }
}

/** Performs an operation with the memory that it was started with. */
function perform(operation: Operation): Result | undefined {
  operation.check();
  return operation.perform();
}

function remove<T>(items: T[], item: T): boolean {
  const index = items.indexOf(item);
  if (index >= 0) items.splice(index, 1);
  return index >= 0;
}
