/**
 * The sectors of the device that a file lies on.
 *
 * @module
 */
import { FileStorageInfo, IOCTL_DISK_GET_DRIVE_GEOMETRY } from "./constants.ts";
import { isPowerOfTwo } from "./align.ts";
import { Win32Error } from "./error.ts";
import { type Handle, kernel32 } from "./raw.ts";
import { DISK_GEOMETRY, FILE_STORAGE_INFO } from "./structs.ts";

/** Sizes of sectors in bytes: powers of two. */
export interface SectorSize {
  /** What lengths and offsets of unbuffered I/O must be multiples of. */
  readonly logical: number;
  /** What memory for unbuffered I/O should be aligned to. */
  readonly physical: number;
}

/**
 * Finds the sector sizes: from the file's storage information, else from its
 * volume, else from its disk.
 *
 * "Do not infer correctness from success on one disk": the sizes are asked for
 * and not tried out.
 * https://learn.microsoft.com/windows/win32/fileio/file-buffering
 */
export function sectorSizeOf(handle: Handle, path: string): SectorSize {
  const size = fromStorageInfo(handle) ?? fromVolume(path) ?? fromDisk(handle);
  if (size !== undefined) return size;
  throw Win32Error.last("GetFileInformationByHandleEx", {
    path,
    hint: "The size of the sectors could not be found in any way.",
  });
}

function fromStorageInfo(handle: Handle): SectorSize | undefined {
  const bytes = FILE_STORAGE_INFO.create();
  const size = FILE_STORAGE_INFO.size;
  if (
    !kernel32.GetFileInformationByHandleEx(handle, FileStorageInfo, bytes, size)
  ) return undefined;
  const info = FILE_STORAGE_INFO.read(bytes);
  return checked(
    info.LogicalBytesPerSector,
    info.FileSystemEffectivePhysicalBytesPerSectorForAtomicity,
  );
}

function fromVolume(path: string): SectorSize | undefined {
  const root = new Uint16Array(new ArrayBuffer(2 * (path.length + 260)));
  if (!kernel32.GetVolumePathNameW(path, root, root.length)) return undefined;
  const bytesPerSector = new Uint32Array(new ArrayBuffer(4));
  const known = kernel32.GetDiskFreeSpaceW(
    root,
    null,
    bytesPerSector,
    null,
    null,
  );
  return known ? checked(bytesPerSector[0]!) : undefined;
}

function fromDisk(handle: Handle): SectorSize | undefined {
  const bytes = DISK_GEOMETRY.create();
  const known = kernel32.DeviceIoControl(
    handle,
    IOCTL_DISK_GET_DRIVE_GEOMETRY,
    null,
    0,
    bytes,
    bytes.byteLength,
    new Uint32Array(1),
    null,
  );
  return known ? checked(DISK_GEOMETRY.read(bytes).BytesPerSector) : undefined;
}

/** Some drivers misreport: a physical size that cannot be is not believed. */
function checked(logical: number, physical = logical): SectorSize | undefined {
  if (!isPowerOfTwo(logical)) return undefined;
  const plausible = isPowerOfTwo(physical) && physical >= logical;
  return { logical, physical: plausible ? physical : logical };
}
