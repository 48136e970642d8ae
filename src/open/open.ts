/**
 * Opening files.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import {
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_FLAG_OVERLAPPED,
  INVALID_FILE_ATTRIBUTES,
} from "../win32/constants.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_ALREADY_EXISTS,
  ERROR_DISK_FULL,
  ERROR_FILE_TOO_LARGE,
  ERROR_INVALID_PARAMETER,
} from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { setAllocation } from "../file/file_info.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import {
  type CreateFileArguments,
  createFileArguments,
  type OpenOptions,
  type OverlappedOptions,
} from "./options.ts";
import { type FileUrl, toWin32Path } from "../file/path.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import type { Handle } from "../../ffi/handle.ts";
import type { FileMode } from "../file/mode.ts";
import { OverlappedFile } from "../overlapped/overlapped_file.ts";
import { SyncFile } from "../sync/sync_file.ts";

/**
 * Opens a file, pipe, volume or device for blocking I/O.
 *
 * @param path A path, long or short, a `file:` URL, or a device's name such as
 * `\\.\PhysicalDrive0`, `\\.\COM3` or `\\.\pipe\name`.
 * @param options What for, and how. For reading, if left out.
 * @returns The file. Close it with `using` or `close()`.
 * @throws {TypeError} If the path or an option is wrong, or options contradict
 * each other. Nothing has been opened then.
 * @throws {RangeError} If the path is too long.
 * @throws {Win32Error} ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND,
 * ERROR_ACCESS_DENIED (also for a directory), ERROR_SHARING_VIOLATION,
 * ERROR_FILE_EXISTS, ERROR_PIPE_BUSY and others; ERROR_DISK_FULL if there is no
 * room to preallocate, and then a file that was just created is gone again.
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
  return openWith(
    path,
    options,
    0,
    (...args) => new SyncFile(...args),
  );
}

/**
 * Opens a file, pipe, volume or device for overlapped I/O: its methods return
 * promises, any number of operations may be under way, and the JS thread is not
 * blocked by them. Opening itself is one call, as it is for `openSync()`.
 *
 * @param path A path, long or short, a `file:` URL, or a device's name.
 * @param options What for, and how. For reading, if left out.
 * @returns The file. Close it with `await using` or `close()`.
 * @throws {TypeError} If the path or an option is wrong, or options contradict
 * each other.
 * @throws {RangeError} If the path is too long, or a limit out of range.
 * @throws {Win32Error} What `openSync()` throws.
 *
 * @see https://learn.microsoft.com/windows/win32/fileio/synchronous-and-asynchronous-i-o
 *
 * @example Read two places at once, with a time limit
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
// deno-lint-ignore require-await -- so that every error is a rejection
export async function open(
  path: string | FileUrl,
  options: OverlappedOptions = { read: true },
): Promise<OverlappedFile> {
  return openWith(
    path,
    options,
    FILE_FLAG_OVERLAPPED,
    (handle, path, mode) =>
      new OverlappedFile(handle, path, mode, options.maxInFlight),
  );
}

function openWith<T>(
  path: string | FileUrl,
  options: OpenOptions,
  flags: number,
  make: (handle: Handle, path: string, mode: FileMode) => T,
): T {
  const isOverlapped = (flags & FILE_FLAG_OVERLAPPED) !== 0;
  const args = createFileArguments(options, isOverlapped);
  const name = toWin32Path(path);
  const handle = createFile(name, args, options, flags);
  const created = getLastWin32Error() !== ERROR_ALREADY_EXISTS;
  try {
    preallocate(handle, options.preallocate, name);
    return make(handle, name, modeOf(options));
  } catch (error) {
    kernel32.CloseHandle(handle);
    if (created && (options.create || options.createNew)) {
      kernel32.DeleteFileW(name);
    }
    throw error;
  }
}

function modeOf(options: OpenOptions): FileMode {
  return {
    read: options.read === true,
    write: options.write === true,
    append: options.append === true,
    unbuffered: options.unbuffered === true,
  };
}

function createFile(
  path: string,
  args: CreateFileArguments,
  options: OpenOptions,
  moreFlags: number,
): Handle {
  const { access, share, disposition, flags } = args;
  const security = options.security ?? null;
  // CreateFileW leaves the last error as it is when it has nothing to tell.
  kernel32.SetLastError(0);
  const handle = kernel32.CreateFileW(
    path,
    access,
    share,
    security,
    disposition,
    flags | moreFlags,
    null,
  );
  if (handle !== INVALID_HANDLE_VALUE) return handle;
  const code = getLastWin32Error();
  throw new Win32Error("CreateFileW", code, {
    path,
    hint: hintFor(code, path),
  });
}

/** Windows says no more than "access denied" of a directory. */
function hintFor(code: number, path: string): string | undefined {
  if (code !== ERROR_ACCESS_DENIED) return undefined;
  const attributes = kernel32.GetFileAttributesW(path);
  const isDirectory = attributes !== INVALID_FILE_ATTRIBUTES &&
    (attributes & FILE_ATTRIBUTE_DIRECTORY) !== 0;
  return isDirectory ? "The path is that of a directory." : undefined;
}

/**
 * Reserves room, as .NET does: a file system that cannot is no failure, a full
 * one is.
 */
function preallocate(
  handle: Handle,
  size: number | bigint | undefined,
  path: string,
): void {
  if (size === undefined) return;
  try {
    setAllocation(handle, size, path);
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
