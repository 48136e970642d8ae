/**
 * The Win32 error codes that file, pipe, device and volume I/O can yield.
 *
 * @module
 */

import { describe } from "./describe.ts";
import { type Win32Row, win32Table } from "./win32_table.ts";

/**
 * Returns the name under which winerror.h defines a Win32 error code.
 *
 * @param code The code, as GetLastError returns it.
 * @returns The symbol; "ERROR_" and the number for a code outside the table.
 *
 * @example Name an error
 * ```ts
 * import { symbolOf } from "@kernel32/io";
 *
 * console.log(symbolOf(112)); // "ERROR_DISK_FULL"
 * console.log(symbolOf(65000)); // "ERROR_65000"
 * ```
 */
export function symbolOf(code: number): string {
  return rows().get(code)?.[1] ?? `ERROR_${code}`;
}

/** What {@linkcode posixCodeOf} takes into account about the failed call. */
export interface PosixCodeOptions {
  /**
   * Whether the call was a write. To a writer a broken pipe is "EPIPE", to a
   * reader it is the end of the file, "EOF".
   *
   * @default {false}
   */
  write?: boolean;
}

/**
 * Translates a Win32 error code into the code that errors of `node:fs` carry.
 *
 * @param code The code, as GetLastError returns it.
 * @param options Which kind of call failed.
 * @returns A code such as "ENOENT"; "UNKNOWN" for a code without a counterpart.
 *
 * @example Treat a full disk alike everywhere
 * ```ts
 * import { posixCodeOf } from "@kernel32/io";
 *
 * console.log(posixCodeOf(112)); // "ENOSPC"
 * console.log(posixCodeOf(109)); // "EOF"
 * console.log(posixCodeOf(109, { write: true })); // "EPIPE"
 * ```
 */
export function posixCodeOf(
  code: number,
  options: PosixCodeOptions = {},
): string {
  if (options.write && code === ERROR_BROKEN_PIPE) return "EPIPE";
  return rows().get(code)?.[2] ?? "UNKNOWN";
}

/**
 * Returns the Win32 error code that winerror.h defines a symbol as.
 *
 * @param symbol The symbol, such as "ERROR_DISK_FULL".
 * @returns The code.
 * @throws {RangeError} If the symbol is not in the table.
 *
 * @example Look a code up
 * ```ts
 * import { win32CodeOf } from "@kernel32/io";
 *
 * console.log(win32CodeOf("ERROR_DISK_FULL")); // 112
 * ```
 */
export function win32CodeOf(symbol: string): number {
  for (const [code, name] of rows().values()) if (name === symbol) return code;
  throw new RangeError(
    "symbol must name a Win32 error of file I/O, such as ERROR_DISK_FULL: " +
      `got ${describe(symbol)}`,
  );
}

/**
 * Lists the whole table.
 *
 * @returns Pairs of code and symbol, in the order of the codes.
 *
 * @example Count the named errors
 * ```ts
 * import { win32Codes } from "@kernel32/io";
 *
 * console.log([...win32Codes()].length > 250); // true
 * ```
 */
export function* win32Codes(): Iterable<[code: number, symbol: string]> {
  for (const [code, symbol] of rows().values()) yield [code, symbol];
}

