/**
 * The raw layer: the functions of kernel32 under Microsoft's names, with
 * Microsoft's parameters.
 *
 * A buffer parameter takes bytes (any `ArrayBufferView`) or a raw address
 * (`bigint`), and null where Microsoft allows NULL. Handles, addresses and other
 * 64-bit values are `bigint`. A failed call returns what Microsoft says, and
 * {@linkcode getLastWin32Error} returns the reason.
 *
 * The kernel uses JS memory for the duration of one call. Memory that an
 * overlapped operation uses after the call belongs into an `AlignedBuffer`, whose
 * address does not change.
 *
 * @example Write bytes, as in C
 * ```ts
 * import {
 *   CREATE_ALWAYS,
 *   FILE_FLAG_DELETE_ON_CLOSE,
 *   GENERIC_WRITE,
 *   getLastWin32Error,
 *   kernel32,
 * } from "@kernel32/io/raw";
 *
 * const file = kernel32.CreateFileW(
 *   "raw.tmp",
 *   GENERIC_WRITE,
 *   0,
 *   null,
 *   CREATE_ALWAYS,
 *   FILE_FLAG_DELETE_ON_CLOSE,
 *   null,
 * );
 * const bytes = new TextEncoder().encode("hello");
 * const written = new Uint32Array(1);
 * if (!kernel32.WriteFile(file, bytes, bytes.length, written, null)) {
 *   throw new Error(`WriteFile failed: ${getLastWin32Error()}`);
 * }
 * console.log(written[0]); // 5
 * kernel32.CloseHandle(file);
 * ```
 *
 * @module
 */
import { type LastErrorCapture, thread } from "../ffi/thread.ts";

export type { Handle } from "../ffi/handle.ts";
export type { Kernel32, Pointer, WideString } from "../ffi/kernel32.ts";
export type { LastErrorCapture } from "../ffi/thread.ts";
export { kernel32 } from "../ffi/kernel32.ts";
export { getLastWin32Error } from "./errors/last_error.ts";
export * from "./win32/comm_constants.ts";
export * from "./win32/constants.ts";

/**
 * Returns how the last error is obtained: "same-frame", or "after-call" where the
 * process may not make executable memory, so that now and then the runtime may
 * change the thread's last error before it has been read.
 *
 * @returns The capture that is in use.
 * @throws {Error} If the system has no kernel32.
 *
 * @example See which it is
 * ```ts
 * import { lastErrorCapture } from "@kernel32/io/raw";
 *
 * console.log(lastErrorCapture()); // same-frame
 * ```
 */
export function lastErrorCapture(): LastErrorCapture {
  return thread().capture;
}
