import {
  ERROR_ABANDONED_WAIT_0,
  WAIT_TIMEOUT,
} from "../../../src/errors/codes.ts";
import { fail } from "./failure.ts";
import type { KernelObject } from "./handles.ts";
import { Blocking } from "./thread.ts";

/** An entry of a completion port. */
export interface Packet {
  readonly key: bigint;
  readonly overlapped: bigint;
  readonly count: number;
  /** What is done when it is taken out. Gives the status that stands in Internal. */
  readonly taken: () => number;
}

/** A thread that waits for packets. */
interface Waiter {
  readonly blocking: Blocking;
  /** Takes packets; the result of the call. */
  readonly take: () => bigint;
}

/** A completion port. https://learn.microsoft.com/windows/win32/fileio/i-o-completion-ports */
export class CompletionPort implements KernelObject {
  /** First in, first out. */
  readonly packets: Packet[] = [];
  readonly #waiters: Waiter[] = [];

  /** Queues a packet. */
  post(packet: Packet): void {
    this.packets.push(packet);
    // A thread takes a while to wake up, and then takes all that there is.
    if (this.#waiters.length > 0) queueMicrotask(() => this.#wake());
  }

  /**
   * Takes packets out, or waits for some.
   *
   * @param take Takes what there is; the result of the call.
   * @param milliseconds How long to wait for it.
   */
  remove(take: () => bigint, milliseconds: number): bigint | Blocking {
    if (this.packets.length > 0) return take();
    // https://learn.microsoft.com/windows/win32/fileio/getqueuedcompletionstatusex-func
    if (milliseconds === 0) return fail(WAIT_TIMEOUT);
    const isInfinite = milliseconds === 0xFFFF_FFFF;
    const expire = () => {
      clearTimeout(timer);
      const index = this.#waiters.findIndex((waiter) =>
        waiter.blocking === blocking
      );
      if (index >= 0) this.#waiters.splice(index, 1);
      blocking.end(() => fail(WAIT_TIMEOUT));
    };
    const timer = isInfinite ? undefined : setTimeout(expire, milliseconds);
    const blocking = new Blocking("packets of a completion port", {
      expire: isInfinite ? undefined : expire,
      poll: () => this.#wake(),
    });
    this.#waiters.push({
      blocking,
      take: () => {
        clearTimeout(timer);
        return take();
      },
    });
    return blocking;
  }

  close(): void {
    for (const { blocking } of this.#waiters.splice(0)) {
      blocking.end(() => fail(ERROR_ABANDONED_WAIT_0));
    }
  }

  #wake(): void {
    while (this.packets.length > 0 && this.#waiters.length > 0) {
      // Threads are released last in, first out: the page above.
      const { blocking, take } = this.#waiters.pop()!;
      const result = take();
      blocking.end(() => result);
    }
  }
}
