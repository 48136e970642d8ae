/**
 * The raw layer: the functions of kernel32 under Microsoft's names, with
 * Microsoft's parameters.
 *
 * A buffer parameter takes bytes (any `ArrayBufferView`) or a raw address
 * (`bigint`), and null where Microsoft allows NULL. Handles, addresses and other
 * 64-bit values are `bigint`. A failed call returns what Microsoft says, and
 * {@linkcode getLastWin32Error} tells why.
 *
 * JS memory is lent to the kernel for the duration of one call. Memory that an
 * overlapped operation goes on using belongs into an `AlignedBuffer`, whose
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
import { bindKernel32 } from "../ffi/all_calls.ts";
import type { Kernel32 } from "../ffi/kernel32.ts";
import type { LastErrorCapture } from "../ffi/lasterror.ts";
import { frames } from "../ffi/mod.ts";

export type {
  Arguments,
  Functions,
  Kernel32,
  Parameter,
  Pointer,
  Prototype,
  Vocabulary,
  WideString,
} from "../ffi/kernel32.ts";
export type { Handle } from "../ffi/handle.ts";
export * from "./win32/constants.ts";
export { getLastWin32Error } from "./errors/last_error.ts";
export type { LastErrorCapture } from "../ffi/lasterror.ts";

/**
 * The functions of kernel32. Nothing is loaded before the first call.
 *
 * Each call throws a `TypeError` or `RangeError` for an argument that does not
 * fit its parameter, before the system is called, and an `Error` where there is
 * no kernel32.
 *
 * @example Ask for the type of a handle
 * ```ts
 * import {
 *   FILE_TYPE_PIPE,
 *   kernel32,
 *   STD_OUTPUT_HANDLE,
 * } from "@kernel32/io/raw";
 *
 * const output = kernel32.GetStdHandle(STD_OUTPUT_HANDLE);
 * console.log(kernel32.GetFileType(output) === FILE_TYPE_PIPE);
 * ```
 */
export const kernel32: Kernel32 = /* @__PURE__ */ bindKernel32();

/**
 * Tells how the last error is obtained: "same-frame", or "after-call" where the
 * process may not make executable memory, so that now and then the runtime may
 * change the thread's last error before it has been read.
 *
 * @returns The way that is in use.
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
  return frames().capture;
}
