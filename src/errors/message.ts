/**
 * The system's texts for error codes.
 *
 * @module
 */
import { isInteger32 } from "../../ffi/marshal.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import { textOf } from "../../ffi/utf16.ts";
import {
  FORMAT_MESSAGE_FROM_SYSTEM,
  FORMAT_MESSAGE_IGNORE_INSERTS,
} from "../win32/constants.ts";
import { argumentError, rangeError } from "./describe.ts";
import { preservingLastError } from "./last_error.ts";

/** The room for a text, in UTF-16 units. */
const CAPACITY = 1024;

/**
 * Returns the system's text for a Win32 error code, in the user's language.
 *
 * @param code The Win32 error code, from 0 to 2^32-1.
 * @returns The text, such as "The handle is invalid."; a substitute where the
 * system has none, and where there is no Windows.
 * @throws {RangeError} If the code is not an integer of 32 bits.
 * @throws {TypeError} If the code is not a number.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew
 *
 * @example Explain a code
 * ```ts
 * import { formatMessage } from "@kernel32/io";
 *
 * console.log(formatMessage(6));
 * ```
 */
export function formatMessage(code: number): string {
  if (typeof code !== "number") throw argumentError("code", "a number", code);
  if (!isInteger32(code)) {
    throw rangeError("code", "an integer of 32 bits", code);
  }
  try {
    // The program may read the last error after this error was created.
    return preservingLastError(() => systemText(code)) ||
      `Windows has no text for error ${code}.`;
  } catch {
    return `There is no text for error ${code} without Windows.`;
  }
}

function systemText(code: number): string {
  const units = new Uint16Array(new ArrayBuffer(2 * CAPACITY));
  const length = kernel32.FormatMessageW(
    FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
    null,
    code,
    0,
    units,
    CAPACITY,
    null,
  );
  return textOf(units.subarray(0, length)).trim();
}