/** Nothing failed. */
export const ERROR_SUCCESS = 0;
/** The file system or device does not implement the request. */
export const ERROR_INVALID_FUNCTION = 1;
/** The last part of the path does not exist. */
export const ERROR_FILE_NOT_FOUND = 2;
/** A folder of the path does not exist. */
export const ERROR_PATH_NOT_FOUND = 3;
/** The access right is missing, or the handle was opened without it. */
export const ERROR_ACCESS_DENIED = 5;
/** The value is not an open handle, or one of the wrong kind. */
export const ERROR_INVALID_HANDLE = 6;
/** Memory ran out, or too many asynchronous requests are pending. */
export const ERROR_NOT_ENOUGH_MEMORY = 8;
/** The two paths are on different volumes. */
export const ERROR_NOT_SAME_DEVICE = 17;
/** The medium is write-protected. */
export const ERROR_WRITE_PROTECT = 19;
/** The drive has no medium, or is not ready for another reason. */
export const ERROR_NOT_READY = 21;
/** The device does not know the command, as after it was unplugged. */
export const ERROR_BAD_COMMAND = 22;
/** The data fail their checksum. */
export const ERROR_CRC = 23;
/** The device has no such sector, as beyond the end of a disk. */
export const ERROR_SECTOR_NOT_FOUND = 27;
/** The device did not take the data. */
export const ERROR_WRITE_FAULT = 29;
/** The device does not work, as after it was unplugged. */
export const ERROR_GEN_FAILURE = 31;
/** Another handle's share mode excludes this one. */
export const ERROR_SHARING_VIOLATION = 32;
/** Another handle holds a lock of a part of the range. */
export const ERROR_LOCK_VIOLATION = 33;
/** The read starts at or beyond the end of the file. */
export const ERROR_HANDLE_EOF = 38;
/** The disk is full. */
export const ERROR_HANDLE_DISK_FULL = 39;
/** The file system or device does not support the request. */
export const ERROR_NOT_SUPPORTED = 50;
/** The connection to the server has ended. */
export const ERROR_NETNAME_DELETED = 64;
/** The file exists and CREATE_NEW was asked for. */
export const ERROR_FILE_EXISTS = 80;
/** An argument is wrong; for unbuffered I/O, often its alignment. */
export const ERROR_INVALID_PARAMETER = 87;
/** The other end of the pipe is closed. */
export const ERROR_BROKEN_PIPE = 109;
/** There is not enough space on the disk. */
export const ERROR_DISK_FULL = 112;
/** This system lacks the function or information class. */
export const ERROR_CALL_NOT_IMPLEMENTED = 120;
/** The time-out of a wait for a pipe or network has elapsed. */
export const ERROR_SEM_TIMEOUT = 121;
/** The buffer is too small for the answer. */
export const ERROR_INSUFFICIENT_BUFFER = 122;
/** The path is no path: it has characters that no name may have. */
export const ERROR_INVALID_NAME = 123;
/** The range to unlock is not locked. */
export const ERROR_NOT_LOCKED = 158;
/** An object of this name exists; also set by a successful CREATE_ALWAYS. */
export const ERROR_ALREADY_EXISTS = 183;
/** The file would grow beyond what the file system allows. */
export const ERROR_FILE_TOO_LARGE = 223;
/** All instances of the pipe are in use. */
export const ERROR_PIPE_BUSY = 231;
/** The pipe is being closed, or is empty and does not block. */
export const ERROR_NO_DATA = 232;
/** The pipe has no process at its other end. */
export const ERROR_PIPE_NOT_CONNECTED = 233;
/** The buffer is full, and the message has more bytes. */
export const ERROR_MORE_DATA = 234;
/** The wait ended by its time-out. */
export const WAIT_TIMEOUT = 258;
/** The Win32 code of an NTSTATUS that has no counterpart. */
export const ERROR_MR_MID_NOT_FOUND = 317;
/** The device is no longer there. */
export const ERROR_NO_SUCH_DEVICE = 433;
/** A client connected before ConnectNamedPipe was called. */
export const ERROR_PIPE_CONNECTED = 535;
/** No client has opened the pipe yet. */
export const ERROR_PIPE_LISTENING = 536;
/** The completion port was closed during the wait. */
export const ERROR_ABANDONED_WAIT_0 = 735;
/** The operation was cancelled, or its thread has ended. */
export const ERROR_OPERATION_ABORTED = 995;
/** The overlapped operation has not ended yet. */
export const ERROR_IO_INCOMPLETE = 996;
/** The overlapped operation has started, which is no failure. */
export const ERROR_IO_PENDING = 997;
/** An address given to the call is not accessible. */
export const ERROR_NOACCESS = 998;
/** The medium in the drive has been changed. */
export const ERROR_MEDIA_CHANGED = 1110;
/** The device has an error. */
export const ERROR_IO_DEVICE = 1117;
/** The device is not connected. */
export const ERROR_DEVICE_NOT_CONNECTED = 1167;
/** There is no such operation to cancel. */
export const ERROR_NOT_FOUND = 1168;
/** The file cannot be shortened while a view of it is mapped. */
export const ERROR_USER_MAPPED_FILE = 1224;
/** The process has not enabled a privilege that the call needs. */
export const ERROR_PRIVILEGE_NOT_HELD = 1314;
/** The request is too large for the system's resources. */
export const ERROR_NO_SYSTEM_RESOURCES = 1450;
/** The working set is too small to lock the buffer. */
export const ERROR_WORKING_SET_QUOTA = 1453;
/** The paging file is too small for the allocation. */
export const ERROR_COMMITMENT_LIMIT = 1455;
/** The time-out of an operation has elapsed. */
export const ERROR_TIMEOUT = 1460;
/** The device was removed. */
export const ERROR_DEVICE_REMOVED = 1617;
/** Too many asynchronous requests are pending, or the buffer is unusable. */
export const ERROR_INVALID_USER_BUFFER = 1784;
/** The buffer's pages cannot be locked within the quota. */
export const ERROR_NOT_ENOUGH_QUOTA = 1816;

/**
 * Returns whether a code says that the system is short of memory or quota for
 * the moment, so that a smaller request, or the same one later, can succeed.
 *
 * @param code The Win32 error code.
 * @returns Whether it is one of those.
 *
 * @example Decide whether to try again
 * ```ts
 * import { isShortage } from "@kernel32/io";
 *
 * console.log(isShortage(1450), isShortage(112)); // true false
 * ```
 */
export function isShortage(code: number): boolean {
  return SHORTAGES.includes(code);
}

// "If this function fails with ERROR_INVALID_USER_BUFFER or
// ERROR_NOT_ENOUGH_MEMORY, there are too many outstanding asynchronous I/O
// requests." The quotas are those of locking the buffer's pages.
// https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
const SHORTAGES: readonly number[] = [
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_WORKING_SET_QUOTA,
  ERROR_INVALID_USER_BUFFER,
  ERROR_NOT_ENOUGH_QUOTA,
];

let byCode: ReadonlyMap<number, Win32Row> | undefined;

function rows(): ReadonlyMap<number, Win32Row> {
  return byCode ??= new Map(win32Table().map((row) => [row[0], row]));
}
