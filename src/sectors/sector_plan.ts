/**
 * How reads and writes of any length, at any offset, are made of reads and
 * writes of whole sectors. A plan only says which: the caller takes its steps,
 * synchronously or not.
 *
 * @module
 */
import { recounted } from "../errors/bytes_transferred.ts";
import { ERROR_HANDLE_EOF } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  isMultiple,
  multipleAbove,
  multipleBelow,
} from "../memory/multiples.ts";
import type { RawDevice } from "../file/raw_device.ts";
import type { SectorSize } from "../file/sector_size.ts";

/** What a device is to do next. */
export type SectorStep =
  | {
    /** A transfer of the first `length` bytes. */
    readonly kind: "read" | "write";
    readonly bytes: Uint8Array;
    readonly length: number;
    readonly offset: number;
  }
  | {
    /** The size is wanted. */
    readonly kind: "size";
  }
  | {
    /** The end is to be set, to the byte. */
    readonly kind: "setEnd";
    readonly size: number;
  };

/** Steps, each of which is answered with a count or a size. */
export type SectorSteps<T> = Generator<SectorStep, T, number>;

/** How much memory a plan works with, in bytes. */
export const BOUNCE_SIZE: number = 1024 * 1024;

/** Plans for one size of sectors. */
export class SectorPlan {
  readonly #logical: number;
  readonly #physical: number;
  readonly #isAligned: (view: Uint8Array, alignment: number) => boolean;
  readonly #path: string | undefined;
  /** Whether its end can be set. */
  readonly #grows: boolean;
  /** Where the device ends: it refuses the whole of a read that passes that. */
  readonly #end: number;

  /**
   * @param sector The sector sizes.
   * @param isAligned Whether the device may be given a view as it is.
   * @param path What errors call the file.
   * @param raw What is known of a raw disk or volume.
   */
  constructor(
    sector: SectorSize,
    isAligned: (view: Uint8Array, alignment: number) => boolean,
    path?: string,
    raw?: RawDevice,
  ) {
    this.#grows = raw === undefined;
    this.#end = raw?.end ?? Infinity;
    this.#logical = sector.logical;
    this.#physical = sector.physical;
    this.#isAligned = isAligned;
    this.#path = path;
  }

  /** Whether a read stops before the end of the device. */
  endsWithin(length: number, offset: number): boolean {
    return offset + length <= this.#end;
  }

  /** Whether only a part of some sector is written. */
  splitsSectors(length: number, offset: number): boolean {
    return !isMultiple(offset, this.#logical) ||
      !isMultiple(offset + length, this.#logical);
  }

  /**
   * Plans a read. Its result is the count; 0 at the end and beyond.
   *
   * @param memory Gives aligned memory, `BOUNCE_SIZE` long or more.
   */
  *read(
    bytes: Uint8Array,
    offset: number,
    memory: () => Uint8Array,
  ): SectorSteps<number> {
    const length = clamp(this.#end - offset, bytes.length);
    if (length < bytes.length) bytes = bytes.subarray(0, length);
    let done = 0;
    while (done < length) {
      try {
        const from = offset + done;
        const [count, wanted] = yield* this.#readOnce(
          bytes,
          done,
          from,
          memory,
        );
        done += count;
        if (count < wanted) break;
      } catch (error) {
        throw recounted(error, (count) => done + count);
      }
    }
    return done;
  }

  /** Reads what one call can. Returns the count, and what could have been. */
  *#readOnce(
    bytes: Uint8Array,
    done: number,
    from: number,
    memory: () => Uint8Array,
  ): SectorSteps<[number, number]> {
    const direct = this.#directLength(bytes, done, from);
    if (direct > 0) {
      const part = done === 0 ? bytes : bytes.subarray(done);
      return [yield transfer("read", part, direct, from), direct];
    }
    const rest = bytes.length - done;
    const { start, head, count, span, bounce } = this.#bounced(
      from,
      rest,
      memory(),
    );
    const take = (got: number) => {
      const usable = clamp(got - head, count);
      bytes.set(bounce.subarray(head, head + usable), done);
      return usable;
    };
    try {
      return [take(yield transfer("read", bounce, span, start)), count];
    } catch (error) {
      throw recounted(error, take);
    }
  }

