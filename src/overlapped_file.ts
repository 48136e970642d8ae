/**
 * Files whose methods return promises.
 *
 * @module
 */
import { checkBytes, checkList, checkOffset } from "./arguments.ts";
import { callAside } from "./aside_call.ts";
import { asBytes } from "./bytes.ts";
import { ERROR_NO_DATA, ERROR_OPERATION_ABORTED } from "./codes.ts";
import {
  FileClosedError,
  UnexpectedEndOfFileError,
  Win32Error,
} from "./error.ts";
import { BaseFile } from "./file.ts";
import { fileTypeOf, setEndOfFile, sizeOf } from "./file_info.ts";
import type { InFlightLimit } from "./gate.ts";
import { lockArguments, type LockOptions } from "./lock.ts";
import {
  appendsOnly,
  type FileMode,
  hasNoOffsets,
  notReadable,
  notWritable,
} from "./mode.ts";
import { type Offset, OverlappedHandle } from "./overlapped.ts";
import { OverlappedSectors } from "./overlapped_sectors.ts";
import { advance, OverlappedTransfers } from "./overlapped_transfers.ts";
import {
  positionFrom,
  type PositionOptions,
  toNumber,
  type SeekOrigin,
} from "./position.ts";
import { type Handle, kernel32 } from "./raw.ts";
import { areSegments } from "./segments.ts";
import { END_OF_FILE, ENDED } from "./transfers.ts";

/** Where to read or write, and what may interrupt it. */
export interface TransferOptions extends PositionOptions {
  /**
   * Cancels the operation. The promise rejects with the signal's reason once
   * the kernel has let go of the memory, or resolves if bytes had been
   * transferred before.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options that have been looked at. */
interface Checked {
  readonly at: Offset | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * An open file, pipe, volume or device whose methods return promises, with any
 * number of operations under way. Made by `open()`.
 *
 * Transfers with `at` run side by side. Those without go on where the one
 * before has ended, so that they run one after the other; on a pipe or a device
 * without offsets they are handed to the system in the order of the calls.
 *
 * @example Write in several places at once
 * ```ts
 * import { open } from "@kernel32/io";
 *
 * await using file = await open("places.tmp", {
 *   write: true,
 *   create: true,
 *   deleteOnClose: true,
 * });
 * const block = new Uint8Array(4096);
 * await Promise.all([0, 1, 2, 3].map((i) => file.write(block, { at: i * 4096 })));
 * console.log(file.size()); // 16384
 * ```
 */
export class OverlappedFile extends BaseFile implements AsyncDisposable {
  readonly #overlapped: OverlappedHandle;
  readonly #transfers: OverlappedTransfers;
  /** Only whole sectors go to the system. */
  readonly #sectored: boolean;
  #sectors: OverlappedSectors | undefined;
  readonly #mode: FileMode;
  readonly #seekable: boolean;
  #position = 0;
  /** The end of the transfer without an offset that comes last so far. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Takes a handle over, which the file closes.
   *
   * @param handle A handle that was opened with FILE_FLAG_OVERLAPPED.
   * @param path What errors call it.
   * @param mode What it was opened for.
   * @param limit How much may be under way at once.
   */
  constructor(
    handle: Handle,
    path: string,
    mode: FileMode,
    limit?: InFlightLimit,
  ) {
    const seekable = fileTypeOf(handle, path) === "disk";
    const overlapped = new OverlappedHandle(handle, path, seekable, limit);
    super(handle, path);
    this.#mode = mode;
    this.#seekable = seekable;
    this.#sectored = seekable && mode.unbuffered;
    this.#overlapped = overlapped;
    this.#transfers = new OverlappedTransfers(handle, path, overlapped);
  }

  /** Reads at the position, or at an offset. */
  async read(
    buffer: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<number | null> {
    this.#check("read");
    checkBytes("buffer", buffer);
    const { at, signal } = this.#checked(options);
    const bytes = asBytes(buffer);
    if (bytes.length === 0) return 0;
    const count = await this.#placed(
      at,
      (offset) => this.#read(bytes, offset, signal),
    );
    return this.#countOrEnd(count);
  }

