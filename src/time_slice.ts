/**
 * Time for whatever else the event loop has to do.
 *
 * @module
 */

/** How long a job may go on before others get a turn, in milliseconds. */
const LENGTH = 8;

let end = 0;
let turn: Promise<void> | undefined;

/**
 * Lets timers, sockets and the rest of the program run, if it is time for that.
 * Operations that have completed by the time one looks need no turn of the
 * event loop, so that a long copy would never give it one.
 *
 * @returns Nothing if there is time left. All who get a promise wait for the
 * same turn, since one who went on would take it from the others.
 */
export function yieldTurn(): Promise<void> | undefined {
  if (turn !== undefined || performance.now() < end) return turn;
  return turn = nextTurn().then(() => {
    turn = undefined;
    end = performance.now() + LENGTH;
  });
}

/** A timer would take a millisecond at least, a message takes no time. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
