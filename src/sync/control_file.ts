/**
 * What synchronous files ask of drivers and file systems by control codes.
 *
 * @module
 */
import {
  checkedControl,
  controlNow,
  controlOutput,
  type ControlRequest,
  type DeviceIoControlOptions,
} from "../file/control.ts";
import { BaseFile } from "../file/base_file.ts";
import {
  allocatedRangesSteps,
  checkRange,
  type ControlAnswer,
  type FileRange,
  partialAnswer,
  setSparseRequest,
  zeroRangeRequest,
} from "../file/sparse.ts";
import { explained, LOCK, UNLOCK, VolumeLock } from "../file/volume_lock.ts";

/** A synchronous file: control codes, sparse ranges, locks of volumes. */
export abstract class SyncControlFile extends BaseFile {
  /**
   * Sends a control code to the driver of the file, volume or device, and waits
   * for its answer.
   *
   * @param code The code, such as an `FSCTL_` or `IOCTL_` constant of
   * `@kernel32/io/raw`, or one of `ctlCode()`.
   * @param options What the driver gets, and how much it may return.
   * @returns The bytes that the driver returned: a view of `output`, or of new
   * memory.
   * @throws {TypeError} If an argument has the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {Win32Error} ERROR_INVALID_FUNCTION if the driver does not know the
   * code, ERROR_ACCESS_DENIED, ERROR_INSUFFICIENT_BUFFER and others. With
   * ERROR_MORE_DATA the part that fitted is in the error's `output`, as it is in
   * C's buffer.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
   *
   * @example Ask whether a file is compressed
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   * import { FSCTL_GET_COMPRESSION } from "@kernel32/io/raw";
   *
   * using file = openSync("README.md");
   * try {
   *   const state = file.deviceIoControl(FSCTL_GET_COMPRESSION, {
   *     outputLength: 2,
   *   });
   *   console.log(state[0] === 0 ? "plain" : "compressed");
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  deviceIoControl(
    code: number,
    options: DeviceIoControlOptions = {},
  ): Uint8Array<ArrayBuffer> {
    // First, since a getter may close the file.
    const request = checkedControl(code, options);
    this.check("deviceIoControl");
    return this.#send(request);
  }

  /**
   * Makes the file sparse: ranges of zeros take no room on the volume once
   * `zeroRange()` has made them.
   *
   * @param sparse Whether it is to be sparse.
   * @throws {TypeError} If `sparse` is not a boolean.
   * @throws {Win32Error} ERROR_INVALID_FUNCTION on file systems without sparse
   * files (FAT, exFAT), ERROR_ACCESS_DENIED without `write: true`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_set_sparse
   *
   * @example Make a hole
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   *
   * using file = openSync("sparse.tmp", {
   *   read: true,
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.truncate(2 ** 20);
   * try {
   *   file.setSparse();
   *   file.zeroRange(0, 2 ** 20);
   *   console.log(file.allocatedRanges());
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  setSparse(sparse: boolean = true): void {
    this.check("setSparse");
    this.#send(setSparseRequest(sparse));
  }

  /**
   * Fills a range with zeros, which in a sparse file gives its room on the
   * volume back. The file is never extended.
   *
   * @param start The offset of the first byte.
   * @param end The offset behind the last byte.
   * @throws {TypeError} If an offset is no number.
   * @throws {RangeError} If an offset is out of range, or `end` before `start`.
   * @throws {Win32Error} ERROR_ACCESS_DENIED without `write: true`,
   * ERROR_LOCK_VIOLATION, and others.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_set_zero_data
   *
   * @example Clear a record, where the file system can
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   *
   * using file = openSync("zeros.tmp", {
   *   read: true,
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.writeAll(new Uint8Array(4096).fill(1));
   * try {
   *   file.zeroRange(1024, 2048);
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * console.log(file.size()); // 4096
   * ```
   */
  zeroRange(start: number | bigint, end: number | bigint): void {
    this.check("zeroRange");
    this.#send(zeroRangeRequest(start, end));
  }

  /**
   * Lists the ranges that have room on the volume. What lies between reads as
   * zeros. A file that is not sparse is one range.
   *
   * @param start The offset to begin at.
   * @param end The offset to end before; the size of the file, if left out.
   * @returns The ranges, in order.
   * @throws {TypeError} If an offset is no number.
   * @throws {RangeError} If an offset is out of range, or `end` before `start`,
   * or a range goes beyond 2^53-1.
   * @throws {Win32Error} ERROR_ACCESS_DENIED without `read: true`,
   * ERROR_INVALID_FUNCTION, and others.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_query_allocated_ranges
   *
   * @example Copy what a sparse file has
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * try {
   *   for (const { start, end } of file.allocatedRanges()) {
   *     file.readExactly(new Uint8Array(end - start), { at: start });
   *   }
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  allocatedRanges(
    start: number | bigint = 0,
    end?: number | bigint,
  ): FileRange[] {
    this.check("allocatedRanges");
    checkRange(start, end ?? start);
    const steps = allocatedRangesSteps(start, end ?? this.size());
    let step = steps.next();
    while (!step.done) {
      step = steps.next(this.#answer(step.value));
    }
    return step.value;
  }

  /** Sends a code whose answer need not fit. */
  #answer(request: ControlRequest): ControlAnswer {
    try {
      return { bytes: this.#send(request), isPart: false };
    } catch (error) {
      return partialAnswer(error);
    }
  }

  /**
   * Locks the volume that this file is open on, e.g. `\\.\D:`: no other program can
   * open files of it until the lock is disposed of or the file is closed.
   * Sectors of a file system can be written only then.
   *
   * @returns The lock.
   * @throws {Win32Error} ERROR_ACCESS_DENIED if files of the volume are open,
   * ERROR_INVALID_FUNCTION if this is no volume.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winioctl/ni-winioctl-fsctl_lock_volume
   *
   * @example Write an image over a volume
   * ```ts
   * import { openSync, Win32Error } from "@kernel32/io";
   *
   * try {
   *   using image = openSync("stick.img");
   *   using volume = openSync("\\\\.\\E:", { read: true, write: true });
   *   using lock = volume.lockVolume();
   *   lock.dismount();
   *   const block = new Uint8Array(2 ** 20);
   *   for (let n; (n = image.read(block)) !== null;) {
   *     volume.writeAll(block.subarray(0, n));
   *   }
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  lockVolume(): VolumeLock {
    this.check("lockVolume");
    const send = (volumeCode: { readonly code: number }) => {
      if (this.closed && volumeCode === UNLOCK) return;
      this.check("dismount");
      const { code } = volumeCode;
      try {
        this.#send({ code, input: undefined, output: undefined });
      } catch (error) {
        throw explained(error, volumeCode);
      }
    };
    send(LOCK);
    return new VolumeLock(send);
  }

  /** Sends a code and returns the driver's output. */
  #send(request: ControlRequest): Uint8Array<ArrayBuffer> {
    const { code, input = null, output = null } = request;
    const result = controlNow(this.handle, code, input, output);
    return controlOutput(this.path, request, result);
  }
}
