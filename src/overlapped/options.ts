/**
 * The options of overlapped files and their methods.
 *
 * @module
 */
import { argumentError, unknownOptionError } from "../errors/describe.ts";
import { checkOffset, checkSignal } from "../file/arguments.ts";
import { settingsOf } from "../file/option_values.ts";
import { type PositionOptions, TRANSFERS } from "../file/position.ts";
import { throwIfAborted } from "../file/signal.ts";
import type { HandleOptions } from "../file/taken_handle.ts";
import type { Offset } from "../file/transfer_limits.ts";
import type { InFlightLimit } from "./in_flight_limiter.ts";

/** Where to read or write, and what may interrupt it. */
export interface TransferOptions extends PositionOptions {
  /**
   * Cancels the operation. The promise rejects with the signal's reason once
   * the kernel has ended with the memory, or resolves if bytes had been
   * transferred before. Of a method that is made of several transfers, such as
   * `readExactly()`, the position stays where it began.
   */
  readonly signal?: AbortSignal | undefined;
}

/** What an `OverlappedFile` does with the handle that it is given. */
export interface OverlappedFileOptions extends HandleOptions {
  /** How much may be in flight at once; more waits. */
  readonly maxInFlight?: InFlightLimit | undefined;
}

/** What may interrupt a wait. */
export interface SignalOptions {
  /** Ends the wait. The promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of a transfer, each read once and checked. */
export interface CheckedOptions {
  /** The offset. */
  readonly at: Offset | undefined;
  /** What may interrupt it. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads the options of a transfer, once, and checks them.
 *
 * @throws {TypeError} If one is unknown or has the wrong type.
 * @throws {RangeError} If the offset is out of range.
 */
export function checkedTransferOptions(
  options: TransferOptions,
): CheckedOptions {
  if (typeof options !== "object" || options === null) {
    throw argumentError("options", "an object such as { at: 0 }", options);
  }
  const { at, signal } = options;
  for (const name in options) {
    const isKnown = name === "at" || name === "signal";
    if (isKnown || !Object.hasOwn(options, name)) continue;
    throw unknownOptionError(name, TRANSFERS, "at, signal");
  }
  if (at !== undefined) checkOffset("at", at);
  checkSignal(signal);
  return { at, signal };
}

/**
 * Reads the options of a method that can only be interrupted, once.
 *
 * @throws {TypeError} If one is unknown, or the signal is none.
 * @throws {Error} The signal's reason, if it has been aborted.
 */
export function checkedSignal(
  method: string,
  options: SignalOptions,
): AbortSignal | undefined {
  const { signal } = settingsOf(`${method}()`, options, { signal: undefined });
  checkSignal(signal);
  throwIfAborted(signal);
  return signal;
}
