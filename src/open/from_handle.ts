/**
 * Files made of handles from elsewhere.
 *
 * @module
 */
import {
  FILE_APPEND_DATA,
  FILE_READ_DATA,
  FILE_WRITE_DATA,
} from "../win32/constants.ts";
import {
  FileAccessInformation,
  FileModeInformation,
  queryFile,
} from "../../ffi/ntdll.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { InFlightLimit } from "../overlapped/in_flight_limiter.ts";
import type { FileMode } from "../file/mode.ts";
import { OverlappedFile } from "../overlapped/overlapped_file.ts";
import type { Handle } from "../../ffi/handle.ts";
import { codeOfStatus } from "../errors/status.ts";
import { SyncFile } from "../sync/sync_file.ts";

/** What `FileModeInformation` says of a handle. */
const FILE_NO_INTERMEDIATE_BUFFERING = 0x08;
const FILE_SYNCHRONOUS_IO = 0x30;

/**
 * Takes over a handle that was opened elsewhere, and finds out what it can do.
 * The file closes it.
 *
 * @param handle The handle.
 * @param path What errors call it.
 * @param limit How much may be under way at once, if it is overlapped.
 * @returns An `OverlappedFile` if the handle was opened with
 * FILE_FLAG_OVERLAPPED, else a `SyncFile`.
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file, pipe
 * or device, ERROR_INVALID_PARAMETER if it is bound to a completion port. It is
 * not taken over then.
 *
 * @see https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_mode_information
 *
 * @example Serve a pipe that the raw layer made
 * ```ts
 * import { fromHandle } from "@kernel32/io";
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
 * const file = fromHandle(handle, "a pipe of our own");
 * console.log(file.path); // a pipe of our own
 * await file.close();
 * ```
 */
export function fromHandle(
  handle: Handle,
  path: string = `handle ${handle}`,
  limit?: InFlightLimit,
): SyncFile | OverlappedFile {
  const mode = query(handle, FileModeInformation, path);
  const access = query(handle, FileAccessInformation, path);
  const write = (access & FILE_WRITE_DATA) !== 0;
  const file: FileMode = {
    read: (access & FILE_READ_DATA) !== 0,
    write,
    append: !write && (access & FILE_APPEND_DATA) !== 0,
    unbuffered: (mode & FILE_NO_INTERMEDIATE_BUFFERING) !== 0,
  };
  return (mode & FILE_SYNCHRONOUS_IO) !== 0
    ? new SyncFile(handle, path, file)
    : new OverlappedFile(handle, path, file, limit);
}

function query(handle: Handle, informationClass: number, path: string): number {
  const { status, value } = queryFile(handle, informationClass);
  if (status === 0) return value;
  const code = codeOfStatus(status);
  throw new Win32Error("NtQueryInformationFile", code, { path });
}
