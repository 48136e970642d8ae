/**
 * Translation of NTSTATUS values, which completed operations leave in
 * OVERLAPPED.Internal, to Win32 error codes.
 *
 * @module
 */

import { ERROR_MR_MID_NOT_FOUND, win32CodeOf } from "./codes.ts";
import { argumentError, rangeError } from "./describe.ts";
import { type StatusRow, statusTable } from "./ntstatus_table.ts";

/** The status in OVERLAPPED.Internal until the operation ends. */
export const STATUS_PENDING = 0x103;

/**
 * Translates an NTSTATUS into a Win32 error code, as RtlNtStatusToDosError does.
 *
 * @param status The status, signed or unsigned, or the 64 bits of
 * OVERLAPPED.Internal, whose low half it is.
 * @returns The Win32 code; ERROR_MR_MID_NOT_FOUND (317) for a status that has no
 * counterpart in I/O.
 * @throws {TypeError} If the status is neither a number nor a bigint.
 * @throws {RangeError} If it is a number that is no integer of 32 bits.
 *
 * @example Find out why an operation ended
 * ```ts
 * import { symbolOf, win32CodeOfStatus } from "@kernel32/io";
 *
 * console.log(symbolOf(win32CodeOfStatus(0xc0000011))); // "ERROR_HANDLE_EOF"
 * ```
 */
export function win32CodeOfStatus(status: number | bigint): number {
  let value = unsigned(status);
  // RtlNtStatusToDosError returns customer-defined values unchanged.
  if (value & 0x2000_0000) return value;
  // A status that was wrapped into an HRESULT (FACILITY_NT_BIT).
  if (value >>> 28 === 0xd) value -= 0x1000_0000;
  const row = rows().get(value);
  if (row !== undefined) {
    const [, symbol, error] = row;
    return win32CodeOf(error ?? symbol.replace("STATUS", "ERROR"));
  }
  // Win32 codes that were wrapped into a status or an HRESULT.
  const wrapped = [0xc001, 0xc007, 0x8007].includes(value >>> 16);
  return wrapped ? value & 0xffff : ERROR_MR_MID_NOT_FOUND;
}

/**
 * Returns the name under which ntstatus.h defines a status.
 *
 * @param status The status, signed or unsigned, or OVERLAPPED.Internal.
 * @returns The symbol; "STATUS_" and the number for a status outside the table.
 * @throws {TypeError} If the status is neither a number nor a bigint.
 * @throws {RangeError} If it is a number that is no integer of 32 bits.
 *
 * @example Name a status
 * ```ts
 * import { statusSymbolOf } from "@kernel32/io";
 *
 * console.log(statusSymbolOf(0xc0000120)); // "STATUS_CANCELLED"
 * console.log(statusSymbolOf(-1)); // "STATUS_0xffffffff"
 * ```
 */
export function statusSymbolOf(status: number | bigint): string {
  const value = unsigned(status);
  return rows().get(value)?.[1] ?? `STATUS_0x${value.toString(16)}`;
}

/**
 * Lists the whole table.
 *
 * @returns Pairs of status and symbol, in the order of the statuses.
 *
 * @example Look a status up
 * ```ts
 * import { ntStatuses } from "@kernel32/io";
 *
 * const byName = new Map([...ntStatuses()].map(([code, name]) => [name, code]));
 * console.log(byName.get("STATUS_PIPE_BROKEN") === 0xc000014b); // true
 * ```
 */
export function* ntStatuses(): Iterable<[status: number, symbol: string]> {
  for (const [status, symbol] of rows().values()) yield [status, symbol];
}

let byStatus: ReadonlyMap<number, StatusRow> | undefined;

function rows(): ReadonlyMap<number, StatusRow> {
  return byStatus ??= new Map(statusTable().map((row) => [row[0], row]));
}

function unsigned(status: number | bigint): number {
  if (typeof status === "bigint") return Number(BigInt.asUintN(32, status));
  if (typeof status !== "number") {
    throw argumentError("status", "a number or a bigint", status);
  }
  const value = status >>> 0;
  if (value === status || (status | 0) === status) return value;
  throw rangeError("status", "an integer of 32 bits, or a bigint", status);
}
