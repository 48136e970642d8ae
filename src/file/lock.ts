/**
 * Locks on ranges of bytes.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import {
  LOCKFILE_EXCLUSIVE_LOCK,
  LOCKFILE_FAIL_IMMEDIATELY,
} from "../win32/constants.ts";
import { describe } from "../errors/describe.ts";
import { checkOffset, MAX_OFFSET } from "./arguments.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { OVERLAPPED } from "../win32/offsets.ts";
import type { Handle } from "../../ffi/handle.ts";

/** A range of bytes. */
export interface LockRange {
  /** The offset of the first byte. @default {0} */
  readonly at?: number | bigint;
  /** The length in bytes. @default {2n ** 63n - 1n} */
  readonly length?: number | bigint;
}

/** A range of bytes, and how it is locked. */
export interface LockOptions extends LockRange {
  /** Nobody else may read the range either. @default {true} */
  readonly exclusive?: boolean;
  /** Waits until the lock can be had. @default {true} */
  readonly wait?: boolean;
}

/** What LockFileEx is told, checked. */
export interface LockArguments {
  /** The offset of the first byte. */
  readonly at: number | bigint;
  /** dwFlags. */
  readonly flags: number;
  /** The low half of the length. */
  readonly low: number;
  /** The high half of the length. */
  readonly high: number;
}

/** Checks how a range is to be locked. */
export function lockArguments(options: LockOptions): LockArguments {
  const range = rangeArguments(options);
  const { exclusive = true, wait = true } = options;
  for (const [name, value] of Object.entries({ exclusive, wait })) {
    if (typeof value !== "boolean") {
      throw new TypeError(
        `${name} must be true or false: got ${describe(value)}`,
      );
    }
  }
  const flags = (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0) |
    (wait ? 0 : LOCKFILE_FAIL_IMMEDIATELY);
  return { ...range, flags };
}

/** Locks a range. */
export function lockRange(
  handle: Handle,
  options: LockOptions,
  path: string,
): void {
  const { at, flags, low, high } = lockArguments(options);
  const overlapped = overlappedAt(at);
  if (!kernel32.LockFileEx(handle, flags, 0, low, high, overlapped)) {
    throw Win32Error.last("LockFileEx", { path });
  }
}

/** Unlocks a range. */
export function unlockRange(
  handle: Handle,
  range: LockRange,
  path: string,
): void {
  const { at, low, high } = rangeArguments(range);
  if (!kernel32.UnlockFileEx(handle, 0, low, high, overlappedAt(at))) {
    throw Win32Error.last("UnlockFileEx", { path });
  }
}

function checkObject(range: unknown): void {
  if (typeof range === "object" && range !== null) return;
  throw new TypeError(
    `A range must be an object such as { at: 0, length: 64 }: got ` +
      describe(range),
  );
}

function rangeArguments(range: LockRange): Omit<LockArguments, "flags"> {
  checkObject(range);
  const { at = 0, length = MAX_OFFSET } = range;
  checkOffset("at", at);
  checkOffset("length", length);
  const bytes = BigInt(length);
  return { at, low: Number(bytes & 0xFFFF_FFFFn), high: Number(bytes >> 32n) };
}

function overlappedAt(offset: number | bigint): DataView {
  const overlapped = new DataView(new ArrayBuffer(OVERLAPPED.size));
  overlapped.setBigUint64(OVERLAPPED.Pointer, BigInt(offset), true);
  return overlapped;
}
