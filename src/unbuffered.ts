/**
 * Reads and writes of any length, at any offset, on a device that only takes
 * whole sectors.
 *
 * @module
 */
import { alignDown, alignUp, isAligned } from "./align.ts";
import { Win32Error } from "./error.ts";
import { AlignedBuffer, isViewAligned } from "./memory.ts";
import type { SectorSize } from "./sector.ts";

/**
 * What takes whole sectors: offsets and lengths are multiples of the logical
 * sector, memory is aligned to the physical one.
 */
export interface SectorDevice {
  /** The sector sizes. */
  readonly sector: SectorSize;
  /** Reads; less than `length` only at the end. Returns the count. */
  read(bytes: Uint8Array, length: number, offset: number): number;
  /** Writes all of it. */
  write(bytes: Uint8Array, length: number, offset: number): void;
  /** The size in bytes. */
  size(): number;
  /** Sets the end, to the byte. */
  setEnd(size: number): void;
}

const BOUNCE_SIZE = 1024 * 1024;

/**
 * Makes a sector device look like an ordinary file. What is aligned goes
 * straight through; the rest goes through a bounce buffer.
 */
export class UnbufferedIo implements Disposable {
  readonly #device: SectorDevice;
  readonly #logical: number;
  readonly #physical: number;
  #bounce: AlignedBuffer | undefined;

  /** Makes one for a device. */
  constructor(device: SectorDevice) {
    this.#device = device;
    this.#logical = device.sector.logical;
    this.#physical = device.sector.physical;
  }

  /** Frees the bounce buffer. */
  [Symbol.dispose](): void {
    this.#bounce?.free();
    this.#bounce = undefined;
  }

  /** Reads at an offset. Returns 0 at the end and beyond. */
  read(bytes: Uint8Array, offset: number): number {
    const { length } = bytes;
    let done = 0;
    while (done < length) {
      const [count, wanted] = counting(
        done,
        () => this.#readOnce(bytes, done, offset + done),
      );
      done += count;
      if (count < wanted) break;
    }
    return done;
  }

  /** Reads what one call can. Returns the count, and what could have been. */
  #readOnce(bytes: Uint8Array, done: number, from: number): [number, number] {
    const device = this.#device;
    const direct = this.#directLength(bytes, done, from);
    if (direct > 0) {
      const part = done === 0 ? bytes : bytes.subarray(done);
      return [device.read(part, direct, from), direct];
    }
    const { start, head, count, span, memory } = this.#bounced(
      from,
      bytes.length - done,
    );
    const take = (got: number) => {
      const usable = clamp(got - head, count);
      bytes.set(memory.subarray(head, head + usable), done);
      return usable;
    };
    try {
      return [take(device.read(memory, span, start)), count];
    } catch (error) {
      throw recounted(error, take);
    }
  }

  /** Writes all of it at an offset. The end of the file is right to the byte. */
  write(bytes: Uint8Array, offset: number): void {
    const { length } = bytes;
    if (this.#directLength(bytes, 0, offset) === length) {
      return this.#device.write(bytes, length, offset);
    }
    const size = this.#device.size();
    let done = 0;
    while (done < length) {
      done += counting(
        done,
        () => this.#writeOnce(bytes, done, offset + done, size),
      );
    }
    // "You can only write whole sectors": what was written beyond the data to
    // fill the last one is cut off.
    const end = Math.max(size, offset + length);
    if (alignUp(offset + length, this.#logical) > end) this.#device.setEnd(end);
  }

  /** Writes what one call can. Returns how many of the bytes that was. */
  #writeOnce(
    bytes: Uint8Array,
    done: number,
    from: number,
    size: number,
  ): number {
    const direct = this.#directLength(bytes, done, from);
    if (direct > 0) {
      this.#device.write(bytes.subarray(done, done + direct), direct, from);
      return direct;
    }
    const sector = this.#logical;
    const { start, head, count, span, memory } = this.#bounced(
      from,
      bytes.length - done,
    );
    const last = span - sector;
    const keepsFirst = head > 0;
    const keepsLast = head + count < span;
    // Memory is aligned for certain at its beginning only, so that both are
    // read to there, the last sector first.
    if (keepsLast && last > 0) {
      this.#fetchSector(memory, start + last, size);
      memory.copyWithin(last, 0, sector);
    }
    if (keepsFirst || (keepsLast && last === 0)) {
      this.#fetchSector(memory, start, size);
    }
    memory.set(bytes.subarray(done, done + count), head);
    try {
      this.#device.write(memory, span, start);
    } catch (error) {
      throw recounted(error, (written) => clamp(written - head, count));
    }
    return count;
  }

  /** Reads a sector that part of is to be kept; beyond the end are zeros. */
  #fetchSector(memory: Uint8Array, offset: number, size: number): void {
    const sector = memory.subarray(0, this.#logical);
    try {
      const count = offset < size
        ? this.#device.read(sector, sector.length, offset)
        : 0;
      sector.fill(0, count);
    } catch (error) {
      throw recounted(error, () => 0);
    }
  }

  /** How many bytes can go straight through; 0 if none. */
  #directLength(bytes: Uint8Array, done: number, from: number): number {
    const rest = bytes.length - done;
    if (rest < this.#logical || !isAligned(from, this.#logical)) return 0;
    const part = done === 0 ? bytes : bytes.subarray(done);
    return isViewAligned(part, this.#physical)
      ? alignDown(rest, this.#logical)
      : 0;
  }

  /** The sectors around the bytes from an offset on, as far as memory goes. */
  #bounced(from: number, rest: number): {
    start: number;
    head: number;
    count: number;
    span: number;
    memory: Uint8Array;
  } {
    this.#bounce ??= new AlignedBuffer(alignUp(BOUNCE_SIZE, this.#logical));
    const { bytes } = this.#bounce;
    const start = alignDown(from, this.#logical);
    const head = from - start;
    const count = Math.min(rest, bytes.length - head);
    const span = alignUp(head + count, this.#logical);
    return { start, head, count, span, memory: bytes };
  }
}

/** Adds what was transferred before to the count of an error. */
function counting<T>(done: number, transfer: () => T): T {
  try {
    return transfer();
  } catch (error) {
    throw recounted(error, (count) => done + count);
  }
}

/** The same error, with another count of bytes. */
function recounted(error: unknown, count: (count: number) => number): unknown {
  return error instanceof Win32Error
    ? error.withBytesTransferred(count(error.bytesTransferred ?? 0))
    : error;
}

function clamp(value: number, limit: number): number {
  return Math.max(0, Math.min(value, limit));
}
