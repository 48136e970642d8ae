/**
 * What a file is open on, and so what a transfer of 0 bytes means.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import {
  ERROR_NO_DATA,
  ERROR_SEM_TIMEOUT,
  ERROR_TIMEOUT,
  ERROR_WRITE_FAULT,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { DCB } from "../win32/offsets.ts";

/** What a handle is open on. A disk is also a file, a pipe also a mailslot. */
export type DeviceKindName = "disk" | "pipe" | "serial" | "console" | "other";

/** What a read of 0 bytes is. */
export type EmptyRead = "end" | "message" | "timeout" | "nothing";

const EMPTY_READS: Readonly<Record<DeviceKindName, EmptyRead>> = {
  disk: "end",
  console: "end",
  pipe: "message",
  serial: "timeout",
  other: "nothing",
};

type Syscall = "ReadFile" | "WriteFile";

/** What follows from the kind of a handle. */
export class DeviceKind {
  /** The kind. */
  readonly name: DeviceKindName;
  /** What a read of 0 bytes is. */
  readonly emptyRead: EmptyRead;
  readonly #path: string;

  /** Takes the kind, and what errors call the handle. */
  constructor(name: DeviceKindName, path: string) {
    this.name = name;
    this.emptyRead = EMPTY_READS[name];
    this.#path = path;
  }

  /**
   * Whether a code is a time-out after which the transfer counts as it is: some
   * drivers of serial ports fail then, where others succeed with a short count.
   */
  isTimeout(code: number): boolean {
    return (code === ERROR_SEM_TIMEOUT || code === ERROR_TIMEOUT) &&
      this.name === "serial";
  }

  /**
   * Whether nothing more is to be read by a method that wants more.
   *
   * @param done How many bytes the error of a time-out counts.
   * @throws {Win32Error} ERROR_TIMEOUT if a serial port has no more.
   */
  endsReading(count: number, done: number): boolean {
    if (count > 0) return false;
    const { emptyRead } = this;
    if (emptyRead === "timeout") throw this.#timeoutError("ReadFile", done);
    return emptyRead !== "message";
  }

  /**
   * Checks whether the rest of a write that was short can be written.
   *
   * @param count How many of the `wanted` bytes were written.
   * @param done How many bytes the error counts.
   * @throws {Win32Error} ERROR_TIMEOUT of a serial port, ERROR_NO_DATA of a pipe
   * that does not block, ERROR_WRITE_FAULT of another device.
   */
  checkWritten(count: number, wanted: number, done: number): void {
    if (count === wanted) return;
    const { name } = this;
    if (name === "serial") throw this.#timeoutError("WriteFile", done);
    if (count > 0) return;
    throw name === "pipe"
      ? this.#error(
        "WriteFile",
        ERROR_NO_DATA,
        done,
        "The pipe does not block and has no room left.",
      )
      : this.#error("WriteFile", ERROR_WRITE_FAULT, done, "Nothing was taken.");
  }

  #timeoutError(syscall: Syscall, bytesTransferred: number): Win32Error {
    return this.#error(
      syscall,
      ERROR_TIMEOUT,
      bytesTransferred,
      "readTimeout and writeTimeout of openSerial() set how long a serial " +
        "port waits, and so does SetCommTimeouts().",
    );
  }

  #error(
    syscall: Syscall,
    code: number,
    bytesTransferred: number,
    hint: string,
  ): Win32Error {
    const path = this.#path;
    return new Win32Error(syscall, code, { path, bytesTransferred, hint });
  }
}

/**
 * Asks a character device what it is: only serial ports have a COMM state, and
 * only consoles a console mode.
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommstate
 * https://learn.microsoft.com/windows/console/getconsolemode
 */
export function characterKindOf(handle: Handle): DeviceKindName {
  const state = new DataView(new ArrayBuffer(DCB.size));
  state.setUint32(DCB.DCBlength, DCB.size, true);
  if (kernel32.GetCommState(handle, state)) return "serial";
  const mode = new Uint32Array(1);
  return kernel32.GetConsoleMode(handle, mode) ? "console" : "other";
}