  /** Reads until the buffer is full. */
  async readExactly(
    buffer: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<void> {
    this.#check("read");
    checkBytes("buffer", buffer);
    const { at, signal } = this.#checked(options);
    const bytes = asBytes(buffer);
    const { length } = bytes;
    const count = await this.#placed(at, async (offset) => {
      let done = 0;
      while (done < length) {
        const rest = bytes.subarray(done);
        const place = advance(offset, done);
        const count = await this.#read(rest, place, signal);
        if (this.#countOrEnd(count) === null) break;
        done += count;
      }
      return done;
    });
    if (count < length) {
      throw new UnexpectedEndOfFileError(this.path, length, count);
    }
  }

  /** Writes at the position, or at an offset. */
  async write(
    data: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<number> {
    this.#check("write");
    checkBytes("data", data);
    const { at, signal } = this.#checkedWrite(options);
    const bytes = asBytes(data);
    if (bytes.length === 0) return 0;
    return await this.#placed(
      at,
      (offset) => this.#write(bytes, offset, signal),
    );
  }

  /** Writes all of the data. */
  async writeAll(
    data: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<void> {
    this.#check("write");
    checkBytes("data", data);
    const { at, signal } = this.#checkedWrite(options);
    const bytes = asBytes(data);
    await this.#placed(at, async (offset) => {
      let done = 0;
      while (done < bytes.length) {
        const rest = bytes.subarray(done);
        const place = advance(offset, done);
        const count = await this.#write(rest, place, signal);
        done += count;
        if (count > 0) continue;
        throw new Win32Error("WriteFile", ERROR_NO_DATA, {
          path: this.path,
          bytesTransferred: done,
          hint: "The pipe does not block and has no room left.",
        });
      }
      return done;
    });
  }

  /** Reads into several buffers, one after the other. */
  async readScatter(
    buffers: readonly ArrayBufferView[],
    options: TransferOptions = {},
  ): Promise<number | null> {
    this.#check("read");
    checkList("buffers", buffers);
    const { at, signal } = this.#checked(options);
    const parts = buffers.map(asBytes);
    const count = await this.#placed(at, async (offset) => {
      if (this.#areSegments(parts, offset)) {
        const count = await this.#transfers.readScatter(parts, offset, signal);
        if (count !== undefined) return count;
      }
      let done = 0;
      for (const part of parts) {
        const place = advance(offset, done);
        const count = await this.#read(part, place, signal);
        if (this.#countOrEnd(count) === null) return done > 0 ? done : count;
        done += count;
        if (count < part.length) break;
      }
      return done;
    });
    return this.#countOrEnd(count);
  }

