/**
 * Sentences that say what to do about the errors of ports.
 *
 * @module
 */
import {
  ERROR_ACCESS_DENIED,
  ERROR_BAD_COMMAND,
  ERROR_DEVICE_NOT_CONNECTED,
  ERROR_DEVICE_REMOVED,
  ERROR_FILE_NOT_FOUND,
  ERROR_GEN_FAILURE,
  ERROR_HANDLE_EOF,
  ERROR_IO_DEVICE,
  ERROR_NO_SUCH_DEVICE,
  ERROR_NOT_READY,
  ERROR_OPERATION_ABORTED,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";

/** What drivers end operations with whose device has been unplugged. */
const REMOVED: readonly number[] = [
  ERROR_FILE_NOT_FOUND,
  ERROR_ACCESS_DENIED,
  ERROR_NOT_READY,
  ERROR_BAD_COMMAND,
  ERROR_GEN_FAILURE,
  ERROR_HANDLE_EOF,
  ERROR_NO_SUCH_DEVICE,
  ERROR_OPERATION_ABORTED,
  ERROR_IO_DEVICE,
  ERROR_DEVICE_NOT_CONNECTED,
  ERROR_DEVICE_REMOVED,
];

/** Returns the error of an open port, with a sentence if the port may be gone. */
export function withRemovalHint(error: unknown): unknown {
  if (!(error instanceof Win32Error) || !REMOVED.includes(error.win32)) {
    return error;
  }
  return hinted(
    error,
    "The port may have been unplugged: close it, and open it again when it is " +
      "back.",
  );
}

/** Returns the same error with a sentence. */
export function hinted(error: Win32Error, hint: string): Win32Error {
  const { syscall, win32, path, bytesTransferred } = error;
  return new Win32Error(syscall, win32, { path, bytesTransferred, hint });
}
