import type { OpenFile } from "./open_file.ts";

/** A locked range of bytes. Its numbers have 64 bits. */
interface Lock {
  readonly owner: OpenFile;
  readonly offset: bigint;
  readonly length: bigint;
  readonly exclusive: boolean;
}

/** The locks on a file: https://learn.microsoft.com/windows/win32/fileio/locking-and-unlocking-byte-ranges-in-files */
export class RangeLocks {
  #locks: Lock[] = [];

  /**
   * Locks a range unless another lock forbids it.
   *
   * "Exclusive locks cannot overlap an existing locked region of a file. Shared locks can overlap a locked region provided
   * locks held on that region are shared locks": https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   */
  lock(
    owner: OpenFile,
    offset: bigint,
    length: bigint,
    exclusive: boolean,
  ): boolean {
    const isFree = this.#over(offset, length).every((lock) =>
      !exclusive && !lock.exclusive
    );
    if (isFree) this.#locks.push({ owner, offset, length, exclusive });
    return isFree;
  }

  /**
   * Unlocks a range, which "must correspond exactly to an existing locked region":
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex
   */
  unlock(owner: OpenFile, offset: bigint, length: bigint): boolean {
    const index = this.#locks.findIndex((lock) =>
      lock.owner === owner && lock.offset === offset && lock.length === length
    );
    if (index >= 0) this.#locks.splice(index, 1);
    return index >= 0;
  }

  /** Whether another handle's exclusive lock forbids a read. */
  forbidsRead(reader: OpenFile, offset: bigint, length: bigint): boolean {
    return this.#over(offset, length).some((lock) =>
      lock.exclusive && lock.owner !== reader
    );
  }

  /** Whether a lock forbids a write; "a shared lock … denies write access to all, the owner included". */
  forbidsWrite(writer: OpenFile, offset: bigint, length: bigint): boolean {
    return this.#over(offset, length).some((lock) =>
      !lock.exclusive || lock.owner !== writer
    );
  }

  /** Ends all locks of an open file. */
  release(owner: OpenFile): void {
    this.#locks = this.#locks.filter((lock) => lock.owner !== owner);
  }

  #over(offset: bigint, length: bigint): Lock[] {
    return this.#locks.filter((lock) =>
      lock.offset < offset + length && offset < lock.offset + lock.length
    );
  }
}
