/**
 * Locks on ranges of bytes.
 *
 * @module
 */
import { checkOffset, describe, MAX_OFFSET } from "./arguments.ts";
import { Win32Error } from "./error.ts";
import { type Handle, kernel32 } from "./raw.ts";
import { OVERLAPPED } from "./structs.ts";

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

const LOCKFILE_FAIL_IMMEDIATELY = 1;
const LOCKFILE_EXCLUSIVE_LOCK = 2;

/** Locks a range. */
export function lockRange(
  handle: Handle,
  options: LockOptions,
  path: string,
): void {
  checkObject(options);
  const { exclusive = true, wait = true } = options;
  for (const [name, value] of Object.entries({ exclusive, wait })) {
    if (typeof value !== "boolean") {
      throw new TypeError(
        `${name} must be true or false: got ${describe(value)}`,
      );
    }
  }
  const { low, high, overlapped } = rangeArguments(options);
  const flags = (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0) |
    (wait ? 0 : LOCKFILE_FAIL_IMMEDIATELY);
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
  checkObject(range);
  const { low, high, overlapped } = rangeArguments(range);
  if (!kernel32.UnlockFileEx(handle, 0, low, high, overlapped)) {
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

function rangeArguments(range: LockRange): {
  low: number;
  high: number;
  overlapped: Uint8Array;
} {
  const { at = 0, length = MAX_OFFSET } = range;
  checkOffset("at", at);
  checkOffset("length", length);
  const bytes = BigInt(length);
  return {
    low: Number(bytes & 0xFFFF_FFFFn),
    high: Number(bytes >> 32n),
    overlapped: OVERLAPPED.create({ Pointer: BigInt(at) }),
  };
}
