/**
 * Files made of handles from elsewhere.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import {
  checkHandle,
  checkLabel,
  type HandleOptions,
  modeOfHandle,
} from "../file/taken_handle.ts";
import {
  checkedLimit,
  type InFlightLimit,
} from "../overlapped/in_flight_limiter.ts";
import { OverlappedFile } from "../overlapped/overlapped_file.ts";
import { SyncFile } from "../sync/sync_file.ts";
import { checkBoolean, settingsOf } from "../file/option_values.ts";

/** What becomes of a handle from elsewhere. */
export interface FromHandleOptions extends HandleOptions {
  /**
   * What errors call the file. If it is an absolute path, its volume is asked
   * for what the handle does not give away.
   *
   * @default {"handle 420"}
   */
  readonly path?: string | undefined;
  /** How much may be in flight at once, if the handle is overlapped. */
  readonly maxInFlight?: InFlightLimit | undefined;
}

/**
 * Makes a file of a handle that was opened elsewhere, and finds out what the
 * handle can do. The file closes it, and so does the garbage collector if the
 * file is dropped, unless `owned` is false or the handle is one of the three
 * standard handles. A `SyncFile` begins at the handle's file pointer, also
 * between the sectors of an unbuffered file.
 *
 * An overlapped handle is bound to the completion port of this thread for as
 * long as it is open, also beyond the file: it cannot be bound to another. It
 * has no file pointer, and its file begins at 0.
 *
 * @param handle The handle.
 * @param options What errors call it, whether the file owns it, and how much
 * may be in flight at once; or only what errors call it.
 * @returns An `OverlappedFile` if the handle was opened with
 * FILE_FLAG_OVERLAPPED, else a `SyncFile`.
 * @throws {TypeError} If the handle is no bigint or is INVALID_HANDLE_VALUE, or
 * an option is wrong.
 * @throws {RangeError} If a limit is out of range.
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file, pipe
 * or device, ERROR_INVALID_PARAMETER if it is bound to a completion port. It is
 * not taken over then.
 *
 * @see https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_mode_information
 *
 * @example Take the standard output, which stays open
 * ```ts
 * import { fromHandle } from "@kernel32/io";
 * import { kernel32, STD_OUTPUT_HANDLE } from "@kernel32/io/raw";
 *
 * const handle = kernel32.GetStdHandle(STD_OUTPUT_HANDLE);
 * const output = fromHandle(handle, { path: "stdout" });
 * console.log(output.owned); // false
 * ```
 *
 * @example Serve a pipe that the raw layer made
 * ```ts
 * import { fromHandle, INVALID_HANDLE_VALUE, Win32Error } from "@kernel32/io";
 * import {
 *   FILE_FLAG_OVERLAPPED,
 *   kernel32,
 *   PIPE_ACCESS_DUPLEX,
 * } from "@kernel32/io/raw";
 *
 * const handle = kernel32.CreateNamedPipeW(
 *   "\\\\.\\pipe\\from-handle-example",
 *   PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
 *   0,
 *   1,
 *   4096,
 *   4096,
 *   0,
 *   null,
 * );
 * if (handle === INVALID_HANDLE_VALUE) throw Win32Error.last("CreateNamedPipeW");
 * const file = fromHandle(handle, { path: "a pipe of our own" });
 * console.log(file.path); // a pipe of our own
 * await file.close();
 * ```
 */
export function fromHandle(
  handle: Handle,
  options: FromHandleOptions | string = {},
): SyncFile | OverlappedFile {
  checkHandle(handle);
  const { path, owned, maxInFlight } = checkedOptions(
    handle,
    typeof options === "string" ? { path: options } : options,
  );
  const { mode, overlapped } = modeOfHandle(handle, path);
  return overlapped
    ? new OverlappedFile(handle, path, mode, { maxInFlight, owned })
    : new SyncFile(handle, path, mode, { owned });
}

/** Reads the options, each once, and checks them. */
function checkedOptions(handle: Handle, options: FromHandleOptions) {
  const settings = settingsOf("fromHandle()", options, {
    path: `handle ${handle}`,
    owned: true,
    maxInFlight: {},
  });
  checkLabel(settings.path);
  checkBoolean("owned", settings.owned);
  return { ...settings, maxInFlight: checkedLimit(settings.maxInFlight) };
}
