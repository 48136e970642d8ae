/**
 * Abort signals, asked and listened to by the methods that all signals have: a
 * property of the signal's own might throw while the kernel uses memory. Deno
 * and Node also take a Proxy of a signal. If its handler throws, the signal
 * counts as not aborted.
 *
 * @module
 */

const methods = signalMethods();

/** @__NO_SIDE_EFFECTS__ */
function signalMethods() {
  const { prototype } = AbortSignal;
  const { addEventListener, removeEventListener } = prototype;
  const getter = (name: string): (this: AbortSignal) => unknown =>
    Object.getOwnPropertyDescriptor(prototype, name)!.get!;
  const [aborted, reason] = [getter("aborted"), getter("reason")];
  return { aborted, reason, addEventListener, removeEventListener };
}

/** Whether there is a signal and it has been aborted. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal !== undefined && ask(methods.aborted, signal) === true;
}

/** Returns the reason of a signal that has been aborted. */
export function reasonOf(signal: AbortSignal): unknown {
  return ask(methods.reason, signal);
}

/** Returns what a getter returns or throws. */
function ask(
  getter: (this: AbortSignal) => unknown,
  signal: AbortSignal,
): unknown {
  try {
    return getter.call(signal);
  } catch (error) {
    return error;
  }
}

/**
 * Whether an error is the reason of a signal that has been aborted: any value,
 * also the error of another operation.
 */
export function isReason(
  error: unknown,
  signal: AbortSignal | undefined,
): boolean {
  return isAborted(signal) && Object.is(error, reasonOf(signal!));
}

/** Throws the reason of a signal that has been aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (isAborted(signal)) throw reasonOf(signal!);
}

/** Listens to a signal, if there is one. */
export function listen(
  signal: AbortSignal | undefined,
  listener: EventListenerOrEventListenerObject,
): void {
  tell(methods.addEventListener, signal, listener);
}

/** Listens no more. */
export function unlisten(
  signal: AbortSignal | undefined,
  listener: EventListenerOrEventListenerObject,
): void {
  tell(methods.removeEventListener, signal, listener);
}

function tell(
  method: AbortSignal["addEventListener"],
  signal: AbortSignal | undefined,
  listener: EventListenerOrEventListenerObject,
): void {
  if (signal === undefined) return;
  try {
    method.call(signal, "abort", listener);
  } catch { /* The handler of a Proxy has thrown. */ }
}

/**
 * Waits for a promise, or rejects with the reason of a signal, if that is
 * aborted before. What the promise is of goes on.
 */
export function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(reasonOf(signal));
    listen(signal, abort);
    if (isAborted(signal)) abort();
    promise.then(resolve, reject).finally(() => unlisten(signal, abort));
  });
}
