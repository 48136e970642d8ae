/**
 * Time for whatever else the event loop has to do.
 *
 * @module
 */

/** How long a job may go on before others get a turn, in milliseconds. */
const LENGTH = 8;

let end = 0;
let turn: Promise<void> | undefined;
/** Whether the event loop has not turned since a slice began. */
let isSameTurn = false;

/**
 * Lets timers, sockets and the rest of the program run, if it is time for that.
 * Operations that have completed by the time one looks need no turn of the
 * event loop, so that a long copy would never give it one.
 *
 * @returns Nothing if there is time left. All who get a promise wait for the
 * same turn, since one who went on would take it from the others.
 */
export function yieldTurn(): Promise<void> | undefined {
  if (turn !== undefined) return turn;
  const now = performance.now();
  if (!isSameTurn) {
    // Who comes after a pause has taken no time from anybody.
    isSameTurn = true;
    end = now + LENGTH;
    nextTurn().then(() => isSameTurn = false);
  } else if (now >= end) {
    turn = nextTurn().then(() => turn = undefined);
  }
  return turn;
}

/**
 * The next turn of the event loop. A message to oneself is no such turn: timers
 * do not run before it. A timer is one, but takes a millisecond and more.
 */
function nextTurn(): Promise<void> {
  const { setImmediate = setTimeout } = globalThis as Immediate;
  return new Promise((resolve) => void setImmediate(resolve));
}

/** What Deno, Bun and Node have, and browsers do not. */
interface Immediate {
  readonly setImmediate?: (run: () => void) => unknown;
}
