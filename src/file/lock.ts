/**
 * Locks on ranges of bytes.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { ERROR_LOCK_VIOLATION } from "../errors/codes.ts";
import { getLastWin32Error } from "../errors/last_error.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  LOCKFILE_EXCLUSIVE_LOCK,
  LOCKFILE_FAIL_IMMEDIATELY,
} from "../win32/constants.ts";
import { OVERLAPPED } from "../win32/offsets.ts";
import { checkOffset, checkSignal, MAX_OFFSET } from "./arguments.ts";
import { checkBoolean, type Complete, settingsOf } from "./option_values.ts";

/** Of all three methods: `unlock()` takes the object that `lock()` got. */
const DEFAULTS = {
  at: 0,
  length: MAX_OFFSET,
  exclusive: true,
  wait: true,
  signal: undefined,
};

/** A range of bytes. */
export interface LockRange {
  /** The offset of the first byte. @default {0} */
  readonly at?: number | bigint | undefined;
  /** The length in bytes. @default {2n ** 63n - 1n} */
  readonly length?: number | bigint | undefined;
}

/** A range of bytes, and how `tryLock()` locks it. */
export interface TryLockOptions extends LockRange {
  /**
   * Excludes all others. With `false`, others may hold shared locks and read,
   * and none may write. Deno's `lock()` is shared unless told otherwise.
   *
   * @default {true}
   */
  readonly exclusive?: boolean | undefined;
}

/** A range of bytes, and how `lock()` locks it. */
export interface LockOptions extends TryLockOptions {
  /** Waits until the lock can be had. @default {true} */
  readonly wait?: boolean | undefined;
}

/** A range, checked, as LockFileEx and UnlockFileEx get it. */
export interface RangeArguments {
  /** The offset of the first byte. */
  readonly at: number | bigint;
  /** The low half of the length. */
  readonly low: number;
  /** The high half of the length. */
  readonly high: number;
}

/** What LockFileEx gets, checked, and what may end the wait for it. */
export interface LockArguments extends RangeArguments {
  /** dwFlags. */
  readonly flags: number;
  /** The signal, if the method has one. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks how a range is to be locked.
 *
 * @param options The range, or Deno's boolean for `exclusive`, which is about
 * the whole file.
 * @param method `tryLock()` decides the option `wait` itself.
 * @throws {TypeError} If an option has the wrong type, or contradicts the
 * method.
 * @throws {RangeError} If the range is out of range.
 */
export function lockArguments(
  options:
    | (LockOptions & { readonly signal?: AbortSignal | undefined })
    | boolean,
  method: "lock" | "tryLock" = "lock",
): LockArguments {
  const asked: Exclude<typeof options, boolean> = typeof options === "boolean"
    ? { exclusive: options }
    : options;
  const { exclusive, wait, signal, ...range } = settingsOf(
    `${method}()`,
    asked,
    { ...DEFAULTS, wait: method === "lock" },
  );
  checkBoolean("exclusive", exclusive);
  checkBoolean("wait", wait);
  checkSignal(signal);
  if (method === "tryLock" && wait) {
    throw new TypeError("tryLock() never waits: leave wait out, or use lock()");
  }
  const flags = (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0) |
    (wait ? 0 : LOCKFILE_FAIL_IMMEDIATELY);
  return { ...rangeArguments(range), flags, signal };
}

/** Locks a range. */
export function lockRange(
  handle: Handle,
  range: LockArguments,
  path: string,
): void {
  if (tryLockRange(handle, range, path)) return;
  throw new Win32Error("LockFileEx", ERROR_LOCK_VIOLATION, { path });
}

/** Locks a range, unless a lock is in the way. Returns whether it did. */
export function tryLockRange(
  handle: Handle,
  { at, flags, low, high }: LockArguments,
  path: string,
): boolean {
  const overlapped = overlappedAt(at);
  if (kernel32.LockFileEx(handle, flags, 0, low, high, overlapped)) return true;
  const code = getLastWin32Error();
  if (code === ERROR_LOCK_VIOLATION) return false;
  throw new Win32Error("LockFileEx", code, { path });
}

/**
 * Checks which range is to be unlocked.
 *
 * @throws {TypeError} If an option is unknown or has the wrong type.
 * @throws {RangeError} If the range is out of range.
 */
export function unlockArguments(range: LockRange): RangeArguments {
  return rangeArguments(settingsOf("unlock()", range, DEFAULTS));
}

/** Unlocks a range. */
export function unlockRange(
  handle: Handle,
  { at, low, high }: RangeArguments,
  path: string,
): void {
  if (!kernel32.UnlockFileEx(handle, 0, low, high, overlappedAt(at))) {
    throw Win32Error.last("UnlockFileEx", { path });
  }
}

function rangeArguments({ at, length }: Complete<LockRange>): RangeArguments {
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
