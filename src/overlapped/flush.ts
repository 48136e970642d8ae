/**
 * Flushes that do not block the JS thread.
 *
 * @module
 */
import {
  callOnThread,
  diskThreads,
  peerThreads,
} from "../file/thread_queue.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";
import { callWhileOpen } from "./thread_call.ts";

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
    const { handle, isDisk, path } = this.#handle;
    // "FlushFileBuffers does not return until the client has read all".
    // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
    const threads = isDisk ? diskThreads : peerThreads;
    try {
      await callWhileOpen(this.#handle, "flush", threads, () => {
        onStart();
        return callOnThread("FlushFileBuffers", [handle], path);
      });
    } catch (error) {
      this.#waiting = undefined;
      throw error;
    }
  }
}
