/**
 * What is known of a file by its handle, and what can be set without moving a file
 * pointer. The same for synchronous and overlapped handles.
 *
 * @module
 */
import { queryFile } from "../../ffi/ntdll.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import {
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_REPARSE_POINT,
  FILE_DISPOSITION_FLAG_ON_CLOSE,
  FileAllocationInfo,
  FileAttributeTagInfo,
  FileEndOfFileInfo,
} from "../win32/constants.ts";
import { ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE } from "../errors/codes.ts";
import { codeOfStatus } from "../errors/status.ts";
import { isUnknownRequest } from "../errors/unknown_request.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  BY_HANDLE_FILE_INFORMATION,
  FILE_ATTRIBUTE_TAG_INFO,
} from "../win32/offsets.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import type { ControlTarget } from "./control.ts";
import { deviceLengthOf, fileSizeOf } from "./raw_device.ts";
import type { Handle } from "../../ffi/handle.ts";

/** GetFileType's results. */
export type FileType = "unknown" | "disk" | "character" | "pipe";

const FILE_TYPES: readonly FileType[] = [
  "unknown",
  "disk",
  "character",
  "pipe",
];

/** What is known of a file, under the names that `Deno.FileInfo` has. */
export interface FileStat {
  /** Whether it is a file: neither a directory nor a link. */
  isFile: boolean;
  /** Whether it is a directory, and no link to one. */
  isDirectory: boolean;
  /**
   * Whether it is a link itself, symbolic or a junction. Only a file that was
   * opened with `followLinks: false` is one. Other reparse points, such as
   * those of files in a cloud, are the files or directories that they stand for.
   */
  isSymlink: boolean;
  /** The size in bytes. */
  size: number;
  /** When it was last written. */
  mtime: Date | null;
  /** When it was last accessed. */
  atime: Date | null;
  /** When it was created. */
  birthtime: Date | null;
  /** The serial number of its volume. */
  dev: number;
  /** Its identity on the volume. */
  ino: bigint;
  /** How many hard links lead to it. */
  nlink: number;
  /** The FILE_ATTRIBUTE_ flags. */
  attributes: number;
}

/** A handle, its kind, and what errors call it. */
export interface NamedHandle extends ControlTarget {
  /** What errors call it. */
  readonly path: string;
}

/**
 * The bit of a reparse tag which says that the point "represents another named
 * entity in the system".
 * https://learn.microsoft.com/windows/win32/fileio/reparse-point-tags
 */
const NAME_SURROGATE = 0x2000_0000;

/**
 * Returns what kind of thing a handle is open on: an unknown one if the driver
 * does not answer the question, whatever code it fails with.
 *
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is of nothing that can be
 * read or written.
 */
export function fileTypeOf(handle: Handle, path: string): FileType {
  // An unknown type can also be an answer; then there is no last error.
  kernel32.SetLastError(0);
  const type = FILE_TYPES[kernel32.GetFileType(handle)] ?? "unknown";
  if (type !== "unknown") return type;
  const code = getLastWin32Error();
  if (code !== ERROR_INVALID_HANDLE) return type;
  throw new Win32Error("GetFileType", code, { path });
}

/**
 * Returns one class of what NtQueryInformationFile tells of a handle.
 *
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file, pipe
 * or device.
 */
export function queriedOf(
  handle: Handle,
  informationClass: number,
  path: string,
): bigint {
  const { status, value } = queryFile(handle, informationClass);
  if (status === 0) return value;
  const code = codeOfStatus(status);
  throw new Win32Error("NtQueryInformationFile", code, { path });
}

/** The size of a file, volume or disk in bytes. */
export function sizeOf(file: NamedHandle): number {
  const { handle, path } = file;
  const size = fileSizeOf(handle);
  if (size !== undefined) return toExactCount(size);
  const sizeCode = getLastWin32Error();
  const { code, length } = deviceLengthOf(file);
  if (code === 0) return toExactCount(length);
  if (isUnknownRequest(code)) {
    throw new Win32Error("GetFileSizeEx", sizeCode, { path });
  }
  const hint = code === ERROR_ACCESS_DENIED
    ? "The length of a volume or a disk needs read: true."
    : undefined;
  throw new Win32Error("DeviceIoControl", code, { path, hint });
}

/** Sets the end of a file, to the byte, wherever the file pointer is. */
export function setEndOfFile(
  handle: Handle,
  size: number | bigint,
  path: string,
): void {
  setSize(handle, FileEndOfFileInfo, size, path);
}

