/**
 * Blocking calls, made on other threads, a few at a time.
 *
 * @module
 */
import { argumentOffset, RESULT } from "../../ffi/capture/block.ts";
import { thread } from "../../ffi/thread.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  isAborted,
  listen,
  reasonOf,
  throwIfAborted,
  unlisten,
} from "./signal.ts";
import { workerCaller } from "../../ffi/worker.ts";

/** Runs work that occupies a thread each, and has the rest wait in order. */
export class ThreadQueue {
  readonly #threads: number;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /** @param threads How much work may run at once. */
  constructor(threads: number) {
    this.#threads = threads;
  }

  /**
   * Runs work when a thread is free.
   *
   * @param signal Ends the wait for a thread. It does not end the work.
   * @throws The signal's reason, and what the work throws.
   */
  async run<T>(
    work: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (this.#running >= this.#threads) await this.#wait(signal);
    else this.#running++;
    try {
      throwIfAborted(signal);
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Waits for the thread of work that ends. */
  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waiting.delete(takeOver);
        unlisten(signal, abort);
        settle();
      };
      const takeOver = () => end(resolve);
      const abort = () => end(() => reject(reasonOf(signal!)));
      this.#waiting.add(takeOver);
      listen(signal, abort);
      // One that has been aborted fires no event.
      if (isAborted(signal)) abort();
    });
  }
}

// Deno has four threads for each processor, and its own file functions use them,
// too. Bun starts a Worker for each.

/** Threads for calls that wait for a disk. */
export const diskThreads: ThreadQueue = /* @__PURE__ */ new ThreadQueue(4);

/**
 * Threads for calls that wait for the peer of a pipe, which may take for ever.
 * They never occupy the threads of files.
 */
export const peerThreads: ThreadQueue = /* @__PURE__ */ new ThreadQueue(2);

/**
 * Calls a function that returns BOOL on another thread. What its arguments
 * point to must be native memory and stay until then.
 *
 * @throws {Win32Error} If it fails.
 */
export async function callOnThread(
  name: string,
  args: readonly bigint[],
  path: string,
): Promise<void> {
  const code = await codeOfThreadCall(name, args);
  if (code !== undefined) throw new Win32Error(name, code, { path });
}

/**
 * Calls a function as `callOnThread()` does.
 *
 * @returns The last error if it failed, else undefined.
 */
export async function codeOfThreadCall(
  name: string,
  args: readonly bigint[],
): Promise<number | undefined> {
  const { result, lastError } = await resultOfThreadCall(name, args);
  return BigInt.asUintN(32, result) === 0n ? lastError : undefined;
}

/**
 * Calls a function as `callOnThread()` does, whatever it returns.
 *
 * @returns The result, as 64 bits, and the last error.
 */
export async function resultOfThreadCall(
  name: string,
  args: readonly bigint[],
): Promise<{ readonly result: bigint; readonly lastError: number }> {
  const call = thread().threadCall(name, workerCaller);
  try {
    args.forEach((value, index) =>
      call.view.setBigUint64(argumentOffset(index), value, true)
    );
    await call.call();
    const result = call.view.getBigUint64(RESULT, true);
    return { result, lastError: call.lastError };
  } finally {
    call.free();
  }
}
