/**
 * The Win32 error codes of operations of the kernel that have ended.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { OVERLAPPED } from "../win32/offsets.ts";
import { ERROR_SUCCESS } from "./codes.ts";
import { getLastWin32Error, preservingLastError } from "./last_error.ts";

/** GetOverlappedResult uses no handle once the operation has ended. */
const NO_HANDLE = 0n as Handle;

/**
 * Translates the NTSTATUS of an operation that has ended into a Win32 error
 * code: ERROR_SUCCESS for any success and for any information, otherwise what
 * the system makes of it. GetOverlappedResult translates the status of an
 * OVERLAPPED as it does for C programs.
 *
 * @param status The status, signed or unsigned; not STATUS_PENDING.
 */
export function codeOfStatus(status: number): number {
  return isSuccess(status) ? ERROR_SUCCESS : translated(status);
}

function translated(status: number): number {
  const overlapped = new DataView(new ArrayBuffer(OVERLAPPED.size));
  overlapped.setUint32(OVERLAPPED.Internal, status, true);
  return preservingLastError(() => {
    const succeeded = kernel32.GetOverlappedResult(
      NO_HANDLE,
      overlapped,
      new Uint32Array(1),
      false,
    );
    return succeeded ? ERROR_SUCCESS : getLastWin32Error();
  });
}

/**
 * Does what NT_SUCCESS does: severity 0 is success (STATUS_TIMEOUT is one), 1
 * information, 2 a warning, 3 an error.
 * https://learn.microsoft.com/windows-hardware/drivers/kernel/using-ntstatus-values
 */
function isSuccess(status: number): boolean {
  return status >>> 30 < 2;
}
