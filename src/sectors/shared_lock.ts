/**
 * A lock that many may share, or one may have.
 *
 * @module
 */

interface Waiting {
  readonly exclusive: boolean;
  readonly letIn: () => void;
}

/** Lets work in, in the order it came. */
export class SharedLock {
  readonly #queue: Waiting[] = [];
  /** How many share it; -1 if one has it alone. */
  #holders = 0;

  /** Runs work beside other shared work. */
  shared<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(false, work);
  }

  /** Runs work alone. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(true, work);
  }

  /** Shares it if that goes at once. Whoever does must leave. */
  tryShare(): boolean {
    return this.#queue.length === 0 && this.#enter(false);
  }

  /** Ends what `tryShare()` began. */
  leave(): void {
    this.#leave(false);
  }

  async #run<T>(exclusive: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#queue.length > 0 || !this.#enter(exclusive)) {
      await new Promise<void>((letIn) =>
        this.#queue.push({ exclusive, letIn })
      );
    }
    try {
      return await work();
    } finally {
      this.#leave(exclusive);
    }
  }

  #leave(exclusive: boolean): void {
    this.#holders -= exclusive ? -1 : 1;
    while (this.#queue.length > 0 && this.#enter(this.#queue[0]!.exclusive)) {
      this.#queue.shift()!.letIn();
    }
  }

  #enter(exclusive: boolean): boolean {
    if (this.#holders < 0 || (exclusive && this.#holders > 0)) return false;
    this.#holders = exclusive ? -1 : this.#holders + 1;
    return true;
  }
}
