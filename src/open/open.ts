/**
 * Opening files.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import {
  ERROR_DISK_FULL,
  ERROR_FILE_TOO_LARGE,
  ERROR_INVALID_PARAMETER,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  clearDeleteOnClose,
  fileTypeOf,
  type NamedHandle,
  reserveAllocation,
  setAllocation,
  setEndOfFile,
} from "../file/file_info.ts";
import { OpenedMode } from "../file/mode.ts";
import { type FileUrl, toWin32Path } from "../file/path.ts";
import { completionPort } from "../overlapped/completion_port.ts";
import { OverlappedFile } from "../overlapped/overlapped_file.ts";
import { SyncFile } from "../sync/sync_file.ts";
import { FILE_FLAG_OVERLAPPED } from "../win32/constants.ts";
import { createFile } from "./create_file.ts";
import {
  type OpenOptions,
  type OpenSettings,
  openSettings,
  type OverlappedOptions,
  overlappedSettings,
} from "./options.ts";
import { ASYNCHRONOUS, type HandleKind, SYNCHRONOUS } from "../file/control.ts";

/** A handle that CreateFileW returned, of a file that has not been changed yet. */
interface OpenedHandle extends NamedHandle {
  readonly mode: OpenedMode;
  readonly settings: OpenSettings;
  /** Whether the file was there before. */
  readonly existed: boolean;
}

/**
 * Opens a file, pipe, volume or device for blocking I/O.
 *
 * @param path A path, long or short, a `file:` URL, or a device's name such as
 * `\\.\PhysicalDrive0`, `\\.\COM3` or `\\.\pipe\name`.
 * @param options What for, and how. For reading, if left out.
 * @returns The file. Close it with `using` or `close()`. The garbage collector
 * closes one that was dropped, at a time of its own choosing.
 * @throws {TypeError} If the path or an option is wrong, or options contradict
 * each other. Nothing has been opened then.
 * @throws {RangeError} If the path is too long.
 * @throws {Win32Error} ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND,
 * ERROR_ACCESS_DENIED (also for a directory), ERROR_SHARING_VIOLATION,
 * ERROR_FILE_EXISTS, ERROR_PIPE_BUSY and others; ERROR_DISK_FULL if there is no
 * room to preallocate. A file that existed has not been changed then, and one
 * that was just created is gone again.
 *
 * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
 *
 * @example Create a file past the cache
 * ```ts
 * import { openSync } from "@kernel32/io";
 *
 * using file = openSync("image.tmp", {
 *   write: true,
 *   create: true,
 *   truncate: true,
 *   unbuffered: true,
 *   writeThrough: true,
 *   deleteOnClose: true,
 * });
 * file.writeAll(new Uint8Array(1000));
 * console.log(file.size()); // 1000
 * ```
 */
export function openSync(
  path: string | FileUrl,
  options: OpenOptions = { read: true },
): SyncFile {
  const settings = openSettings(options);
  const opened = openHandle(toWin32Path(path), settings, SYNCHRONOUS);
  const { handle, mode } = opened;
  let file: SyncFile | undefined;
  try {
    file = new SyncFile(handle, opened.path, mode);
    makeReady(opened);
    return file;
  } catch (error) {
    cancelDeletion(opened);
    if (file === undefined) kernel32.CloseHandle(handle);
    else file.close();
    deleteIfCreated(opened);
    throw error;
  }
}

/**
 * Opens a file, pipe, volume or device for overlapped I/O: its methods return
 * promises, any number of operations may be in flight, and the JS thread does
 * not wait for them. Opening itself is one call, as it is for `openSync()`, and
 * so is a write that makes an NTFS file longer, or any transfer of a compressed
 * or encrypted file: the system completes these in the call. The streams of
 * `createWritable()` make files longer on other threads.
 *
 * @param path A path, long or short, a `file:` URL, or a device's name.
 * @param options What for, and how. For reading, if left out.
 * @returns The file. Close it with `await using` or `close()`. The garbage
 * collector closes one that was dropped, at a time of its own choosing.
 * @throws {TypeError} If the path or an option is wrong, options contradict
 * each other, or the path is that of a console, which `openSync()` opens.
 * @throws {RangeError} If the path is too long, or a limit out of range.
 * @throws {Win32Error} What `openSync()` throws.
 *
 * @see https://learn.microsoft.com/windows/win32/fileio/synchronous-and-asynchronous-i-o
 *
 * @example Read at two offsets at once, with a time limit
 * ```ts
 * import { open } from "@kernel32/io";
 *
 * await using file = await open("README.md");
 * const signal = AbortSignal.timeout(60_000);
 * const [head, next] = [new Uint8Array(16), new Uint8Array(16)];
 * const counts = await Promise.all([
 *   file.read(head, { at: 0, signal }),
 *   file.read(next, { at: 16, signal }),
 * ]);
 * console.log(counts); // [ 16, 16 ]
 * ```
 */
