/**
 * Reads and writes of any length, at any offset, on a device that only takes
 * whole sectors.
 *
 * @module
 */
import { byteLengthOf, byteOffsetOf, bytesOf } from "../../ffi/views.ts";
import { isViewAligned, ownerOf } from "../memory/aligned_buffer.ts";
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { isMultiple, multipleAbove } from "../memory/multiples.ts";
import type { RawDevice } from "../file/raw_device.ts";
import type { SectorSize } from "../file/sector_size.ts";
import {
  BOUNCE_SIZE,
  SectorPlan,
  type SectorStep,
  type SectorSteps,
} from "../sectors/sector_plan.ts";

/**
 * What takes whole sectors: offsets and lengths are multiples of the logical
 * sector, memory is aligned to the physical one.
 */
export interface SectorDevice {
  /** The sector sizes. */
  readonly sector: SectorSize;
  /** What is known of a raw disk or volume. */
  readonly raw?: RawDevice | undefined;
  /** What errors call it. */
  readonly path?: string;
  /**
   * Reads; less than all only at the end. Returns the count.
   *
   * @param length The length of the buffer in bytes.
   */
  read(buffer: ArrayBufferView, length: number, offset: number): number;
  /**
   * Writes all of it.
   *
   * @param length The length of the data in bytes.
   */
  write(data: ArrayBufferView, length: number, offset: number): void;
  /** Returns the size in bytes. */
  size(): number;
  /** Sets the end, to the byte. */
  setEnd(size: number): void;
}

/** From this length on, a copy costs more than the look-up of an address. */
const MIN_LENGTH_TO_LOOK_UP = 32_768;

/** Whether the device may be given a view as it is. */
function isAligned(view: ArrayBufferView, alignment: number): boolean {
  if (ownerOf(view) !== undefined) {
    return isMultiple(byteOffsetOf(view), alignment);
  }
  return byteLengthOf(view) >= MIN_LENGTH_TO_LOOK_UP &&
    isViewAligned(view, alignment);
}

/**
 * Makes a sector device look like an ordinary file. The device is given aligned
 * memory as it is; all other transfers go through a bounce buffer. Whole sectors
 * need no plan, whose steps every call would allocate.
 */
export class UnbufferedIo {
  readonly #device: SectorDevice;
  readonly #plan: SectorPlan;

  /** Takes the device. */
  constructor(device: SectorDevice) {
    this.#device = device;
    const { sector, path, raw } = device;
    this.#plan = new SectorPlan(sector, isAligned, path, raw);
  }

  /** Whether memory is aligned, and as long as some number of sectors. */
  isWhole(view: ArrayBufferView, length: number): boolean {
    const { logical, physical } = this.#device.sector;
    return isMultiple(length, logical) && isAligned(view, physical);
  }

  /** Whether an offset is the beginning of a sector. */
  isBoundary(offset: number): boolean {
    return isMultiple(offset, this.#device.sector.logical);
  }

  /** Reads at an offset. Returns 0 at the end and beyond. */
  read(buffer: ArrayBufferView, offset: number): number {
    const length = byteLengthOf(buffer);
    return this.isBoundary(offset) && this.isWhole(buffer, length) &&
        this.#plan.endsWithin(length, offset)
      ? this.#device.read(buffer, length, offset)
      : this.#readByPlan(bytesOf(buffer), offset);
  }

  #readByPlan(bytes: Uint8Array, offset: number): number {
    return this.#run((memory) => this.#plan.read(bytes, offset, memory));
  }

  /** Writes all of it at an offset. The end of the file is right to the byte. */
  write(data: ArrayBufferView, offset: number): void {
    const length = byteLengthOf(data);
    if (this.isBoundary(offset) && this.isWhole(data, length)) {
      this.#device.write(data, length, offset);
    } else this.#writeByPlan(bytesOf(data), offset);
  }

  #writeByPlan(bytes: Uint8Array, offset: number): void {
    this.#run((memory) => this.#plan.write(bytes, offset, memory));
  }

  /** Takes the steps of a plan, with a bounce buffer if it needs one. */
  #run<T>(start: (memory: () => Uint8Array) => SectorSteps<T>): T {
    let rented: PooledBuffer | undefined;
    const { logical } = this.#device.sector;
    const steps = start(() =>
      (rented ??= rentBuffer(multipleAbove(BOUNCE_SIZE, logical))).bytes
    );
    try {
      let result = steps.next();
      while (!result.done) {
        let answer = 0;
        try {
          answer = this.#take(result.value);
        } catch (error) {
          result = steps.throw(error);
          continue;
        }
        result = steps.next(answer);
      }
      return result.value;
    } finally {
      rented?.release();
    }
  }

  #take(step: SectorStep): number {
    const device = this.#device;
    switch (step.kind) {
      case "read": {
        const { bytes, length, offset } = step;
        return device.read(bytesOf(bytes, 0, length), length, offset);
      }
      case "write": {
        const { bytes, length, offset } = step;
        device.write(bytesOf(bytes, 0, length), length, offset);
        return length;
      }
      case "size":
        return device.size();
      case "setEnd":
        device.setEnd(step.size);
        return step.size;
    }
  }
}
