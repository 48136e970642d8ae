/**
 * Turns of the event loop, for the rest of the program.
 *
 * @module
 */

/**
 * Taken when the module loads: test libraries replace the global functions, and
 * I/O must go on while their clock stands still.
 */
const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis;
const clock = performance.now.bind(performance);
const { setImmediate: nextImmediate = setTimer } = globalThis as Immediate;
const enqueue = queueMicrotask;

/** What Deno, Bun and Node have, and browsers do not. */
interface Immediate {
  readonly setImmediate?: (run: () => void) => unknown;
}

/** Returns the time, in milliseconds from any beginning. */
export function now(): number {
  return clock();
}

/** How long a job may take before the event loop turns, in milliseconds. */
const LONGEST_JOB_MS = 8;

let end = 0;
let turn: Promise<void> | undefined;
/** Whether the event loop has not turned since a job began. */
let isSameTurn = false;

/**
 * Lets timers, sockets and the rest of the program run, if it is time for that.
 * An operation that ends in its call needs no turn of the event loop, so that a
 * long loop of such operations would never give it one.
 *
 * @returns Undefined if there is time left. All callers that get a promise wait
 * for the same turn.
 */
export function yieldTurn(): Promise<void> | undefined {
  if (turn !== undefined) return turn;
  const time = clock();
  if (!isSameTurn) {
    isSameTurn = true;
    end = time + LONGEST_JOB_MS;
    nextTurn().then(() => isSameTurn = false);
  } else if (time >= end) {
    turn = nextTurn().then(() => turn = undefined);
  }
  return turn;
}

/** Runs a function when the current job has ended, before the next turn. */
export function afterJob(run: () => void): void {
  enqueue(run);
}

/** Waits for a time, which `cancel()` ends early. */
export function delay(
  milliseconds: number,
): { readonly ended: Promise<void>; cancel(): void } {
  let cancel!: () => void;
  const ended = new Promise<void>((resolve) => {
    const timer = setTimer(resolve, milliseconds);
    cancel = () => {
      clearTimer(timer);
      resolve();
    };
  });
  return { ended, cancel };
}

/**
 * Waits for the next turn of the event loop. A message to oneself is no such
 * turn: timers do not run before it. A timer is one, but takes a millisecond.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void nextImmediate(resolve));
}
