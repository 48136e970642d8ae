/**
 * The sectors of the device that a file lies on.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import {
  FileStorageInfo,
  IOCTL_DISK_GET_DRIVE_GEOMETRY,
} from "../win32/constants.ts";
import { isPowerOfTwo } from "../memory/align.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import type { NamedHandle } from "./file_info.ts";
import { DISK_GEOMETRY, FILE_STORAGE_INFO } from "../win32/offsets.ts";
import type { Handle } from "../../ffi/handle.ts";

/** Sizes of sectors in bytes: powers of two. */
export interface SectorSize {
  /** What lengths and offsets of unbuffered I/O must be multiples of. */
  readonly logical: number;
  /** What memory for unbuffered I/O should be aligned to. */
  readonly physical: number;
}

/** A file whose sectors are asked for. */
export interface SectoredFile extends NamedHandle {
  /** A path on the volume of the file, if one is known. */
  readonly pathOnVolume: string | undefined;
}

/**
 * Finds the sector sizes: from the file's storage information, else from its
 * disk, else from the volume of its path.
 *
 * "Do not infer correctness from success on one disk": the sizes are asked for
 * and not tried out.
 * https://learn.microsoft.com/windows/win32/fileio/file-buffering
 */
export function sectorSizeOf(file: SectoredFile): SectorSize {
  const { handle, path, pathOnVolume } = file;
  const info = fromStorageInfo(handle);
  if (info !== undefined) return info;
  const code = getLastWin32Error();
  const size = fromDisk(file) ?? fromVolume(pathOnVolume);
  if (size !== undefined) return size;
  const hint = "The size of the sectors could not be found by any query" +
    (pathOnVolume === undefined ? ", and no absolute path is known." : ".");
  throw new Win32Error("GetFileInformationByHandleEx", code, { path, hint });
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

function fromDisk({ handle, kind }: NamedHandle): SectorSize | undefined {
  const { size, BytesPerSector } = DISK_GEOMETRY;
  const geometry = new DataView(new ArrayBuffer(size));
  const { code } = kind.control(
    handle,
    IOCTL_DISK_GET_DRIVE_GEOMETRY,
    geometry,
  );
  if (code !== 0) return undefined;
  return checked(geometry.getUint32(BytesPerSector, true));
}

function fromVolume(path: string | undefined): SectorSize | undefined {
  if (path === undefined) return undefined;
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

/** Some drivers misreport: a physical size that cannot be is not believed. */
function checked(logical: number, physical = logical): SectorSize | undefined {
  if (!isPowerOfTwo(logical)) return undefined;
  const plausible = isPowerOfTwo(physical) && physical >= logical;
  return { logical, physical: plausible ? physical : logical };
}
