/**
 * Raw disks and volumes: no files, but the sectors that files lie on.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_FUNCTION,
} from "../errors/codes.ts";
import {
  FSCTL_ALLOW_EXTENDED_DASD_IO,
  IOCTL_DISK_GET_LENGTH_INFO,
} from "../win32/constants.ts";
import type { ControlTarget } from "./control.ts";

/**
 * A raw disk or volume. It takes whole sectors, with and without
 * FILE_FLAG_NO_BUFFERING, never grows, and refuses the whole of a transfer that
 * passes its end.
 *
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew#physical-disks-and-volumes
 */
export interface RawDevice {
  /** Where it ends, in bytes; undefined if it is not open for reading. */
  readonly end: number | undefined;
}

/** Returns the size of a file; undefined if the system reports none. */
export function fileSizeOf(handle: Handle): bigint | undefined {
  const size = new BigInt64Array(1);
  return kernel32.GetFileSizeEx(handle, size) ? size[0]! : undefined;
}

/** Returns the length of a disk or volume, or the Win32 code of the failure. */
export function deviceLengthOf(
  { handle, kind }: ControlTarget,
): { code: number; length: bigint } {
  const length = new BigInt64Array(1);
  const { code, count } = kind.control(
    handle,
    IOCTL_DISK_GET_LENGTH_INFO,
    length,
  );
  // Zeros that the driver did not write would pass for the end of the device.
  const isAnswer = code !== 0 || count === length.byteLength;
  return { code: isAnswer ? code : ERROR_INVALID_FUNCTION, length: length[0]! };
}

/**
 * Returns what is known of a raw disk or volume; undefined for what has a size
 * of its own, such as a file. A volume gives its last sectors only after
 * FSCTL_ALLOW_EXTENDED_DASD_IO, which is sent here; a disk refuses the code.
 *
 * https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_allow_extended_dasd_io
 */
export function rawDeviceOf(target: ControlTarget): RawDevice | undefined {
  if (fileSizeOf(target.handle) !== undefined) return undefined;
  const { code, length } = deviceLengthOf(target);
  if (code !== 0 && code !== ERROR_ACCESS_DENIED) return undefined;
  target.kind.control(target.handle, FSCTL_ALLOW_EXTENDED_DASD_IO, null);
  return { end: code === 0 ? Number(length) : undefined };
}

/**
 * Returns what to do about a refused write.
 *
 * "A write on a volume handle will succeed if the volume does not have a mounted
 * file system", if it is locked or dismounted, or outside of the file system.
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
 */
export function refusedWriteHint(
  raw: RawDevice | undefined,
  code: number,
): string | undefined {
  if (raw === undefined || code !== ERROR_ACCESS_DENIED) return undefined;
  return "Windows refuses writes to what a mounted volume has: lock the " +
    "volume with lockVolume(), dismount it, and write before it is unlocked.";
}
