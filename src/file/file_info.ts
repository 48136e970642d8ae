/**
 * What a handle tells of its file, and what can be set without moving a file
 * pointer. The same for synchronous and overlapped handles.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import {
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_REPARSE_POINT,
  FileAllocationInfo,
  FileEndOfFileInfo,
  IOCTL_DISK_GET_LENGTH_INFO,
} from "../win32/constants.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { BY_HANDLE_FILE_INFORMATION } from "../win32/offsets.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
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
  /** Whether it is an ordinary file. */
  isFile: boolean;
  /** Whether it is a directory. */
  isDirectory: boolean;
  /** Whether it is a reparse point, such as a symbolic link. */
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

/**
 * Tells what kind of thing a handle is of.
 *
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is of nothing that can be
 * read or written.
 */
export function fileTypeOf(handle: Handle, path: string): FileType {
  // An unknown type can also be an answer; then there is no last error.
  kernel32.SetLastError(0);
  const type = FILE_TYPES[kernel32.GetFileType(handle)] ?? "unknown";
  if (type === "unknown" && getLastWin32Error() !== 0) {
    throw Win32Error.last("GetFileType", { path });
  }
  return type;
}

/** The size of a file, volume or disk in bytes. */
export function sizeOf(handle: Handle, path: string): number {
  const size = new BigInt64Array(1);
  if (kernel32.GetFileSizeEx(handle, size)) return toSize(size[0]!);
  const error = Win32Error.last("GetFileSizeEx", { path });
  const isDevice = kernel32.DeviceIoControl(
    handle,
    IOCTL_DISK_GET_LENGTH_INFO,
    null,
    0,
    size,
    size.byteLength,
    new Uint32Array(1),
    null,
  );
  if (!isDevice) throw error;
  return toSize(size[0]!);
}

/** Sets the end of a file, to the byte, wherever the file pointer is. */
export function setEndOfFile(
  handle: Handle,
  size: number | bigint,
  path: string,
): void {
  setInformation(handle, FileEndOfFileInfo, size, path);
}

/** Reserves room for a file; its size stays as it is. */
export function setAllocation(
  handle: Handle,
  size: number | bigint,
  path: string,
): void {
  setInformation(handle, FileAllocationInfo, size, path);
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
  const isDirectory = (attributes & FILE_ATTRIBUTE_DIRECTORY) !== 0;
  const isSymlink = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) !== 0;
  return {
    isFile: !isDirectory && !isSymlink,
    isDirectory,
    isSymlink,
    size: toSize(join(word(at.nFileSizeHigh), word(at.nFileSizeLow))),
    mtime: time(at.ftLastWriteTime),
    atime: time(at.ftLastAccessTime),
    birthtime: time(at.ftCreationTime),
    dev: word(at.dwVolumeSerialNumber),
    ino: join(word(at.nFileIndexHigh), word(at.nFileIndexLow)),
    nlink: word(at.nNumberOfLinks),
    attributes,
  };
}

function setInformation(
  handle: Handle,
  informationClass: number,
  size: number | bigint,
  path: string,
): void {
  const info = BigInt64Array.of(BigInt(size));
  const length = info.byteLength;
  if (
    !kernel32.SetFileInformationByHandle(handle, informationClass, info, length)
  ) {
    throw Win32Error.last("SetFileInformationByHandle", { path });
  }
}

function join(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** The largest file of NTFS (8 PiB less 64 KiB) is still an exact number. */
function toSize(size: bigint): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`A size of ${size} bytes is too large for a number`);
  }
  return Number(size);
}

/** A FILETIME counts steps of 100 ns since 1601; 0 says that it is not known. */
function toDate(steps: bigint): Date | null {
  if (steps === 0n) return null;
  return new Date(Number(steps / 10_000n - 11_644_473_600_000n));
}
