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
   * Exclusive locks overlap no other lock, shared ones only shared ones: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   * The owner's own exclusive lock does not count there: test_LockFile in Wine's dlls/kernel32/tests/file.c.
   */
  lock(
    owner: OpenFile,
    offset: bigint,
    length: bigint,
    exclusive: boolean,
  ): boolean {
    const isFree = this.#over(offset, length).every((lock) =>
      !exclusive && (!lock.exclusive || lock.owner === owner)
    );
    if (isFree) this.#locks.push({ owner, offset, length, exclusive });
    return isFree;
  }

  /**
   * Unlocks a range, which must be exactly one that was locked; an exclusive lock goes first: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-unlockfileex
   */
  unlock(owner: OpenFile, offset: bigint, length: bigint): boolean {
    const mine = this.#locks.filter((lock) =>
      lock.owner === owner && lock.offset === offset && lock.length === length
    );
    const lock = mine.find(({ exclusive }) => exclusive) ?? mine[0];
    if (lock !== undefined) this.#locks.splice(this.#locks.indexOf(lock), 1);
    return lock !== undefined;
  }

  /** Whether another handle's exclusive lock forbids a read. */
  forbidsRead(reader: OpenFile, offset: bigint, length: bigint): boolean {
    return this.#over(offset, length).some((lock) =>
      lock.exclusive && lock.owner !== reader
    );
  }

  /** Whether a lock forbids a write: a shared lock denies writes to all, the owner included. */
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
