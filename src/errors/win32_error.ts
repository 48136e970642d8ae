/**
 * The errors that this module throws.
 *
 * @module
 */
import { posixCodeOf, symbolOf } from "./codes.ts";
import { formatMessage } from "./message.ts";
import { getLastWin32Error } from "./last_error.ts";

/** What is known about a failed call beside its code. */
export interface Win32ErrorDetails {
  /** The path of the file that the call was for. */
  path?: string | undefined;
  /** How many bytes had been transferred before the failure. */
  bytesTransferred?: number | undefined;
  /** A sentence that helps the reader on. */
  hint?: string | undefined;
  /** The error behind this one. */
  cause?: unknown;
}

/**
 * A call into Windows that failed.
 *
 * @example Tell a full disk from other failures
 * ```ts
 * import { openSync, Win32Error } from "@kernel32/io";
 *
 * try {
 *   openSync("C:\\no such folder\\file.bin");
 * } catch (error) {
 *   if (!(error instanceof Win32Error)) throw error;
 *   console.log(error.win32, error.symbol, error.code, error.syscall);
 *   // 3 ERROR_PATH_NOT_FOUND ENOENT CreateFileW
 * }
 * ```
 */
export class Win32Error extends Error {
  /** "Win32Error". */
  override readonly name = "Win32Error";
  /** The Win32 error code: 112. */
  readonly win32: number;
  /** Its name in winerror.h: "ERROR_DISK_FULL". */
  readonly symbol: string;
  /** The code that errors of `node:fs` have for it: "ENOSPC". */
  readonly code: string;
  /** The function that failed: "WriteFile". */
  readonly syscall: string;
  /** The path of the file, if it is known. */
  readonly path: string | undefined;
  /** How many bytes had been transferred before the failure, if any could. */
  readonly bytesTransferred: number | undefined;
  readonly #details: Win32ErrorDetails;

  /**
   * Makes the error of a failed call.
   *
   * @param syscall The function that failed.
   * @param win32 The Win32 error code.
   * @param details What else is known.
   */
  constructor(syscall: string, win32: number, details: Win32ErrorDetails = {}) {
    const symbol = symbolOf(win32);
    const hint = details.hint === undefined ? "" : `. ${details.hint}`;
    super(
      `${syscall} failed: ${formatMessage(win32)} (${symbol}, ${win32})${hint}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.win32 = win32;
    this.symbol = symbol;
    this.code = posixCodeOf(win32, { write: syscall.startsWith("WriteFile") });
    this.syscall = syscall;
    this.path = details.path;
    this.bytesTransferred = details.bytesTransferred;
    this.#details = details;
  }

  /**
   * Makes the same error with another count of bytes, for an operation that
   * the failed call was one part of.
   *
   * @param bytesTransferred How many bytes the whole operation transferred.
   * @returns The error, to be thrown.
   *
   * @example Add up
   * ```ts
   * import { Win32Error } from "@kernel32/io";
   *
   * const part = new Win32Error("WriteFile", 112, { bytesTransferred: 512 });
   * console.log(part.withBytesTransferred(4608).bytesTransferred); // 4608
   * ```
   */
  withBytesTransferred(bytesTransferred: number): Win32Error {
    const details = { ...this.#details, bytesTransferred };
    return new Win32Error(this.syscall, this.win32, details);
  }

  /**
   * Makes the error of the last call of the raw layer.
   *
   * @param syscall The function that was called.
   * @param details What else is known.
   * @returns The error, to be thrown.
   *
   * @example Throw after a raw call
   * ```ts
   * import { toHandle, Win32Error } from "@kernel32/io";
   * import { kernel32 } from "@kernel32/io/raw";
   *
   * try {
   *   if (!kernel32.CloseHandle(toHandle(0x7FFF0000))) {
   *     throw Win32Error.last("CloseHandle");
   *   }
   * } catch (error) {
   *   console.log((error as Win32Error).symbol); // ERROR_INVALID_HANDLE
   * }
   * ```
   */
  static last(syscall: string, details: Win32ErrorDetails = {}): Win32Error {
    return new Win32Error(syscall, getLastWin32Error(), details);
  }
}

/** A method was called on a file that is closed. */
export class FileClosedError extends Error {
  /** "FileClosedError". */
  override readonly name = "FileClosedError";
  /** "EBADF", as errors of `node:fs` have it. */
  readonly code = "EBADF";

  /** Makes the error of a method's call on a closed file. */
  constructor(method: string, path: string) {
    super(
      `${method}() needs an open file, and "${path}" has been closed. Open it ` +
        "again, or close it later.",
    );
  }
}

/** The file ended before as many bytes had been read as were asked for. */
export class UnexpectedEndOfFileError extends Error {
  /** "UnexpectedEndOfFileError". */
  override readonly name = "UnexpectedEndOfFileError";
  /** How many bytes had been read. They are in the buffer. */
  readonly bytesTransferred: number;

  /** Makes the error of a read that came to the end. */
  constructor(path: string, wanted: number, bytesTransferred: number) {
    super(
      `"${path}" ended after ${bytesTransferred} of the ${wanted} bytes that ` +
        "were to be read",
    );
    this.bytesTransferred = bytesTransferred;
  }
}
