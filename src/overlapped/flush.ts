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
import { whileOpen } from "./thread_call.ts";

/** The flushes of one handle. */
export class Flusher {
  readonly #handle: OverlappedHandle;
  readonly #method: string;
  /** The flush that has not begun. */
  #waiting: Promise<void> | undefined;
  /** The end of the flush that comes last so far. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param method The method that errors of a closed handle name. */
  constructor(handle: OverlappedHandle, method: string) {
    this.#handle = handle;
    this.#method = method;
  }

  /**
   * Flushes on another thread, after the flush before. Until it begins it serves
   * all calls: it covers what was written before any of them.
   */
  flush(): Promise<void> {
    if (this.#waiting === undefined) {
      this.#waiting = this.#run(this.#last);
      this.#last = this.#waiting.catch(() => {});
    }
    return this.#waiting;
  }

  async #run(last: Promise<unknown>): Promise<void> {
    const { handle, isDisk, path, closingSignal } = this.#handle;
    // "FlushFileBuffers does not return until the client has read all".
    // https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
    const threads = isDisk ? diskThreads : peerThreads;
    await whileOpen(this.#handle, this.#method, async () => {
      await last;
      await threads.run(() => {
        this.#waiting = undefined;
        return callOnThread("FlushFileBuffers", [handle], path);
      }, closingSignal);
    });
  }
}