export async function open(
  path: string | FileUrl,
  options: OverlappedOptions = { read: true },
): Promise<OverlappedFile> {
  const settings = overlappedSettings(options);
  checkNoConsole(path);
  const name = toWin32Path(path);
  // What this thread cannot have is missed before the file is opened.
  completionPort();
  const opened = openHandle(name, settings, ASYNCHRONOUS);
  const { handle, mode } = opened;
  const { maxInFlight } = settings;
  let file: OverlappedFile | undefined;
  try {
    file = new OverlappedFile(handle, name, mode, { maxInFlight });
    makeReady(opened);
    return file;
  } catch (error) {
    cancelDeletion(opened);
    if (file === undefined) kernel32.CloseHandle(handle);
    else await file.close();
    deleteIfCreated(opened);
    throw error;
  }
}

/** Opens or creates a file, and changes nothing in one that is there. */
function openHandle(
  path: string,
  settings: OpenSettings,
  kind: HandleKind,
): OpenedHandle {
  const flags = kind.overlapped ? FILE_FLAG_OVERLAPPED : 0;
  const { handle, existed } = createFile(path, settings, flags);
  const mode = new OpenedMode(settings);
  return { handle, path, mode, kind, settings, existed };
}

/**
 * Does what else may fail, and empties the file last. Room that is reserved
 * before goes with the bytes, and is reserved anew.
 */
function makeReady(opened: OpenedHandle): void {
  const { handle, path, settings, existed } = opened;
  const { truncate, preallocate } = settings;
  if (!truncate && preallocate === undefined) return;
  const type = fileTypeOf(handle, path);
  // Pipes and devices have nothing to empty; what a driver does not say the
  // type of may be a file.
  if (type === "pipe" || type === "character") return;
  reserve(opened, preallocate);
  if (!truncate || !existed) return;
  empty(handle, path);
  try {
    reserve(opened, preallocate);
  } catch (error) {
    // There was room, and the bytes are gone: to fail now would lose them.
    if (!(error instanceof Win32Error)) throw error;
  }
}

/**
 * Empties a file as Rust's standard library does: an allocation of 0 "adjusts"
 * the end of file, and works where CREATE_ALWAYS is refused.
 */
function empty(handle: Handle, path: string): void {
  try {
    setAllocation(handle, 0, path);
  } catch (error) {
    if (!(error instanceof Win32Error)) throw error;
    setEndOfFile(handle, 0, path);
  }
}

/**
 * Reserves room, as .NET does: a file system that cannot is no failure, a full
 * one is.
 */
function reserve(
  opened: OpenedHandle,
  size: number | bigint | undefined,
): void {
  if (size === undefined) return;
  try {
    reserveAllocation(opened, size);
  } catch (error) {
    if (!(error instanceof Win32Error)) throw error;
    const fatal = [
      ERROR_DISK_FULL,
      ERROR_FILE_TOO_LARGE,
      ERROR_INVALID_PARAMETER,
    ];
    if (fatal.includes(error.win32)) throw error;
  }
}

/** Has a file that existed survive, although it was opened to be deleted on close. */
function cancelDeletion({ handle, settings, existed }: OpenedHandle): void {
  if (settings.deleteOnClose && existed) clearDeleteOnClose(handle);
}

function deleteIfCreated({ path, existed }: OpenedHandle): void {
  if (!existed) kernel32.DeleteFileW(path);
}

/** Refuses a console, which has no overlapped I/O. */
function checkNoConsole(path: unknown): void {
  const names = /^(?:[\\/]{2}[.?][\\/])?(?:con|conin\$|conout\$):?$/i;
  if (typeof path !== "string" || !names.test(path)) return;
  throw new TypeError(
    `A console has no overlapped I/O: open "${path}" with openSync()`,
  );
}
