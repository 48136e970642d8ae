/**
 * A lock that many transfers may share, or one may have alone.
 *
 * @module
 */

interface Waiting {
  readonly exclusive: boolean;
  readonly admit: () => void;
}

/** Admits transfers in the order they came. */
export class SharedLock {
  readonly #queue: Waiting[] = [];
  #shares = 0;
  #isExclusive = false;

  /** Runs work beside other shared work. */
  shared<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(false, work);
  }

  /** Runs work alone. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(true, work);
  }

  /** Takes a share if that needs no wait. `leave()` releases it. */
  tryShare(): boolean {
    return this.#queue.length === 0 && this.#enter(false);
  }

  /** Takes one more share for a caller that has one. */
  shareAgain(): void {
    this.#shares++;
  }

  /** Releases a share. */
  leave(): void {
    this.#shares--;
    this.#admit();
  }

  async #run<T>(exclusive: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#queue.length > 0 || !this.#enter(exclusive)) {
      await new Promise<void>((admit) =>
        this.#queue.push({ exclusive, admit })
      );
    }
    try {
      return await work();
    } finally {
      if (exclusive) {
        this.#isExclusive = false;
        this.#admit();
      } else this.leave();
    }
  }

  #admit(): void {
    while (this.#queue.length > 0 && this.#enter(this.#queue[0]!.exclusive)) {
      this.#queue.shift()!.admit();
    }
  }

  #enter(exclusive: boolean): boolean {
    if (this.#isExclusive || (exclusive && this.#shares > 0)) return false;
    if (exclusive) this.#isExclusive = true;
    else this.#shares++;
    return true;
  }
}
