/**
 * What a handle tells of its file, and what can be set without moving a file
 * pointer. The same for synchronous and overlapped handles.
 *
 * @module
 */
import {
  FILE_ATTRIBUTE_DIRECTORY,
  FILE_ATTRIBUTE_REPARSE_POINT,
  FileAllocationInfo,
  FileEndOfFileInfo,
  IOCTL_DISK_GET_LENGTH_INFO,
} from "./constants.ts";
import { Win32Error } from "./error.ts";
import { getLastWin32Error, type Handle, kernel32 } from "./raw.ts";
import {
  BY_HANDLE_FILE_INFORMATION,
  FILE_ALLOCATION_INFO,
  FILE_END_OF_FILE_INFO,
  type FILETIME,
  GET_LENGTH_INFORMATION,
  LARGE_INTEGER,
} from "./structs.ts";

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
  const bytes = LARGE_INTEGER.create();
  if (kernel32.GetFileSizeEx(handle, bytes)) {
    return toSize(LARGE_INTEGER.read(bytes).QuadPart);
  }
  const error = Win32Error.last("GetFileSizeEx", { path });
  const length = GET_LENGTH_INFORMATION.create();
  const isDevice = kernel32.DeviceIoControl(
    handle,
    IOCTL_DISK_GET_LENGTH_INFO,
    null,
    0,
    length,
    length.byteLength,
    new Uint32Array(1),
    null,
  );
  if (!isDevice) throw error;
  return toSize(GET_LENGTH_INFORMATION.read(length).Length);
}

/** Sets the end of a file, to the byte, wherever the file pointer is. */
export function setEndOfFile(
  handle: Handle,
  size: number | bigint,
  path: string,
): void {
  const info = FILE_END_OF_FILE_INFO.create({ EndOfFile: BigInt(size) });
  setInformation(handle, FileEndOfFileInfo, info, path);
}

/** Reserves room for a file; its size stays as it is. */
export function setAllocation(
  handle: Handle,
  size: number | bigint,
  path: string,
): void {
  const info = FILE_ALLOCATION_INFO.create({ AllocationSize: BigInt(size) });
  setInformation(handle, FileAllocationInfo, info, path);
}

/** What is known of a file. */
export function statOf(handle: Handle, path: string): FileStat {
  const bytes = BY_HANDLE_FILE_INFORMATION.create();
  if (!kernel32.GetFileInformationByHandle(handle, bytes)) {
    throw Win32Error.last("GetFileInformationByHandle", { path });
  }
  const info = BY_HANDLE_FILE_INFORMATION.read(bytes);
  const attributes = info.dwFileAttributes;
  const isDirectory = (attributes & FILE_ATTRIBUTE_DIRECTORY) !== 0;
  const isSymlink = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) !== 0;
  return {
    isFile: !isDirectory && !isSymlink,
    isDirectory,
    isSymlink,
    size: toSize(join(info.nFileSizeHigh, info.nFileSizeLow)),
    mtime: toDate(info.ftLastWriteTime),
    atime: toDate(info.ftLastAccessTime),
    birthtime: toDate(info.ftCreationTime),
    dev: info.dwVolumeSerialNumber,
    ino: join(info.nFileIndexHigh, info.nFileIndexLow),
    nlink: info.nNumberOfLinks,
    attributes,
  };
}

function setInformation(
  handle: Handle,
  informationClass: number,
  info: Uint8Array,
  path: string,
): void {
  const size = info.byteLength;
  if (
    !kernel32.SetFileInformationByHandle(handle, informationClass, info, size)
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
function toDate(time: FILETIME): Date | null {
  const steps = join(time.dwHighDateTime, time.dwLowDateTime);
  if (steps === 0n) return null;
  return new Date(Number(steps / 10_000n - 11_644_473_600_000n));
}
