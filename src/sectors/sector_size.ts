/**
 * The sectors of the device that a file lies on.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import {
  FileStorageInfo,
  IOCTL_DISK_GET_DRIVE_GEOMETRY,
} from "../win32/constants.ts";
import { isPowerOfTwo } from "./align.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { DISK_GEOMETRY, FILE_STORAGE_INFO } from "../win32/offsets.ts";
import type { Handle } from "../../ffi/handle.ts";

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
  const { size, ...at } = FILE_STORAGE_INFO;
  const info = new DataView(new ArrayBuffer(size));
  if (
    !kernel32.GetFileInformationByHandleEx(handle, FileStorageInfo, info, size)
  ) return undefined;
  return checked(
    info.getUint32(at.LogicalBytesPerSector, true),
    info.getUint32(
      at.FileSystemEffectivePhysicalBytesPerSectorForAtomicity,
      true,
    ),
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
  const { size, BytesPerSector } = DISK_GEOMETRY;
  const geometry = new DataView(new ArrayBuffer(size));
  const known = kernel32.DeviceIoControl(
    handle,
    IOCTL_DISK_GET_DRIVE_GEOMETRY,
    null,
    0,
    geometry,
    size,
    new Uint32Array(1),
    null,
  );
  return known ? checked(geometry.getUint32(BytesPerSector, true)) : undefined;
}

/** Some drivers misreport: a physical size that cannot be is not believed. */
function checked(logical: number, physical = logical): SectorSize | undefined {
  if (!isPowerOfTwo(logical)) return undefined;
  const plausible = isPowerOfTwo(physical) && physical >= logical;
  return { logical, physical: plausible ? physical : logical };
}
