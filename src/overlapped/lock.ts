/**
 * Locks that are waited for without blocking.
 *
 * @module
 */
import { kernel32 } from "../../ffi/kernel32.ts";
import { isWine } from "../../ffi/ntdll.ts";
import { ERROR_LOCK_VIOLATION } from "../errors/codes.ts";
import type { Outcome } from "./completion_port.ts";
import { LOCKFILE_FAIL_IMMEDIATELY } from "../win32/constants.ts";
import type { LockArguments } from "../file/lock.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";
import type { Handle } from "../../ffi/handle.ts";

/** How often it is tried to get a lock where waiting for it is not to be had. */
const INTERVAL_MS = 10;

/**
 * Locks a range of bytes. Wine says ERROR_IO_PENDING and neither completes nor
 * cancels the operation ever: it is asked again and again there.
 */
export async function lockOverlapped(
  overlapped: OverlappedHandle,
  handle: Handle,
  { at, flags, low, high }: LockArguments,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const lock = (flags: number) =>
    overlapped.perform({
      offset: at,
      length: 0,
      signal,
      call: (overlapped) =>
        kernel32.LockFileEx(handle, flags, 0, low, high, overlapped),
    });
  if ((flags & LOCKFILE_FAIL_IMMEDIATELY) !== 0 || !isWine()) {
    return await lock(flags);
  }
  for (;;) {
    const outcome = await lock(flags | LOCKFILE_FAIL_IMMEDIATELY);
    if (outcome.code !== ERROR_LOCK_VIOLATION) return outcome;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
