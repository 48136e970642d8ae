/** How a call that waits can be ended otherwise than by what it waits for. */
export interface BlockingEnds {
  /** As CancelSynchronousIo does; nothing if it is no I/O that is waited for. */
  readonly cancel?: () => void;
  /** Because its time is over; nothing for a wait without a limit. */
  readonly expire?: (() => void) | undefined;
  /** Looks whether it is over, on a thread that has no event loop to wake it. */
  readonly poll?: () => void;
}

/** A call that cannot return yet. */
export class Blocking {
  /** What is waited for, for messages. */
  readonly what: string;
  readonly ends: BlockingEnds;
  readonly ended: Promise<void>;
  value: (() => bigint) | undefined;
  readonly #settle: () => void;

  constructor(what: string, ends: BlockingEnds) {
    this.what = what;
    this.ends = ends;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settle = resolve;
  }

  /** Has the call return what a function gives, or fail as that does. */
  end(value: () => bigint): void {
    if (this.value !== undefined) return;
    this.value = value;
    this.#settle();
  }
}

/** A thread of the process: what it waits for, and its last error. */
export class Thread {
  readonly id: number;
  lastError = 0;
  blocking: Blocking | undefined;

  constructor(id: number) {
    this.id = id;
  }
}

/** What a handle of a thread refers to. */
export class ThreadHandle {
  readonly thread: Thread;

  constructor(thread: Thread) {
    this.thread = thread;
  }

  close(): void {}
}
