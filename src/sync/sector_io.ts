/**
 * Reads and writes of any length, at any offset, on a device that only takes
 * whole sectors.
 *
 * @module
 */
import { mayKeepInFile } from "../../ffi/keep.ts";
import {
  AlignedBuffer,
  isViewAligned,
  ownerOf,
} from "../memory/aligned_buffer.ts";
import { isMultiple, multipleAbove } from "../memory/multiples.ts";
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
  /** Reads; less than `length` only at the end. Returns the count. */
  read(bytes: Uint8Array, length: number, offset: number): number;
  /** Writes all of it. */
  write(bytes: Uint8Array, length: number, offset: number): void;
  /** The size in bytes. */
  size(): number;
  /** Sets the end, to the byte. */
  setEnd(size: number): void;
}

/** From this length on, a copy costs more than asking where memory lies. */
const LENGTH_TO_ASK = 32_768;

/** Whether a view may go straight through. */
function isReady(view: Uint8Array, alignment: number): boolean {
  const isKnown = ownerOf(view) !== undefined;
  return (isKnown || view.length >= LENGTH_TO_ASK) &&
    isViewAligned(view, alignment);
}

/**
 * Makes a sector device look like an ordinary file. What is aligned goes
 * straight through; the rest goes through a bounce buffer.
 */
export class UnbufferedIo implements Disposable {
  readonly #device: SectorDevice;
  readonly #plan: SectorPlan;
  #bounce: AlignedBuffer | undefined;
  /** The view that was found to be whole last: neither changes. */
  #whole: Uint8Array | undefined;

  /** Makes one for a device. */
  constructor(device: SectorDevice) {
    this.#device = device;
    this.#plan = new SectorPlan(device.sector, isReady);
  }

  /** Frees the bounce buffer. */
  [Symbol.dispose](): void {
    this.#bounce?.free();
    this.#bounce = undefined;
  }

  /** Whether the memory is aligned, and as long as some number of sectors. */
  isWhole(bytes: Uint8Array): boolean {
    if (bytes === this.#whole) return true;
    const isWhole = this.#plan.isDirect(bytes, 0);
    if (isWhole && mayKeepInFile(bytes)) this.#whole = bytes;
    return isWhole;
  }

  /** Whether a transfer is one of whole sectors, which needs no copy. */
  isDirect(bytes: Uint8Array, offset: number): boolean {
    return isMultiple(offset, this.#device.sector.logical) &&
      this.isWhole(bytes);
  }

  /** Reads at an offset. Returns 0 at the end and beyond. */
  read(bytes: Uint8Array, offset: number): number {
    return this.isDirect(bytes, offset)
      ? this.#device.read(bytes, bytes.length, offset)
      : this.#run(this.#plan.read(bytes, offset, this.#memory));
  }

  /** Writes all of it at an offset. The end of the file is right to the byte. */
  write(bytes: Uint8Array, offset: number): void {
    if (this.isDirect(bytes, offset)) {
      return this.#device.write(bytes, bytes.length, offset);
    }
    this.#run(this.#plan.write(bytes, offset, this.#memory));
  }

  readonly #memory = (): Uint8Array => {
    const size = multipleAbove(BOUNCE_SIZE, this.#device.sector.logical);
    return (this.#bounce ??= new AlignedBuffer(size)).bytes;
  };

  #run<T>(steps: SectorSteps<T>): T {
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
  }

  #take(step: SectorStep): number {
    const device = this.#device;
    switch (step.kind) {
      case "read":
        return device.read(step.bytes, step.length, step.offset);
      case "write":
        device.write(step.bytes, step.length, step.offset);
        return step.length;
      case "size":
        return device.size();
      case "setEnd":
        device.setEnd(step.size);
        return step.size;
    }
  }
}
