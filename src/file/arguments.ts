/**
 * Checks of what callers hand in, made before any call into the system.
 *
 * @module
 */

import { argumentError, describe, rangeError } from "../errors/describe.ts";
import {
  bufferOf,
  byteLengthOf,
  isOutOfBounds,
  isResizable,
} from "../../ffi/views.ts";

/** The largest offset in a file: that of a signed integer of 64 bits. */
export const MAX_OFFSET: bigint = 2n ** 63n - 1n;

/**
 * Checks an offset or a length in bytes.
 *
 * @throws {TypeError} If it is neither a number nor a bigint.
 * @throws {RangeError} If it is negative, fractional, not exact or too large.
 */
export function checkOffset(name: string, value: unknown): void {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && value >= 0) return;
    throw rangeError(
      name,
      "a whole number from 0 to 2^53-1, or a bigint beyond",
      value,
    );
  }
  if (typeof value !== "bigint") {
    throw argumentError(name, "a number or a bigint", value);
  }
  if (value < 0n || value > MAX_OFFSET) {
    throw rangeError(name, "from 0 to 2^63-1", value);
  }
}

/**
 * Checks a buffer that is used beyond the call.
 *
 * @throws {TypeError} If it is no view, or its memory is shared, resizable or
 * detached.
 */
export function checkBytes(
  name: string,
  value: unknown,
): asserts value is ArrayBufferView<ArrayBuffer> {
  checkedLength(name, value);
  const resizable = isResizable(bufferOf(value as ArrayBufferView));
  if (resizable !== false) throw unstableMemoryError(name, resizable);
}

/**
 * Checks a buffer that is used during the call only, and returns its length in
 * bytes. Its memory may be shared or resizable: nothing resizes it meanwhile.
 *
 * @throws {TypeError} If it is no view, or its memory is detached or ends before
 * it.
 */
export function checkedLength(name: string, value: unknown): number {
  if (!ArrayBuffer.isView(value)) throw notBytesError(name, value);
  const length = byteLengthOf(value);
  if (length === 0 && isOutOfBounds(value)) {
    throw new TypeError(
      `${name} is a view of a ` +
        (isResizable(bufferOf(value))
          ? "resizable ArrayBuffer that ends before it"
          : "detached ArrayBuffer: its memory has been transferred elsewhere or freed"),
    );
  }
  return length;
}

function notBytesError(name: string, value: unknown): TypeError {
  let wayOut = "";
  if (typeof value === "string") {
    wayOut = ". Text goes through TextEncoder.";
  } else if (typeof value === "number") {
    wayOut = ". new Uint8Array(length) makes one.";
  } else if (value instanceof ArrayBuffer) {
    wayOut = ". An ArrayBuffer goes through new Uint8Array(buffer).";
  }
  return new TypeError(
    `${name} must be a Uint8Array or another ArrayBufferView: got ` +
      `${describe(value)}${wayOut}`,
  );
}

/** @param resizable Undefined for shared memory. */
function unstableMemoryError(
  name: string,
  resizable: boolean | undefined,
): TypeError {
  return new TypeError(
    resizable
      ? `${name} must not be a view of a resizable ArrayBuffer, whose memory ` +
        "may go away during the operation: copy it with slice()"
      : `${name} must not be shared memory, which other threads may change ` +
        "during the operation: copy it with slice()",
  );
}

/**
 * Checks a list of buffers, all before the first is used.
 *
 * @param check Checks one of them.
 * @returns A copy: the list itself may change meanwhile.
 * @throws {TypeError} If it is no list, or one of the buffers will not do.
 */
export function checkList(
  name: string,
  value: unknown,
  check: (name: string, value: unknown) => unknown = checkBytes,
): ArrayBufferView[] {
  if (!Array.isArray(value)) {
    throw argumentError(
      name,
      "a list of buffers, such as [header, body]",
      value,
    );
  }
  const label = `each of ${name}`;
  const list: ArrayBufferView[] = [];
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const item: unknown = value[i];
    if (!ArrayBuffer.isView(item)) throw notBytesError(label, item);
    list.push(item);
  }
  // When all have been read, since a getter may take another's memory away.
  for (const item of list) check(label, item);
  return list;
}

/**
 * Checks a signal, so that listening to it cannot fail once an operation is in
 * flight.
 *
 * @throws {TypeError} If it is none.
 */
export function checkSignal(value: unknown): void {
  if (value === undefined) return;
  try {
    // The getter that all signals have throws for what only looks like one.
    Reflect.get(AbortSignal.prototype, "aborted", value);
  } catch {
    throw argumentError(
      "signal",
      "an AbortSignal, such as that of an AbortController",
      value,
    );
  }
}