  /**
   * Plans a write of all the bytes, whose number is its result. The end of the
   * file is right to the byte.
   *
   * @param memory Gives aligned memory, `BOUNCE_SIZE` long or more.
   */
  *write(
    bytes: Uint8Array,
    offset: number,
    memory: () => Uint8Array,
  ): SectorSteps<number> {
    const { length } = bytes;
    // Whole sectors leave nothing of what was there and end where they should.
    const size = this.splitsSectors(length, offset)
      ? yield { kind: "size" }
      : 0;
    let done = 0;
    while (done < length) {
      try {
        const from = offset + done;
        done += yield* this.#writeOnce(bytes, done, from, size, memory);
      } catch (error) {
        throw recounted(error, (count) => done + count);
      }
    }
    // "You can only write whole sectors": what was written beyond the data to
    // fill the last one is cut off.
    const end = Math.max(size, offset + length);
    if (this.#grows && multipleAbove(offset + length, this.#logical) > end) {
      try {
        yield { kind: "setEnd", size: end };
      } catch (error) {
        throw recounted(error, () => length);
      }
    }
    return length;
  }

  /** Writes what one call can. Returns how many of the bytes that was. */
  *#writeOnce(
    bytes: Uint8Array,
    done: number,
    from: number,
    size: number,
    memory: () => Uint8Array,
  ): SectorSteps<number> {
    const direct = this.#directLength(bytes, done, from);
    if (direct > 0) {
      const part = bytes.subarray(done, done + direct);
      yield transfer("write", part, direct, from);
      return direct;
    }
    const sector = this.#logical;
    const rest = bytes.length - done;
    const { start, head, count, span, bounce } = this.#bounced(
      from,
      rest,
      memory(),
    );
    const last = span - sector;
    const keepsFirst = head > 0;
    const keepsLast = head + count < span;
    // Memory is aligned for certain at its beginning only, so that both are
    // read to there, the last sector first.
    if (keepsLast && last > 0) {
      yield* this.#fetchSector(bounce, start + last, size);
      bounce.copyWithin(last, 0, sector);
    }
    if (keepsFirst || (keepsLast && last === 0)) {
      yield* this.#fetchSector(bounce, start, size);
    }
    bounce.set(bytes.subarray(done, done + count), head);
    try {
      yield transfer("write", bounce, span, start);
    } catch (error) {
      throw recounted(error, (written) => clamp(written - head, count));
    }
    return count;
  }

  /**
   * Reads a sector of which a part stays; beyond the end of the file are zeros.
   * A read that gives less than the size promises fails the write: what was not
   * read would be overwritten with zeros.
   */
  *#fetchSector(
    memory: Uint8Array,
    offset: number,
    size: number,
  ): SectorSteps<void> {
    const sector = memory.subarray(0, this.#logical);
    const expected = clamp(size - offset, sector.length);
    if (expected === 0) {
      sector.fill(0);
      return;
    }
    let count: number;
    try {
      count = yield transfer("read", sector, sector.length, offset);
    } catch (error) {
      throw recounted(error, () => 0);
    }
    if (count < expected) {
      throw new Win32Error("ReadFile", ERROR_HANDLE_EOF, {
        path: this.#path,
        bytesTransferred: 0,
        hint: `The sector at ${offset}, of which a write keeps a part, gave ` +
          `${count} bytes instead of ${expected}, so that it was not written`,
      });
    }
    sector.fill(0, count);
  }

  /** How many bytes can go straight through; 0 if none. */
  #directLength(bytes: Uint8Array, done: number, from: number): number {
    const rest = bytes.length - done;
    if (rest < this.#logical || !isMultiple(from, this.#logical)) return 0;
    const part = done === 0 ? bytes : bytes.subarray(done);
    return this.#isAligned(part, this.#physical)
      ? multipleBelow(rest, this.#logical)
      : 0;
  }

  /** The sectors around the bytes from an offset on, as far as memory goes. */
  #bounced(from: number, rest: number, bounce: Uint8Array): {
    start: number;
    head: number;
    count: number;
    span: number;
    bounce: Uint8Array;
  } {
    const start = multipleBelow(from, this.#logical);
    const head = from - start;
    const room = multipleBelow(bounce.length, this.#logical) - head;
    const count = Math.min(rest, room);
    const span = multipleAbove(head + count, this.#logical);
    return { start, head, count, span, bounce };
  }
}

function transfer(
  kind: "read" | "write",
  bytes: Uint8Array,
  length: number,
  offset: number,
): SectorStep {
  return { kind, bytes, length, offset };
}

function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(value, limit));
}
