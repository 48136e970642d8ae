/**
 * Locks that are waited for without blocking.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { isWine } from "../../ffi/ntdll.ts";
import { ERROR_LOCK_VIOLATION } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { delay } from "../file/event_loop.ts";
import type { LockArguments } from "../file/lock.ts";
import { isReason } from "../file/signal.ts";
import { LOCKFILE_FAIL_IMMEDIATELY } from "../win32/constants.ts";
import { ControlOperation } from "./control_operation.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/** How often a lock is tried where the system cannot wait for it. */
const INTERVAL_MS = 10;

/**
 * Locks a range of bytes. Wine says ERROR_IO_PENDING and neither completes nor
 * cancels the operation ever, so that the lock is tried again and again there.
 *
 * @returns False if it must not wait and another lock is in the way.
 */
export async function lockOverlapped(
  handle: OverlappedHandle,
  { at, flags, low, high, signal }: LockArguments,
): Promise<boolean> {
  const waits = (flags & LOCKFILE_FAIL_IMMEDIATELY) === 0;
  if (waits && !isWine()) {
    await lock(flags);
    return true;
  }
  while (!await tryLock()) {
    if (!waits) return false;
    await delay(INTERVAL_MS).ended;
  }
  return true;

  async function tryLock(): Promise<boolean> {
    try {
      await lock(flags | LOCKFILE_FAIL_IMMEDIATELY);
      return true;
    } catch (error) {
      const isTaken = error instanceof Win32Error &&
        error.win32 === ERROR_LOCK_VIOLATION && !isReason(error, signal);
      if (isTaken) return false;
      throw error;
    }
  }

  function lock(flags: number): Promise<number> {
    const kind = { method: "lock", syscall: "LockFileEx" };
    const call = (overlapped: bigint) =>
      kernel32.LockFileEx(handle.handle, flags, 0, low, high, overlapped);
    return new ControlOperation(handle, kind, call, { offset: at, signal })
      .begin();
  }
}
