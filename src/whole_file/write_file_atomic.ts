/**
 * Files that are replaced as a whole.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import { queryDacl } from "../../ffi/token.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { codeOfStatus } from "../errors/status.ts";
import { ERROR_FILE_NOT_FOUND } from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { isUnknownRequest } from "../errors/unknown_request.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkBytes, checkSignal } from "../file/arguments.ts";
import {
  absolutePath,
  type FileUrl,
  isDevicePath,
  toWin32Path,
} from "../file/path.ts";
import { renamePosix } from "../file/rename.ts";
import {
  DESCRIPTOR_AT,
  securityAttributesFor,
} from "../file/security_attributes.ts";
import { isReason, throwIfAborted } from "../file/signal.ts";
import { open } from "../open/open.ts";
import type { AlignedBuffer } from "../memory/aligned_buffer.ts";
import type { OverlappedFile } from "../overlapped/overlapped_file.ts";
import {
  DELETE,
  FILE_FLAG_WRITE_THROUGH,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  MOVEFILE_REPLACE_EXISTING,
  MOVEFILE_WRITE_THROUGH,
  OPEN_EXISTING,
  READ_CONTROL,
} from "../win32/constants.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import { checkBoolean, settingsOf } from "../file/option_values.ts";

/** How a file is replaced. */
export interface WriteFileAtomicOptions {
  /**
   * Copies the access rights (the DACL) of the file that is replaced. Otherwise
   * the new file takes those of its folder.
   *
   * @default {false}
   */
  readonly copySecurity?: boolean | undefined;
  /** Ends the write. The file is what it was then. */
  readonly signal?: AbortSignal | undefined;
}

/** A name has at most 255 characters, of which the ending takes some. */
const MAX_NAME = 200;

/**
 * Replaces a file as a whole, or creates it: a reader finds the old bytes or
 * the new ones, and so does the next start after the process was killed.
 *
 * The bytes go to a new file beside it, written through and flushed, which then
 * takes the name: with POSIX semantics, so that a file is replaced even while
 * others have it open and share its deletion, else by MoveFileExW. What fails
 * leaves the old file and removes the new one; a process that is killed may
 * leave the new one, whose name ends in `.tmp`. Microsoft documents no call as
 * atomic: what is left of a power failure is up to the file system.
 *
 * The file is a new one: attributes, streams, hard links and, unless they are
 * copied, access rights are those of a new file. A link is replaced itself.
 *
 * @param path The path of the file.
 * @param data The bytes, not to be changed before the promise is settled.
 * @param options What else the new file gets, and a signal.
 * @throws {TypeError} If an argument has the wrong type, or the path is that of
 * a device, a pipe or a stream of a file.
 * @throws {Win32Error} ERROR_ACCESS_DENIED if the file is read-only,
 * ERROR_SHARING_VIOLATION or ERROR_ACCESS_DENIED if it is open and its deletion
 * is not shared, ERROR_DISK_FULL, ERROR_PATH_NOT_FOUND and others.
 *
 * @see https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_rename_information
 *
 * @example Save settings
 * ```ts
 * import { openSync, writeFileAtomic } from "@kernel32/io";
 *
 * const settings = new TextEncoder().encode('{ "theme": "dark" }\n');
 * await writeFileAtomic("settings.tmp", settings);
 * using file = openSync("settings.tmp", { read: true, deleteOnClose: true });
 * console.log(file.size()); // 20
 * ```
 */
export async function writeFileAtomic(
  path: string | FileUrl,
  data: ArrayBufferView,
  options: WriteFileAtomicOptions = {},
): Promise<void> {
  checkBytes("data", data);
  const { copySecurity, signal } = checkedOptions(options);
  const name = toWin32Path(path);
  const target = absolutePath(name);
  checkNoDevice(target);
  throwIfAborted(signal);
  try {
    const security = copySecurity ? securityOf(target) : undefined;
    try {
      await writeBeside(target, data, security, signal);
    } finally {
      security?.free();
    }
  } catch (error) {
    throw isReason(error, signal) ? error : named(error, name);
  }
}

/** Writes a new file beside the old one, and has it take the name. */
async function writeBeside(
  target: string,
  data: ArrayBufferView,
  security: AlignedBuffer | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const temporary = toWin32Path(neighbour(target));
  const file = await open(temporary, {
    write: true,
    createNew: true,
    writeThrough: true,
    share: ["delete"], // No other program can read or write it.
    security: security?.address,
  });
  try {
    // The memory may have been transferred elsewhere since the function's call.
    checkBytes("data", data);
    if (byteLengthOf(data) > 0) await file.writeAll(data, { signal });
    await file.flush();
    throwIfAborted(signal);
    await replace(file, temporary, target);
  } catch (error) {
    await discard(file, temporary);
    throw error;
  }
}