/**
 * Sets how much room a file has on its volume. "If the end-of-file position is
 * greater than the allocation, it is adjusted": less than the size cuts it.
 * https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_allocation_info
 */
export function setAllocation(
  handle: Handle,
  size: number | bigint,
  path: string,
): void {
  setSize(handle, FileAllocationInfo, size, path);
}

/** Reserves room for a file, and never less than it has bytes. */
export function reserveAllocation(
  file: NamedHandle,
  size: number | bigint,
): void {
  if (size > sizeOf(file)) setAllocation(file.handle, size, file.path);
}

/** FILE_DISPOSITION_INFO_EX's class, which headers before Windows 10 lack. */
export const FileDispositionInfoEx = 21;

/**
 * Has a file that was opened with FILE_FLAG_DELETE_ON_CLOSE outlive its
 * handle. Systems before Windows 10 refuse, and so do some file systems.
 *
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/ns-ntddk-_file_disposition_information_ex
 */
export function clearDeleteOnClose(handle: Handle): boolean {
  const flags = Uint32Array.of(FILE_DISPOSITION_FLAG_ON_CLOSE);
  return setInformation(handle, FileDispositionInfoEx, flags) === 0;
}

/** What is known of a file. */
export function statOf(handle: Handle, path: string): FileStat {
  const { size, ...at } = BY_HANDLE_FILE_INFORMATION;
  const info = new DataView(new ArrayBuffer(size));
  if (!kernel32.GetFileInformationByHandle(handle, info)) {
    throw Win32Error.last("GetFileInformationByHandle", { path });
  }
  const word = (offset: number) => info.getUint32(offset, true);
  const time = (offset: number) => toDate(info.getBigUint64(offset, true));
  const attributes = word(at.dwFileAttributes);
  const isSymlink = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) !== 0 &&
    (reparseTagOf(handle, path) & NAME_SURROGATE) !== 0;
  const isDirectory = !isSymlink &&
    (attributes & FILE_ATTRIBUTE_DIRECTORY) !== 0;
  return {
    isFile: !isDirectory && !isSymlink,
    isDirectory,
    isSymlink,
    size: toExactCount(join(word(at.nFileSizeHigh), word(at.nFileSizeLow))),
    mtime: time(at.ftLastWriteTime),
    atime: time(at.ftLastAccessTime),
    birthtime: time(at.ftCreationTime),
    dev: word(at.dwVolumeSerialNumber),
    ino: join(word(at.nFileIndexHigh), word(at.nFileIndexLow)),
    nlink: word(at.nNumberOfLinks),
    attributes,
  };
}

function reparseTagOf(handle: Handle, path: string): number {
  const { size, ReparseTag } = FILE_ATTRIBUTE_TAG_INFO;
  const info = new DataView(new ArrayBuffer(size));
  if (
    !kernel32.GetFileInformationByHandleEx(
      handle,
      FileAttributeTagInfo,
      info,
      size,
    )
  ) {
    throw Win32Error.last("GetFileInformationByHandleEx", { path });
  }
  return info.getUint32(ReparseTag, true);
}

function setSize(
  handle: Handle,
  informationClass: number,
  size: number | bigint,
  path: string,
): void {
  const info = BigInt64Array.of(BigInt(size));
  const code = setInformation(handle, informationClass, info);
  if (code !== 0) {
    throw new Win32Error("SetFileInformationByHandle", code, { path });
  }
}

/**
 * Sets one class of a file's information.
 *
 * @returns The Win32 code, 0 if it succeeded.
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setfileinformationbyhandle
 */
export function setInformation(
  handle: Handle,
  informationClass: number,
  info: ArrayBufferView,
): number {
  const succeeded = kernel32.SetFileInformationByHandle(
    handle,
    informationClass,
    info,
    info.byteLength,
  );
  return succeeded ? 0 : getLastWin32Error();
}

function join(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/**
 * Returns what the system counts in bytes as a number. The size of the largest
 * file of NTFS (8 PiB less 64 KiB) is still exact.
 *
 * @param what How the error begins.
 * @throws {RangeError} If the number would not be exact.
 */
export function toExactCount(count: bigint, what = "A size"): number {
  const exact = Number(count);
  if (Number.isSafeInteger(exact)) return exact;
  throw new RangeError(`${what} of ${count} bytes is too large for a number`);
}

/** A FILETIME counts steps of 100 ns since 1601; 0 says that it is not known. */
function toDate(steps: bigint): Date | null {
  if (steps === 0n) return null;
  return new Date(Number(steps / 10_000n - 11_644_473_600_000n));
}
