/**
 * The errors that this module throws.
 *
 * @module
 */
import { posixCodeOf, symbolOf } from "./codes.ts";
import { formatMessage } from "./message.ts";
import { getLastWin32Error } from "./last_error.ts";

/** What is known about a failed call besides its code. */
export interface Win32ErrorDetails {
  /** The path of the file that the call was for. */
  path?: string | undefined;
  /** How many bytes had been transferred before the failure. */
  bytesTransferred?: number | undefined;
  /** What a driver returned although it failed. */
  output?: Uint8Array<ArrayBuffer> | undefined;
  /** A sentence that says what to do. The message ends with it. */
  hint?: string | undefined;
  /** The code that errors of `node:fs` would have, if the table has another. */
  code?: string | undefined;
  /** The error that caused this one. */
  cause?: unknown;
}

/**
 * A call into Windows that failed.
 *
 * @example Handle a missing folder
 * ```ts
 * import { openSync, Win32Error } from "@kernel32/io";
 *
 * try {
 *   openSync("C:\\no such folder\\file.bin");
 * } catch (error) {
 *   if (!(error instanceof Win32Error)) throw error;
 *   console.log(error.win32, error.symbol, error.code, error.syscall);
 *   // 3 ERROR_PATH_NOT_FOUND ENOENT CreateFileW
 *   console.log(error.path); // C:\no such folder\file.bin
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
  /**
   * The part of its output that a driver returned: of `deviceIoControl()` that
   * failed with ERROR_MORE_DATA.
   */
  readonly output: Uint8Array<ArrayBuffer> | undefined;
  readonly #details: Win32ErrorDetails;

  /**
   * Creates the error of a failed call.
   *
   * @param syscall The function that failed.
   * @param win32 The Win32 error code.
   * @param details What else is known.
   */
  constructor(syscall: string, win32: number, details: Win32ErrorDetails = {}) {
    const symbol = symbolOf(win32);
    const file = details.path === undefined ? "" : ` for '${details.path}'`;
    const hint = details.hint === undefined ? "" : `. ${details.hint}`;
    super(
      `${syscall} failed${file}: ${formatMessage(win32)} ` +
        `(${symbol}, ${win32})${hint}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.win32 = win32;
    this.symbol = symbol;
    this.code = details.code ??
      posixCodeOf(win32, { write: /^(Write|Flush)File/.test(syscall) });
    this.syscall = syscall;
    this.path = details.path;
    this.bytesTransferred = details.bytesTransferred;
    this.output = details.output;
    this.#details = details;
  }

  /**
   * Returns the same error with another count of bytes, for an operation of
   * which the failed call was one part.
   *
   * @param bytesTransferred How many bytes the whole operation transferred.
   * @returns A new error, to be thrown.
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
    return errorOf(this.syscall, this.win32, details);
  }

  /**
   * Creates the error of the last call of the raw layer.
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
    return errorOf(syscall, getLastWin32Error(), details);
  }
}

/**
 * Creates an error for a method of the class: to a class whose body names it,
 * bundlers give another name, which runtimes print.
 */
function errorOf(
  syscall: string,
  win32: number,
  details: Win32ErrorDetails,
): Win32Error {
  return new Win32Error(syscall, win32, details);
}

/** A method was called on a file that is closed. */
export class FileClosedError extends Error {
  /** "FileClosedError". */
  override readonly name = "FileClosedError";
  /** "EBADF", as on errors of `node:fs`. */
  readonly code = "EBADF";
  /** The path of the file. */
  readonly path: string;

  /**
   * Creates the error of a method's call on a closed file.
   *
   * @param method The name of the method.
   * @param path The path of the file.
   */
  constructor(method: string, path: string) {
    super(
      `${method}() needs an open file, and '${path}' has been closed. Open it ` +
        "again, or close it later.",
    );
    this.path = path;
  }
}

/** The file ended before the requested number of bytes had been read. */
export class UnexpectedEndOfFileError extends Error {
  /** "UnexpectedEndOfFileError". */
  override readonly name = "UnexpectedEndOfFileError";
  /** "EOF", as on a {@linkcode Win32Error} of a read at the end of a file. */
  readonly code = "EOF";
  /** The path of the file. */
  readonly path: string;
  /** How many bytes were read. They are in the buffer. */
  readonly bytesTransferred: number;

  /**
   * Creates the error of a read that reached the end.
   *
   * @param path The path of the file.
   * @param requested How many bytes were to be read.
   * @param bytesTransferred How many bytes were read.
   */
  constructor(path: string, requested: number, bytesTransferred: number) {
    super(
      `'${path}' ended after ${bytesTransferred} of the ${requested} bytes ` +
        "that were to be read.",
    );
    this.path = path;
    this.bytesTransferred = bytesTransferred;
  }
}
