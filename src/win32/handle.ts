/**
 * Handles of the kernel.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { argumentError, rangeError } from "../../ffi/describe.ts";
import { isInteger64 } from "../../ffi/marshal.ts";

export type { Handle };

/**
 * The result of CreateFileW and CreateNamedPipeW when they fail. It equals (`===`)
 * that result in every runtime.
 *
 * @example Detect a failure
 * ```ts
 * import { INVALID_HANDLE_VALUE } from "@kernel32/io";
 * import { kernel32 } from "@kernel32/io/raw";
 *
 * const file = kernel32.CreateFileW("C:\\no\\such", 0, 0, null, 3, 0, null);
 * console.log(file === INVALID_HANDLE_VALUE); // true
 * ```
 */
export const INVALID_HANDLE_VALUE: Handle = 0xFFFF_FFFF_FFFF_FFFFn as Handle;

/**
 * Converts a number to a handle.
 *
 * @param value The handle's value in C, signed or unsigned: a bigint, or a safe
 * integer.
 * @returns The same value as a handle.
 * @throws {TypeError} If the value is neither a bigint nor a safe integer.
 * @throws {RangeError} If the value has more than 64 bits.
 *
 * @example Use a handle that was inherited
 * ```ts
 * import { toHandle } from "@kernel32/io";
 *
 * const inherited = toHandle(0x1A4);
 * console.log(inherited); // 420n
 * ```
 */
export function toHandle(value: number | bigint): Handle {
  if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
    throw argumentError("value", "a bigint or a safe integer", value);
  }
  const whole = BigInt(value);
  if (!isInteger64(whole)) {
    throw rangeError("value", "an integer of 64 bits", whole);
  }
  return BigInt.asUintN(64, whole) as Handle;
}
