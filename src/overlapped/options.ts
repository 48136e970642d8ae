/**
 * The options of overlapped files and their methods.
 *
 * @module
 */
import { checkNames, refuseName } from "../errors/option_names.ts";
import { describe } from "../errors/describe.ts";
import { checkOffset, checkSignal } from "../file/arguments.ts";
import { type PositionOptions, TRANSFERS } from "../file/position.ts";
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

/**
 * Returns the signal that is the only option of a method, read once and checked.
 *
 * @throws {TypeError} If it is none, or there is another option.
 */
export function checkedSignal(
  options: SignalOptions,
  owner: string,
): AbortSignal | undefined {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `options must be an object such as { signal }: got ${describe(options)}`,
    );
  }
  checkNames(options, owner, ["signal"]);
  const { signal } = options;
  checkSignal(signal);
  return signal;
}

/** The options of a transfer, each read once and checked. */
export interface CheckedOptions {
  /** The offset. */
  readonly at: Offset | undefined;
  /** What may interrupt it. */
  readonly signal: AbortSignal | undefined;
}

const NAMES: readonly string[] = ["at", "signal"];

/**
 * Reads the options of a transfer, once, and checks them.
 *
 * @throws {TypeError} If one has the wrong type or an unknown name.
 * @throws {RangeError} If the offset is out of range.
 */
export function checkedTransferOptions(
  options: TransferOptions,
): CheckedOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `options must be an object such as { at: 0 }: got ${describe(options)}`,
    );
  }
  const { at, signal } = options;
  for (const name in options) {
    if (name !== "at" && name !== "signal") {
      refuseName(options, name, TRANSFERS, NAMES);
    }
  }
  if (at !== undefined) checkOffset("at", at);
  checkSignal(signal);
  return { at, signal };
}
