/**
 * What overlapped files ask of drivers and file systems by control codes.
 *
 * @module
 */
import { checkSignal } from "../file/arguments.ts";
import {
  checkedControl,
  CONTROL_DEFAULTS,
  type ControlRequest,
  type DeviceIoControlOptions,
} from "../file/control.ts";
import { settingsOf } from "../file/option_values.ts";
import { throwIfAborted } from "../file/signal.ts";
import {
  allocatedRangesSteps,
  checkRange,
  type ControlAnswer,
  type FileRange,
  partialAnswer,
  setSparseRequest,
  zeroRangeRequest,
} from "../file/sparse.ts";
import type { TakenHandle } from "../file/taken_handle.ts";
import {
  explained,
  LOCK,
  OverlappedVolumeLock,
  UNLOCK,
} from "../file/volume_lock.ts";
import { StreamableFile } from "../streams/streamable_file.ts";
import {
  callerOperation,
  type OverlappedCall,
  type OverlappedCallOptions,
} from "./caller_operation.ts";
import { DeviceControl } from "./device_control.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

/** What a driver gets, and what may interrupt it. */
export interface OverlappedControlOptions extends DeviceIoControlOptions {
  /** Cancels the operation. The promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An overlapped file: control codes, calls of one's own, sparse ranges, locks
 * of volumes.
 */
export abstract class OverlappedControlFile extends StreamableFile {
  readonly #overlapped: OverlappedHandle;

  /**
   * Takes a handle that is bound to a completion port.
   *
   * @internal
   */
  protected constructor(taken: TakenHandle, overlapped: OverlappedHandle) {
    super(taken, overlapped.port);
    this.#overlapped = overlapped;
  }