/** Returns an error under the name that the caller gave, with that of the new file as the cause. */
function named(error: unknown, path: string): unknown {
  if (!(error instanceof Win32Error) || error.path === undefined) return error;
  const { syscall, win32, code } = error;
  return new Win32Error(syscall, win32, { path, code, cause: error });
}

/**
 * Closes the new file, and gives it the name. The handle that renames has no
 * right but that, and is closed at once: one that may write would keep readers
 * from the file.
 *
 * "A write-through request via FILE_FLAG_WRITE_THROUGH also causes NTFS to flush
 * any metadata changes, such as a time stamp update or a rename operation, that
 * result from processing the request."
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
 */
async function replace(
  file: OverlappedFile,
  temporary: string,
  target: string,
): Promise<void> {
  const handle = openExisting(temporary, DELETE, FILE_FLAG_WRITE_THROUGH);
  if (handle === INVALID_HANDLE_VALUE) {
    throw Win32Error.last("CreateFileW", { path: temporary });
  }
  let code: number;
  try {
    await file.close();
    code = renamePosix(handle, target, true);
  } finally {
    kernel32.CloseHandle(handle);
  }
  if (code === 0) return;
  if (!isUnknownRequest(code)) {
    throw new Win32Error("SetFileInformationByHandle", code, { path: target });
  }
  const flags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
  if (kernel32.MoveFileExW(temporary, target, flags)) return;
  throw Win32Error.last("MoveFileExW", { path: target });
}

/** Removes a new file that did not take the name, as far as that can be done. */
async function discard(
  file: OverlappedFile,
  temporary: string,
): Promise<void> {
  if (!file.closed) await file.close();
  kernel32.DeleteFileW(temporary);
}

function checkedOptions(options: WriteFileAtomicOptions) {
  const settings = settingsOf("writeFileAtomic()", options, {
    copySecurity: false,
    signal: undefined,
  });
  checkBoolean("copySecurity", settings.copySecurity);
  checkSignal(settings.signal);
  return settings;
}

/** Refuses what is no file with a name of its own. */
function checkNoDevice(target: string): void {
  const isDevice = isDevicePath(target);
  if (!isDevice && !nameOf(target).includes(":")) return;
  throw new TypeError(
    "path must be that of a file, which can be replaced: got the " +
      `${isDevice ? "device" : "stream"} ${JSON.stringify(target)}`,
  );
}

function nameOf(path: string): string {
  return /[^\\/]*$/.exec(path)![0];
}

/** Returns a path in the same folder that no other program has. */
function neighbour(target: string): string {
  const name = nameOf(target);
  const folder = target.slice(0, target.length - name.length);
  return `${folder}${name.slice(0, MAX_NAME)}.${
    crypto.randomUUID().slice(0, 13)
  }.tmp`;
}

/** Opens a file that others may have open as well. */
function openExisting(path: string, access: number, flags: number): Handle {
  const share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  return kernel32.CreateFileW(
    path,
    access,
    share,
    null,
    OPEN_EXISTING,
    flags >>> 0,
    null,
  );
}

/** An access control list has at most 64 KiB; the descriptor adds some bytes. */
const MAX_DESCRIPTOR_LENGTH = 2 ** 17;

/** Returns a SECURITY_ATTRIBUTES with the access rights of a file, if it exists. */
function securityOf(path: string): AlignedBuffer | undefined {
  const handle = openExisting(path, READ_CONTROL, 0);
  if (handle === INVALID_HANDLE_VALUE) {
    const code = getLastWin32Error();
    if (code === ERROR_FILE_NOT_FOUND) return undefined;
    throw new Win32Error("CreateFileW", code, { path });
  }
  let memory: AlignedBuffer | undefined;
  try {
    memory = securityAttributesFor(MAX_DESCRIPTOR_LENGTH);
    const descriptor = memory.address + BigInt(DESCRIPTOR_AT);
    const status = queryDacl(handle, descriptor, MAX_DESCRIPTOR_LENGTH);
    if (status === 0) return memory;
    const code = codeOfStatus(status);
    throw new Win32Error("NtQuerySecurityObject", code, { path });
  } catch (error) {
    memory?.free();
    throw error;
  } finally {
    kernel32.CloseHandle(handle);
  }
}
