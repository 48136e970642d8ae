/**
 * Turns of the event loop, for the rest of the program.
 *
 * @module
 */

/** The functions of the runtime that this module calls. */
interface Timers {
  readonly setTimer: typeof setTimeout;
  readonly clearTimer: typeof clearTimeout;
  readonly nextImmediate: (run: () => void) => unknown;
}

/**
 * What the global functions are when the module loads: test libraries replace
 * them, and I/O must go on while their clock stands still. Their values are not
 * read yet: Deno loads its timers, in some milliseconds, when one is read.
 */
const properties =
  /* @__PURE__ */ (() =>
    ["setTimeout", "clearTimeout", "setImmediate"].map(
      (name) => Object.getOwnPropertyDescriptor(globalThis, name),
    ))();
/** Returns the time, in milliseconds from any beginning. */
export const now: () => number = /* @__PURE__ */ performance.now.bind(
  performance,
);
/** Runs a function when the current job has ended, before the next turn. */
export const afterJob: (run: () => void) => void = queueMicrotask;
let loaded: Timers | undefined;

/** Reads the global functions, once. Browsers have no setImmediate(). */
function timers(): Timers {
  if (loaded !== undefined) return loaded;
  const [setTimer, clearTimer, nextImmediate = setTimer] = properties.map(
    (property) => property?.get?.call(globalThis) ?? property?.value,
  );
  return loaded = { setTimer, clearTimer, nextImmediate };
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
  const time = now();
  if (!isSameTurn) {
    isSameTurn = true;
    end = time + LONGEST_JOB_MS;
    nextTurn().then(() => isSameTurn = false);
  } else if (time >= end) {
    turn = nextTurn().then(() => turn = undefined);
  }
  return turn;
}

/** Waits for a time, which `cancel()` ends early. */
export function delay(
  milliseconds: number,
): { readonly ended: Promise<void>; cancel(): void } {
  const { setTimer, clearTimer } = timers();
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
  const { nextImmediate } = timers();
  return new Promise((resolve) => void nextImmediate(resolve));
}
