/**
 * Overlapped reads and writes of any length, at any offset, on a device that
 * only takes whole sectors.
 *
 * @module
 */
import { checkBytes } from "../file/arguments.ts";
import { ERROR_OPERATION_ABORTED } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { type Lease, lend } from "../memory/pooled_memory.ts";
import { ownerOf } from "../memory/aligned_buffer.ts";
import { isMultiple, multipleAbove } from "../sectors/multiples.ts";
import type { SectorSize } from "../file/sector_size.ts";
import {
  BOUNCE_SIZE,
  SectorPlan,
  type SectorStep,
  type SectorSteps,
} from "../sectors/sector_plan.ts";
import { SharedLock } from "../sectors/shared_lock.ts";

/** What takes whole sectors of native memory, and says later how it went. */
export interface OverlappedSectorDevice {
  /** The sector sizes. */
  readonly sector: SectorSize;
  /** Reads; less than `length` only at the end. The count, or below 0. */
  read(
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<number>;
  /** Writes all of it. */
  write(
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<number>;
  /** The size in bytes. */
  size(): number;
  /** Sets the end, to the byte. */
  setEnd(size: number): void;
}

/**
 * Makes a sector device look like an ordinary file. Transfers of whole sectors
 * run side by side; a write that keeps a part of a sector reads it first, and
 * no other transfer comes in between.
 */
export class OverlappedSectors {
  readonly #device: OverlappedSectorDevice;
  readonly #plan: SectorPlan;
  readonly #lock = new SharedLock();

  /** Makes one for a device. */
  constructor(device: OverlappedSectorDevice) {
    this.#device = device;
    // Only native memory is lent beyond a call.
    this.#plan = new SectorPlan(
      device.sector,
      (view, alignment) =>
        ownerOf(view) !== undefined && isMultiple(view.byteOffset, alignment),
    );
  }

  /** The sector sizes. */
  get sector(): SectorSize {
    return this.#device.sector;
  }

  /**
   * Whether a transfer is of whole sectors and may be made beside others.
   *
   * @param at Where its bytes begin in native memory, from a boundary on.
   */
  tryBeside(at: number, length: number, offset: number): boolean {
    return this.#plan.isWhole(at, length, offset) && this.#lock.tryShare();
  }

  /** Ends what `tryBeside()` began. */
  leave(): void {
    this.#lock.leave();
  }

  /** Reads at an offset. Returns 0 or less at the end and beyond. */
  read(
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return this.#lock.shared(() =>
      this.#plan.isDirect(bytes, offset)
        ? this.#device.read(bytes, offset, signal)
        : this.#run(
          "buffer",
          bytes,
          (memory) => this.#plan.read(bytes, offset, memory),
          signal,
        )
    );
  }

  /** Runs a transfer of whole sectors beside others. */
  beside<T>(transfer: () => Promise<T>): Promise<T> {
    return this.#lock.shared(transfer);
  }

  /** Writes all of it at an offset. The end of the file is right to the byte. */
  write(
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { length } = bytes;
    const work = async () => {
      if (this.#plan.isDirect(bytes, offset)) {
        return await this.#device.write(bytes, offset, signal);
      }
      await this.#run(
        "data",
        bytes,
        (memory) => this.#plan.write(bytes, offset, memory),
        signal,
      );
      return length;
    };
    return this.#plan.splitsSectors(length, offset)
      ? this.#lock.exclusive(work)
      : this.#lock.shared(work);
  }

  /** Writes all of it at the end of the file, wherever that will be. */
  append(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<number> {
    const { length } = bytes;
    return this.#lock.exclusive(async () => {
      const end = this.#device.size();
      await this.#run(
        "data",
        bytes,
        (memory) => this.#plan.write(bytes, end, memory),
        signal,
      );
      return length;
    });
  }

  async #run<T>(
    name: string,
    bytes: Uint8Array,
    start: (memory: () => Uint8Array) => SectorSteps<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    let lease: Lease | undefined;
    const memory = () => {
      const { logical } = this.#device.sector;
      // Room for a part of a sector at both ends.
      const wanted = multipleAbove(bytes.length, logical) + 2 * logical;
      lease ??= lend(Math.min(wanted, multipleAbove(BOUNCE_SIZE, logical)));
      return lease.bytes;
    };
    try {
      const steps = start(memory);
      let result = steps.next();
      while (!result.done) {
        let answer = 0;
        try {
          const step = result.value;
          answer = await this.#take(step, signal);
          // The memory may have been transferred elsewhere in the meantime.
          if (step.kind === "read") checkBytes(name, bytes);
        } catch (error) {
          result = steps.throw(error);
          continue;
        }
        result = steps.next(answer);
      }
      return result.value;
    } finally {
      lease?.end();
    }
  }

  async #take(
    step: SectorStep,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const device = this.#device;
    switch (step.kind) {
      case "read": {
        const bytes = step.bytes.subarray(0, step.length);
        return Math.max(0, await device.read(bytes, step.offset, signal));
      }
      case "write": {
        const bytes = step.bytes.subarray(0, step.length);
        const count = await device.write(bytes, step.offset, signal);
        if (count === step.length) return count;
        // It was cancelled half way: the rest must not pass for written.
        throw new Win32Error("WriteFile", ERROR_OPERATION_ABORTED, {
          bytesTransferred: count,
        });
      }
      case "size":
        return device.size();
      case "setEnd":
        device.setEnd(step.size);
        return step.size;
    }
  }
}
