/**
 * Listening to signals.
 *
 * @module
 */

/** Who is told of the abort, and may be told to listen no more. */
export type AbortListener = EventListenerOrEventListenerObject;

/**
 * Listens to a signal, if there is one. By the method that all signals have:
 * one of the signal's own might throw while the kernel uses the memory.
 */
export function listen(
  signal: AbortSignal | undefined,
  listener: AbortListener,
): void {
  if (signal === undefined) return;
  AbortSignal.prototype.addEventListener.call(signal, "abort", listener);
}

/** Ends what `listen()` began. */
export function unlisten(
  signal: AbortSignal | undefined,
  listener: AbortListener,
): void {
  if (signal === undefined) return;
  AbortSignal.prototype.removeEventListener.call(signal, "abort", listener);
}
