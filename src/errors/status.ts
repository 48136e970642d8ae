/**
 * How operations of the kernel have ended.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import { preservingLastError } from "./last_error.ts";
import { OVERLAPPED } from "../win32/offsets.ts";
import { getLastWin32Error } from "./last_error.ts";
import type { Handle } from "../../ffi/handle.ts";

/** Whose handle it is plays no part once an operation has ended. */
const NO_HANDLE = 0n as Handle;

/**
 * Translates an NTSTATUS into a Win32 error code; 0 if it is that of a success.
 * The system does it, as for C programs: an OVERLAPPED with the status in it is
 * that of an operation that has ended, and GetOverlappedResult tells how.
 */
export function codeOfStatus(status: number): number {
  if (status === 0) return 0;
  const overlapped = new DataView(new ArrayBuffer(OVERLAPPED.size));
  overlapped.setUint32(OVERLAPPED.Internal, status, true);
  return preservingLastError(() =>
    kernel32.GetOverlappedResult(
        NO_HANDLE,
        overlapped,
        new Uint32Array(1),
        false,
      )
      ? 0
      : getLastWin32Error()
  );
}
