/**
 * A handle as a file takes it: checked, and with what the kernel says of it.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { FileAccessInformation, FileModeInformation } from "../../ffi/ntdll.ts";
import { argumentError, describe } from "../errors/describe.ts";
import {
  FILE_APPEND_DATA,
  FILE_READ_DATA,
  FILE_WRITE_DATA,
  STD_ERROR_HANDLE,
  STD_INPUT_HANDLE,
  STD_OUTPUT_HANDLE,
} from "../win32/constants.ts";
import { INVALID_HANDLE_VALUE } from "../win32/handle.ts";
import { characterKindOf, DeviceKind } from "./device_kind.ts";
import {
  type FileType,
  fileTypeOf,
  type NamedHandle,
  queriedOf,
} from "./file_info.ts";
import { checkedMode, type FileMode, OpenedMode } from "./mode.ts";
import { checkBoolean } from "./option_values.ts";
import { isAbsolute, isDevicePath, isVerbatim } from "./path.ts";
import { type RawDevice, rawDeviceOf } from "./raw_device.ts";
import { type SectorSize, sectorSizeOf } from "./sector_size.ts";
import type { HandleKind } from "./control.ts";

/** Bits of `FileModeInformation`. */
const FILE_NO_INTERMEDIATE_BUFFERING = 0x08;
const FILE_SYNCHRONOUS_IO = 0x30;

/** What a file does with the handle that it is given. */
export interface HandleOptions {
  /**
   * Whether the file closes the handle: in `close()`, and when the garbage
   * collector finds that the file was dropped. With `false` the handle stays
   * open in both cases. The three standard handles of the process always do.
   *
   * @default {true}
   */
  readonly owned?: boolean | undefined;
}

/** A handle, and what is known of it before its file exists. */
export interface TakenHandle extends NamedHandle {
  /** What it is open for. */
  readonly mode: FileMode;
  /** Whether the file closes it. */
  readonly owned: boolean;
  /** What kind of thing it is open on. */
  readonly type: FileType;
  /** A path on the volume of the file, if one is known. */
  readonly pathOnVolume: string | undefined;
  /** What is known of it as a raw disk or volume, if it is one. */
  readonly raw: RawDevice | undefined;
  /** What a transfer of 0 bytes means on it. */
  readonly device: DeviceKind;
  /** Whether it has offsets: a file, a volume or a disk. */
  readonly seekable: boolean;
  /** The sector sizes, if the system takes whole sectors only. */
  readonly sector: SectorSize | undefined;
}

/**
 * Takes a handle for a file of one of the two classes.
 *
 * @param kind Which handles the class takes.
 * @throws {TypeError} If an argument is wrong, or the handle of the other kind.
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file, pipe
 * or device.
 */
export function takeHandle(
  handle: Handle,
  path: string,
  mode: FileMode,
  owned: boolean,
  kind: HandleKind,
): TakenHandle {
  const isOpened = mode instanceof OpenedMode;
  if (!isOpened) {
    checkHandle(handle);
    checkLabel(path);
    checkBoolean("owned", owned);
    mode = checkedMode(mode);
  }
  const type = fileTypeOf(handle, path);
  if (
    !isOpened && isOverlapped(modeBitsOf(handle, path)) !== kind.overlapped
  ) throw otherKindError(path, kind.overlapped);
  // Some systems do not say of what type a volume is. Devices have such paths,
  // and so have files with long ones.
  const mayBeRaw = (type === "disk" || type === "unknown") &&
    (!isOpened || isVerbatim(path));
  const raw = mayBeRaw ? rawDeviceOf({ handle, kind }) : undefined;
  const seekable = type === "disk" || raw !== undefined;
  const isPipe = type === "pipe";
  const name = seekable ? "disk" : isPipe ? "pipe" : characterKindOf(handle);
  const isPath = isOpened || isAbsolute(path);
  const taken = {
    handle,
    path,
    mode,
    owned: isOpened || (owned && !isStandardHandle(handle)),
    kind,
    type,
    pathOnVolume: isPath && !isDevicePath(path) ? path : undefined,
    raw,
    device: new DeviceKind(name, path),
    seekable,
  };
  const isSectored = seekable && (mode.unbuffered || raw !== undefined);
  return { ...taken, sector: isSectored ? sectorSizeOf(taken) : undefined };
}

/**
 * Asks what a handle was opened for, and how.
 *
 * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file, pipe
 * or device.
 *
 * @see https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_mode_information
 */
export function modeOfHandle(
  handle: Handle,
  path: string,
): { mode: FileMode; overlapped: boolean } {
  const bits = modeBitsOf(handle, path);
  const access = Number(queriedOf(handle, FileAccessInformation, path));
  const write = (access & FILE_WRITE_DATA) !== 0;
  const mode = {
    read: (access & FILE_READ_DATA) !== 0,
    write,
    append: !write && (access & FILE_APPEND_DATA) !== 0,
    unbuffered: (bits & FILE_NO_INTERMEDIATE_BUFFERING) !== 0,
  };
  return { mode, overlapped: isOverlapped(bits) };
}

/**
 * Checks a handle as far as that goes without a call.
 *
 * @throws {TypeError} If it is no bigint, or what a failed call returned.
 */
export function checkHandle(handle: unknown): asserts handle is Handle {
  if (typeof handle !== "bigint") {
    throw new TypeError(
      `handle must be a handle (bigint): got ${describe(handle)}. toHandle() ` +
        "makes one of a number.",
    );
  }
  if (BigInt.asUintN(64, handle) === INVALID_HANDLE_VALUE) {
    throw new TypeError(
      "handle must not be INVALID_HANDLE_VALUE, which a call returns that has " +
        "failed: compare its result before, and throw Win32Error.last()",
    );
  }
}

/**
 * Checks what errors are to call a handle.
 *
 * @throws {TypeError} If it is no string.
 */
export function checkLabel(path: unknown): void {
  if (typeof path === "string") return;
  throw argumentError("path", "a string, which errors show", path);
}

/** Whether the program's console or redirected files are behind a handle. */
function isStandardHandle(handle: Handle): boolean {
  return [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE].some((which) =>
    kernel32.GetStdHandle(which) === handle
  );
}

function isOverlapped(modeBits: number): boolean {
  return (modeBits & FILE_SYNCHRONOUS_IO) === 0;
}

function modeBitsOf(handle: Handle, path: string): number {
  return Number(queriedOf(handle, FileModeInformation, path));
}

function otherKindError(path: string, overlapped: boolean): TypeError {
  return new TypeError(
    overlapped
      ? `'${path}' was opened without FILE_FLAG_OVERLAPPED, which an ` +
        "OverlappedFile needs: use SyncFile, or fromHandle(), which chooses"
      : `'${path}' was opened with FILE_FLAG_OVERLAPPED, so that the kernel ` +
        "would use memory after the call: use OverlappedFile, or " +
        "fromHandle(), which chooses",
  );
}
