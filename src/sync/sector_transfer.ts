/**
 * Reads and writes of an unbuffered file, of any length and at any offset.
 *
 * @module
 */
import { transferredBefore } from "../errors/bytes_transferred.ts";
import { ERROR_INVALID_PARAMETER } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { type NamedHandle, setEndOfFile, sizeOf } from "../file/file_info.ts";
import { toExactOffset } from "../file/position.ts";
import type { SectorSize } from "../file/sector_size.ts";
import type { Offset } from "../file/transfer_limits.ts";
import type { FilePointer } from "./file_pointer.ts";
import { UnbufferedIo } from "./sector_io.ts";
import { readInto, type TransferTarget, writeFrom } from "./transfer.ts";

/** The transfers of one file. */
export class SectorTransfers {
  readonly #target: TransferTarget;
  readonly #pointer: FilePointer;
  readonly #io: UnbufferedIo;

  constructor(
    file: NamedHandle,
    sector: SectorSize,
    target: TransferTarget,
    pointer: FilePointer,
  ) {
    this.#target = target;
    this.#pointer = pointer;
    const { raw } = target;
    this.#io = new UnbufferedIo({
      sector,
      raw,
      path: file.path,
      read: (buffer, length, offset) =>
        readInto(target, buffer, length, offset) ?? 0,
      write: (data, length, offset) => {
        const count = writeFrom(target, data, length, offset);
        if (count < length) target.device.checkWritten(0, length, count);
      },
      size: () => sizeOf(file),
      setEnd: (size) => setEndOfFile(file.handle, size, file.path),
    });
  }

  /** Reads. Returns the count, or null at the end. */
  read(
    buffer: ArrayBufferView,
    length: number,
    at: Offset | undefined,
  ): number | null {
    if (this.#isAtPointer(buffer, length, at)) {
      try {
        return readInto(this.#target, buffer, length, undefined);
      } catch (error) {
        if (!this.#isBetweenSectors(error)) throw error;
      }
    }
    const offset = this.#start(length, at);
    let count = 0;
    try {
      count = this.#io.read(buffer, offset);
    } catch (error) {
      count = transferredBefore(error);
      throw error;
    } finally {
      if (at === undefined) this.#moveOn(buffer, length, count);
    }
    return count || null;
  }

  /** Writes all of the data. Returns its length. */
  write(
    data: ArrayBufferView,
    length: number,
    at: Offset | undefined,
  ): number {
    if (this.#isAtPointer(data, length, at)) {
      try {
        return writeFrom(this.#target, data, length, undefined);
      } catch (error) {
        if (!this.#isBetweenSectors(error)) throw error;
      }
    }
    const offset = this.#start(length, at);
    let count = length;
    try {
      this.#io.write(data, offset);
    } catch (error) {
      count = transferredBefore(error);
      throw error;
    } finally {
      if (at === undefined) this.#moveOn(data, length, count);
    }
    return count;
  }

  /**
   * Whether the system itself can make a transfer of sectors, at its file
   * pointer: that takes less than one at an offset. The file pointer of a raw
   * device is left alone, since reads must not pass the device's end.
   */
  #isAtPointer(
    view: ArrayBufferView,
    length: number,
    at: Offset | undefined,
  ): boolean {
    return at === undefined && this.#target.raw === undefined &&
      this.#pointer.position === undefined &&
      this.#io.isWhole(view, length);
  }

  /**
   * Whether the system refused all of a transfer since its file pointer is in
   * the middle of a sector: where the file ends, or where other code left it.
   */
  #isBetweenSectors(error: unknown): boolean {
    if (!(error instanceof Win32Error)) return false;
    if (error.win32 !== ERROR_INVALID_PARAMETER) return false;
    if (error.bytesTransferred) return false;
    const position = this.#pointer.position = this.#pointer.query();
    return !this.#io.isBoundary(Number(position));
  }

  /** Returns the offset of a planned transfer, which moves the file pointer. */
  #start(length: number, at: Offset | undefined): number {
    if (at !== undefined) toExactOffset(at, length);
    const position = this.#pointer.position ??= this.#pointer.query();
    return toExactOffset(at ?? position, length);
  }

  /**
   * Moves the position behind what was transferred at it. "The system updates
   * … the file pointer before ReadFile returns", at an offset, too, so that
   * whole sectors leave it where the next ones are.
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   */
  #moveOn(view: ArrayBufferView, length: number, count: number): void {
    const position = Number(this.#pointer.current);
    const isThere = this.#target.raw === undefined && count === length &&
      this.#io.isBoundary(position) &&
      this.#io.isWhole(view, length);
    this.#pointer.position = isThere ? undefined : position + count;
  }
}