  /** Writes several buffers, one after the other. */
  async writeGather(
    buffers: readonly ArrayBufferView[],
    options: TransferOptions = {},
  ): Promise<number> {
    this.#check("write");
    checkList("buffers", buffers);
    const { at, signal } = this.#checkedWrite(options);
    const parts = buffers.map(asBytes);
    return await this.#placed(at, async (offset) => {
      if (this.#areSegments(parts, offset)) {
        const count = await this.#transfers.writeGather(parts, offset, signal);
        if (count !== undefined) return count;
      }
      let done = 0;
      for (const part of parts) {
        const place = advance(offset, done);
        const count = await this.#write(part, place, signal);
        done += count;
        if (count < part.length) break;
      }
      return done;
    });
  }

  /** Writes what the system still holds of the file to the device. */
  async flush(): Promise<void> {
    this.#check("flush");
    const { handle, path } = this;
    await this.#overlapped.during(() =>
      callAside("FlushFileBuffers", [handle], path)
    );
  }

  /** Locks a range of bytes; waits without blocking. */
  async lock(
    options: LockOptions & { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    this.#check("lock");
    const { at, flags, low, high } = lockArguments(options);
    const { signal } = options;
    const { code } = await this.#overlapped.perform({
      offset: at,
      length: 0,
      signal,
      call: (overlapped) =>
        kernel32.LockFileEx(this.handle, flags, 0, low, high, overlapped),
    });
    if (code === 0) return;
    if (code === ERROR_OPERATION_ABORTED) {
      throw this.#overlapped.refusal("lock", signal);
    }
    throw new Win32Error("LockFileEx", code, { path: this.path });
  }

  /**
   * Closes the file: refuses new operations, cancels those under way, waits for
   * all of them, then closes the handle.
   */
  close(): Promise<void> {
    this.#check("close");
    return this.#closing = this.#overlapped.drain().then(() =>
      this.closeHandle()
    );
  }

  /** Closes the file, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#closing ?? this.close());
  }

  /** Moves the position, once the transfers before have ended. */
  async seek(
    offset: number | bigint,
    origin: SeekOrigin = "start",
  ): Promise<number> {
    this.#check("seek");
    this.#needOffsets();
    return await this.#next(() => {
      this.#position = positionFrom(offset, origin, {
        start: () => 0,
        current: () => this.#position,
        end: () => this.size(),
      });
      return Promise.resolve(this.#position);
    });
  }

  #check(method: string): void {
    if (this.#closing !== undefined) {
      throw new FileClosedError(method, this.path);
    }
    const { read, write, append } = this.#mode;
    if (method === "read" && !read) throw notReadable(this.path);
    if (method === "write" && !write && !append) throw notWritable(this.path);
  }

  #checked({ at, signal }: TransferOptions): Checked {
    if (at !== undefined) {
      checkOffset("at", at);
      this.#needOffsets();
    }
    return { at, signal };
  }

  /** What has no offset goes to the end of a file opened with `append`. */
  #checkedWrite(options: TransferOptions): Checked {
    const checked = this.#checked(options);
    const { write, append } = this.#mode;
    if (!append || !this.#seekable) return checked;
    if (checked.at === undefined) return { ...checked, at: END_OF_FILE };
    if (write) return checked;
    throw appendsOnly(this.path);
  }

  #needOffsets(): void {
    if (!this.#seekable) throw hasNoOffsets(this.path);
  }

  #countOrEnd(count: number): number | null {
    return count === ENDED || (count === 0 && this.#seekable) ? null : count;
  }

  /**
   * Performs a transfer at an offset. Without one it waits its turn and goes on
   * where the transfer before has ended.
   */
  #placed(
    at: Offset | undefined,
    transfer: (offset: Offset) => Promise<number>,
  ): Promise<number> {
    if (at !== undefined && at !== END_OF_FILE) return transfer(at);
    if (!this.#seekable) return transfer(0);
    return this.#next(async () => {
      if (at === END_OF_FILE) return await transfer(END_OF_FILE);
      let count = 0;
      try {
        count = await transfer(this.#position);
        return count;
      } catch (error) {
        if (error instanceof Win32Error) count = error.bytesTransferred ?? 0;
        throw error;
      } finally {
        this.#position += Math.max(0, count);
      }
    });
  }

  #read(
    bytes: Uint8Array,
    offset: Offset,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return this.#sectored
      ? this.#getSectors().read(bytes, toNumber(offset), signal)
      : this.#transfers.read(bytes, offset, signal);
  }

  #write(
    bytes: Uint8Array,
    offset: Offset,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    if (!this.#sectored) return this.#transfers.write(bytes, offset, signal);
    return offset === END_OF_FILE
      ? this.#getSectors().append(bytes, signal)
      : this.#getSectors().write(bytes, toNumber(offset), signal);
  }

  #getSectors(): OverlappedSectors {
    const transfers = this.#transfers;
    return this.#sectors ??= new OverlappedSectors({
      sector: this.sectorSize(),
      read: (bytes, offset, signal) => transfers.read(bytes, offset, signal),
      write: (bytes, offset, signal) => transfers.write(bytes, offset, signal),
      size: () => sizeOf(this.handle, this.path),
      setEnd: (size) => setEndOfFile(this.handle, size, this.path),
    });
  }

  /** Waits its turn. */
  #next(work: () => Promise<number>): Promise<number> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  #areSegments(parts: readonly Uint8Array[], offset: Offset): boolean {
    if (!this.#sectored || offset === END_OF_FILE) return false;
    const { logical } = this.#getSectors().sector;
    return areSegments(parts, logical) && Number(offset) % logical === 0;
  }
}