  /**
   * Sends a control code to the driver of the file, volume or device.
   * Its memory is copied at the start and at the end, so that both buffers may
   * be of any kind.
   *
   * @param code The code, such as an `FSCTL_` or `IOCTL_` constant of
   * `@kernel32/io/raw`, or one of `ctlCode()`.
   * @param options What the driver gets, and how much it may return.
   * @returns The bytes that the driver returned: a view of `output`, or of new
   * memory.
   * @throws {TypeError} If an argument has the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {FileClosedError} If the file has been closed, or is before the
   * driver has answered.
   * @throws {Win32Error} ERROR_INVALID_FUNCTION if the driver does not know the
   * code, ERROR_ACCESS_DENIED, ERROR_INSUFFICIENT_BUFFER and others. With
   * ERROR_MORE_DATA the part that fitted is in the error's `output`, as it is in
   * C's buffer.
   *
   * @see https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-deviceiocontrol
   *
   * @example Ask whether a file is compressed
   * ```ts
   * import { open, Win32Error } from "@kernel32/io";
   * import { FSCTL_GET_COMPRESSION } from "@kernel32/io/raw";
   *
   * await using file = await open("README.md");
   * try {
   *   const state = await file.deviceIoControl(FSCTL_GET_COMPRESSION, {
   *     outputLength: 2,
   *   });
   *   console.log(state[0] === 0 ? "plain" : "compressed");
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  async deviceIoControl(
    code: number,
    options: OverlappedControlOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.check("deviceIoControl");
    const { signal, ...control } = settingsOf("deviceIoControl()", options, {
      ...CONTROL_DEFAULTS,
      signal: undefined,
    });
    const request = checkedControl(code, control);
    checkSignal(signal);
    throwIfAborted(signal);
    return await this.#send(request, signal);
  }

  /**
   * Starts an overlapped operation by a call of one's own: of a function that
   * takes the address of an OVERLAPPED and is none of this file's methods. The
   * OVERLAPPED, and the memory in `buffers`, stay until the kernel has ended
   * with them.
   *
   * @param call Calls the function, as the last thing that it does, and returns
   * what the function returned. The last error must be that of this module's
   * raw layer. It may be called again where the system was short of memory.
   * @param options The memory, the offset, a name for errors, and a signal.
   * @returns How many bytes were transferred.
   * @throws {TypeError} If an argument has the wrong type, or the call returned
   * no boolean.
   * @throws {RangeError} If the offset is out of range, or memory is freed.
   * @throws {FileClosedError} If the file has been closed, or is before the
   * operation has ended.
   * @throws {Win32Error} What the operation ended with, the end of a file
   * (ERROR_HANDLE_EOF) and ERROR_MORE_DATA included, with the count in
   * `bytesTransferred`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped
   *
   * @example Read by a call of ReadFile
   * ```ts
   * import { AlignedBuffer, kernel32, open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * using buffer = new AlignedBuffer(4096);
   * const count = await file.callOverlapped(
   *   (overlapped, handle) =>
   *     kernel32.ReadFile(handle, buffer.bytes, 16, null, overlapped),
   *   { buffers: [buffer], at: 0, name: "ReadFile" },
   * );
   * console.log(count); // 16
   * ```
   */
  async callOverlapped(
    call: OverlappedCall,
    options: OverlappedCallOptions = {},
  ): Promise<number> {
    this.check("callOverlapped");
    const operation = callerOperation(this.#overlapped, call, options);
    return await operation.begin();
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
   * import { open, Win32Error } from "@kernel32/io";
   *
   * await using file = await open("sparse.tmp", {
   *   read: true,
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.truncate(2 ** 20);
   * try {
   *   await file.setSparse();
   *   await file.zeroRange(0, 2 ** 20);
   *   console.log(await file.allocatedRanges());
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  async setSparse(sparse: boolean = true): Promise<void> {
    this.check("setSparse");
    await this.#send(setSparseRequest(sparse));
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
   * import { open, Win32Error } from "@kernel32/io";
   *
   * await using file = await open("zeros.tmp", {
   *   read: true,
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * await file.writeAll(new Uint8Array(4096).fill(1));
   * try {
   *   await file.zeroRange(1024, 2048);
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * console.log(file.size()); // 4096
   * ```
   */
  async zeroRange(
    start: number | bigint,
    end: number | bigint,
  ): Promise<void> {
    this.check("zeroRange");
    await this.#send(zeroRangeRequest(start, end));
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
   * import { open, Win32Error } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * try {
   *   for (const { start, end } of await file.allocatedRanges()) {
   *     await file.readExactly(new Uint8Array(end - start), { at: start });
   *   }
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  async allocatedRanges(
    start: number | bigint = 0,
    end?: number | bigint,
  ): Promise<FileRange[]> {
    this.check("allocatedRanges");
    checkRange(start, end ?? start);
    const steps = allocatedRangesSteps(start, end ?? this.size());
    let step = steps.next();
    while (!step.done) {
      step = steps.next(await this.#answer(step.value));
    }
    return step.value;
  }

  /** Sends a code whose answer need not fit. */
  async #answer(request: ControlRequest): Promise<ControlAnswer> {
    try {
      return { bytes: await this.#send(request), isPart: false };
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
   * import { open, Win32Error } from "@kernel32/io";
   *
   * try {
   *   await using image = await open("stick.img");
   *   await using volume = await open("\\\\.\\E:", { read: true, write: true });
   *   await using lock = await volume.lockVolume();
   *   await lock.dismount();
   *   const block = new Uint8Array(2 ** 20);
   *   for (let n; (n = await image.read(block)) !== null;) {
   *     await volume.writeAll(block.subarray(0, n));
   *   }
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  async lockVolume(): Promise<OverlappedVolumeLock> {
    this.check("lockVolume");
    const send = async (volumeCode: { readonly code: number }) => {
      if (this.#overlapped.closing && volumeCode === UNLOCK) return;
      this.check("dismount");
      const { code } = volumeCode;
      try {
        await this.#send({ code, input: undefined, output: undefined });
      } catch (error) {
        throw explained(error, volumeCode);
      }
    };
    await send(LOCK);
    return new OverlappedVolumeLock(send);
  }

  /** Sends a code and returns the driver's output. */
  #send(
    request: ControlRequest,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return new DeviceControl(this.#overlapped, request, signal).begin();
  }
}
