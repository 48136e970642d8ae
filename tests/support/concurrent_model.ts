import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";

/** A transfer of a batch, and how it ended. */
export interface Done {
  readonly kind: "read" | "write";
  /** Its offset, or nothing where it went on at the position. */
  readonly at: number | undefined;
  /** What was to be written, or what is now in the buffer. */
  readonly bytes: Uint8Array;
  /** The count; nothing if it was rejected. Null at the end. */
  readonly count: number | null | undefined;
  /** It was cancelled midway: the count is that of what came before, and more may have been written. */
  readonly isPart?: boolean;
}

interface Placed extends Done {
  readonly offset: number;
}

/**
 * A file in memory, on which transfers run side by side. Of bytes that one
 * write covers the outcome is certain; where several do, or one was cancelled,
 * each byte is one of those that were there or written.
 */
export class ConcurrentModel {
  contents: Uint8Array = new Uint8Array(0);
  position = 0;

  /** Cuts or extends it. */
  truncate(size: number): void {
    const next = new Uint8Array(size);
    next.set(this.contents.subarray(0, size));
    this.contents = next;
  }

  /** Checks what a batch of transfers has read and left, and goes on from there. */
  check(batch: readonly Done[], left: Uint8Array, append: boolean): void {
    const placed = this.#place(batch, append, left);
    const writes = placed.filter(({ kind }) => kind === "write");
    for (const read of placed) {
      if (read.kind === "read") this.#checkRead(read, writes);
    }
    this.#checkLeft(writes, left);
    this.contents = left;
  }

  /** Those without an offset go on where the one before has ended. */
  #place(
    batch: readonly Done[],
    append: boolean,
    left: Uint8Array,
  ): Placed[] {
    // What is appended comes in the order of the calls; a cancelled one not.
    let end = this.contents.length;
    return batch.map((done) => {
      if (done.at !== undefined) return { ...done, offset: done.at };
      if (append && done.kind === "write") {
        const offset = end;
        end += done.count ?? 0;
        assert(end <= left.length, "something that was appended is not there");
        return { ...done, offset };
      }
      const offset = this.position;
      this.position += done.count ?? 0;
      return { ...done, offset };
    });
  }

  #checkRead(read: Placed, writes: readonly Placed[]): void {
    const { bytes, offset, count, isPart = false } = read;
    if (count === undefined) return;
    const least = this.contents.length;
    const most = Math.max(least, ...writes.map(endOf));
    const got = count ?? 0;
    const between = (size: number) =>
      Math.max(0, Math.min(bytes.length, size - offset));
    assert(
      (isPart || got >= between(least)) && got <= between(most),
      `read ${got} of ${bytes.length} bytes at ${offset} of ${least} to ${most}`,
    );
    assertEquals(count === null, got === 0 && bytes.length > 0);
    const before = new Uint8Array(got);
    before.set(this.contents.subarray(offset, offset + got));
    if (Buffer.compare(before, bytes.subarray(0, got)) === 0) return;
    for (let i = 0; i < got; i++) {
      const at = offset + i;
      const byte = bytes[i];
      const isThere = byte === (this.contents[at] ?? 0) ||
        writes.some((write) => byteOf(write, at) === byte);
      assert(isThere, `read ${byte} at ${at}, where it never was`);
    }
  }

  /** Whether what is left is what the writes leave in their order, as most batches do. */
  #isLeftByOneAfterTheOther(
    writes: readonly Placed[],
    left: Uint8Array,
  ): boolean {
    const expected = new Uint8Array(left.length);
    expected.set(this.contents.subarray(0, left.length));
    for (const { offset, bytes, count } of writes) {
      if (typeof count !== "number") continue;
      if (offset + count > left.length) return false;
      expected.set(bytes.subarray(0, count), offset);
    }
    return Buffer.compare(expected, left) === 0;
  }

  #checkLeft(writes: readonly Placed[], left: Uint8Array): void {
    const completed = writes.filter(({ count }) => count !== undefined);
    const counted = completed.map((write) => ({ ...write, isPart: false }));
    const least = Math.max(this.contents.length, ...counted.map(endOf));
    const most = Math.max(least, ...writes.map(endOf));
    assert(
      left.length >= least && left.length <= most,
      `the size is ${left.length}, not from ${least} to ${most}`,
    );
    if (this.#isLeftByOneAfterTheOther(writes, left)) return;
    for (let at = 0; at < left.length; at++) {
      const certain = counted.some((write) => byteOf(write, at) !== undefined);
      const byte = left[at];
      const isOld = !certain && byte === (this.contents[at] ?? 0);
      if (isOld || writes.some((write) => byteOf(write, at) === byte)) continue;
      const old = this.contents[at];
      const written = writes.map((write) => byteOf(write, at));
      throw new Error(
        `left ${byte} at ${at}: before it was ${old}, written ${written}`,
      );
    }
  }
}

/** What was written; all that was to be, if it was cancelled. */
const lengthOf = ({ bytes, count, isPart }: Done) =>
  isPart ? bytes.length : count ?? bytes.length;

const endOf = (write: Placed) =>
  lengthOf(write) > 0 ? write.offset + lengthOf(write) : 0;

function byteOf(write: Placed, at: number): number | undefined {
  const i = at - write.offset;
  return i >= 0 && i < lengthOf(write) ? write.bytes[i] : undefined;
}
