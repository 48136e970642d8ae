/**
 * Flushes that do not block the JS thread.
 *
 * @module
 */
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { FileClosedError, Win32Error } from "../errors/win32_error.ts";
import {
  callOnThread,
  diskThreads,
  peerThreads,
} from "../file/thread_queue.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/** The flushes of one handle. */
export class Flusher {
  readonly #handle: OverlappedHandle;
  /** The flush that waits for a thread. */
  #waiting: Promise<void> | undefined;

  constructor(handle: OverlappedHandle) {
    this.#handle = handle;
  }

  /**
   * Flushes on another thread. A flush that waits for a thread serves all calls
   * until it starts: it covers what was written before any of them.
   */
  flush(): Promise<void> {
    if (this.#waiting !== undefined) return this.#waiting;
    let started = false;
    const flush = this.#run(() => {
      started = true;
      this.#waiting = undefined;
    });
    if (!started) this.#waiting = flush;
    return flush;
  }

  async #run(onStart: () => void): Promise<void> {
    const { handle, isDisk, path, closingSignal } = this.#handle;
    // "FlushFileBuffers does not return until the client has read all".
    // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
    const threads = isDisk ? diskThreads : peerThreads;
    try {
      await this.#handle.during("flush", () =>
        threads.run(() => {
          onStart();
          return callOnThread("FlushFileBuffers", [handle], path);
        }, closingSignal));
    } catch (error) {
      this.#waiting = undefined;
      const isCancelled = error === closingSignal.reason ||
        (error instanceof Win32Error &&
          error.win32 === ERROR_OPERATION_ABORTED);
      throw isCancelled && closingSignal.aborted
        ? new FileClosedError("flush", path)
        : error;
    }
  }
}
