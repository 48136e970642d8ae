/**
 * How systems and drivers refuse requests that they do not know.
 *
 * @module
 */
import {
  ERROR_CALL_NOT_IMPLEMENTED,
  ERROR_INVALID_FUNCTION,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_SUPPORTED,
} from "./codes.ts";

const UNKNOWN: readonly number[] = [
  ERROR_INVALID_FUNCTION,
  ERROR_NOT_SUPPORTED,
  ERROR_INVALID_PARAMETER,
  ERROR_CALL_NOT_IMPLEMENTED, // Wine
];

/** Returns whether a code says that the request is not known. */
export function isUnknownRequest(code: number): boolean {
  return UNKNOWN.includes(code);
}
