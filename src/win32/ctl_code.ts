/**
 * Control codes of drivers.
 *
 * @module
 */

import { argumentError, rangeError } from "../../ffi/describe.ts";

/** The parts of a control code, and how many bits each has. */
const PARTS = { deviceType: 16, access: 2, function: 12, method: 2 } as const;

/**
 * Composes a control code, as the macro CTL_CODE does.
 *
 * @param deviceType The FILE_DEVICE_ number: 9 for a file system, from 0x8000
 * for drivers other than Microsoft's.
 * @param functionCode The function: from 0x800 for drivers other than
 * Microsoft's.
 * @param method METHOD_BUFFERED (0), METHOD_IN_DIRECT (1), METHOD_OUT_DIRECT (2)
 * or METHOD_NEITHER (3).
 * @param access FILE_ANY_ACCESS (0), FILE_READ_DATA (1), FILE_WRITE_DATA (2) or
 * both (3).
 * @returns The code.
 * @throws {TypeError} If an argument is no number.
 * @throws {RangeError} If a number does not fit.
 *
 * @see https://learn.microsoft.com/windows-hardware/drivers/kernel/defining-i-o-control-codes
 *
 * @example Compose FSCTL_SET_SPARSE
 * ```ts
 * import { ctlCode } from "@kernel32/io";
 *
 * console.log(ctlCode(9, 49, 0, 0).toString(16)); // 900c4
 * ```
 */
export function ctlCode(
  deviceType: number,
  functionCode: number,
  method: number,
  access: number,
): number {
  const values = { deviceType, access, function: functionCode, method };
  let code = 0;
  for (const [name, bits] of Object.entries(PARTS)) {
    const value = values[name as keyof typeof PARTS];
    const limit = 2 ** bits;
    if (typeof value !== "number") throw argumentError(name, "a number", value);
    if (!Number.isInteger(value) || value < 0 || value >= limit) {
      throw rangeError(name, `a whole number from 0 to ${limit - 1}`, value);
    }
    code = code * limit + value;
  }
  return code;
}
