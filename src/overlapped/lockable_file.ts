/**
 * Files of which ranges of bytes are locked without blocking.
 *
 * @module
 */
import { ERROR_LOCK_VIOLATION } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  lockArguments,
  type LockOptions,
  type TryLockOptions,
} from "../file/lock.ts";
import type { TakenHandle } from "../file/taken_handle.ts";
import { OverlappedControlFile } from "./control_file.ts";
import { lockOverlapped } from "./lock.ts";
import type { SignalOptions } from "./options.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/** What overlapped files have for sharing a file with other programs. */
export abstract class LockableFile extends OverlappedControlFile {
  readonly #overlapped: OverlappedHandle;

  /**
   * Takes a handle that is bound to a completion port.
   *
   * @internal
   */
  protected constructor(taken: TakenHandle, overlapped: OverlappedHandle) {
    super(taken, overlapped);
    this.#overlapped = overlapped;
  }

  /**
   * Locks a range of bytes, exclusively unless told otherwise (Deno's `lock()`
   * is shared unless told otherwise), as `SyncFile.lock()` does. The wait for
   * the lock blocks nothing, and a signal can end it.
   *
   * @param options The range, how it is locked, and a signal; or Deno's boolean
   * for `exclusive`, which locks all of the file.
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If the range is out of range.
   * @throws {FileClosedError} If the file has been closed, or is during the
   * wait.
   * @throws {Win32Error} ERROR_LOCK_VIOLATION if `wait` is false and another
   * lock is in the way, ERROR_ACCESS_DENIED on a file that is open for neither
   * reading nor writing.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   *
   * @example Hold a lock during an update
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("held.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * await file.lock({ at: 0, length: 64 });
   * await file.write(new Uint8Array(64), { at: 0 });
   * file.unlock({ at: 0, length: 64 });
   * ```
   */
  async lock(
    options: (LockOptions & SignalOptions) | boolean = {},
  ): Promise<void> {
    this.check("lock");
    if (await lockOverlapped(this.#overlapped, lockArguments(options))) return;
    throw new Win32Error("LockFileEx", ERROR_LOCK_VIOLATION, {
      path: this.path,
    });
  }

  /**
   * Locks a range of bytes as `lock()` does, exclusively unless told otherwise
   * (Deno's `tryLock()` is shared unless told otherwise), if that needs no
   * wait.
   *
   * @param options The range, how it is locked, and a signal; or Deno's boolean
   * for `exclusive`, which locks all of the file.
   * @returns Whether the range is locked now: false if another lock is in the
   * way.
   * @throws {Error} What `lock()` throws, but for ERROR_LOCK_VIOLATION.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   *
   * @example Do a job that no other process is doing
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("only.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * if (await file.tryLock()) console.log("The job is ours.");
   * ```
   */
  async tryLock(
    options: (TryLockOptions & SignalOptions) | boolean = {},
  ): Promise<boolean> {
    this.check("tryLock");
    const range = lockArguments(options, "tryLock");
    return await lockOverlapped(this.#overlapped, range);
  }
}
