/**
 * Files whose methods return when the work is done.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { prepareQueries } from "../../ffi/ntdll.ts";
import * as kernel32 from "../../ffi/prototypes.ts";
import { byteLengthOf, bytesOf } from "../../ffi/views.ts";
import {
  transferredBefore,
  withMoreTransferred,
} from "../errors/bytes_transferred.ts";
import { UnexpectedEndOfFileError, Win32Error } from "../errors/win32_error.ts";
import { checkedLength, checkList, checkOffset } from "../file/arguments.ts";
import { join, joinedLength, spread } from "../file/joined_buffers.ts";
import { Collector } from "../file/collector.ts";
import {
  lockArguments,
  type LockOptions,
  lockRange,
  type TryLockOptions,
  tryLockRange,
} from "../file/lock.ts";
import {
  appendsOnlyError,
  type FileMode,
  hasNoOffsetsError,
  notReadableError,
  notWritableError,
} from "../file/mode.ts";
import { type HandleOptions, takeHandle } from "../file/taken_handle.ts";
import {
  checkedOrigin,
  offsetOf,
  positionFrom,
  type PositionOptions,
  type SeekOrigin,
} from "../file/position.ts";
import {
  advance,
  END_OF_FILE,
  MAX_WHOLE,
  type Offset,
} from "../file/transfer_limits.ts";
import { isMessagePipe } from "../file/pipe_type.ts";
import { preparePool } from "../memory/pooled_memory.ts";
import { SyncControlFile } from "./control_file.ts";
import { FilePointer } from "./file_pointer.ts";
import { SectorTransfers } from "./sector_transfer.ts";
import {
  handleWord,
  readInto,
  type TransferTarget,
  writeFrom,
} from "./transfer.ts";
import { settingsOf } from "../file/option_values.ts";
import { SYNCHRONOUS } from "../file/control.ts";

/**
 * An open file, pipe, volume or device whose methods block until they are done.
 * Made by `openSync()`.
 *
 * The garbage collector closes the handle of a file that can no longer be
 * reached, unless the file was made with `owned: false` or of one of the
 * standard handles. It does so at a time of its own choosing: use `using`.
 *
 * @example Write, then read back
 * ```ts
 * import { openSync } from "@kernel32/io";
 *
 * using file = openSync("hello.tmp", {
 *   read: true,
 *   write: true,
 *   create: true,
 *   deleteOnClose: true,
 * });
 * file.writeAll(new TextEncoder().encode("hello"));
 * const bytes = new Uint8Array(5);
 * file.readExactly(bytes, { at: 0 });
 * console.log(new TextDecoder().decode(bytes)); // hello
 * ```
 */
export class SyncFile extends SyncControlFile implements Disposable {
  readonly #target: TransferTarget;
  readonly #mode: FileMode;
  readonly #seekable: boolean;
  readonly #isPipe: boolean;
  #isMessagePipe: boolean | undefined;
  /**
   * The offset of reads without one. Given an offset, even a meaningless one,
   * ReadFile distinguishes the end of a character device (NUL is at it from the
   * beginning) from the time-out of a serial port, which reads nothing either.
   */
  readonly #defaultOffset: number | undefined;
  /** Writes without an offset go to the end. */
  readonly #appends: boolean;
  /** Makes the transfers where the system takes whole sectors only. */
  readonly #sectors: SectorTransfers | undefined;
  #readable: boolean;
  #writable: boolean;
  readonly #pointer: FilePointer;

  /**
   * Makes a file of a handle. `openSync()` makes files of paths, and
   * `fromHandle()` finds out the mode.
   *
   * @param handle A handle that was opened without FILE_FLAG_OVERLAPPED.
   * @param path What errors call it.
   * @param mode What it is open for.
   * @param options Whether the file owns the handle.
   * @throws {TypeError} If the handle is no bigint or was opened with
   * FILE_FLAG_OVERLAPPED, or another argument has the wrong type.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file,
   * pipe or device. It is not taken over then.
   */
  constructor(
    handle: Handle,
    path: string,
    mode: FileMode,
    options: HandleOptions = {},
  ) {
    const { owned } = settingsOf("SyncFile", options, { owned: true });
    const taken = takeHandle(handle, path, mode, owned, SYNCHRONOUS);
    const { type, raw, seekable, device, sector } = taken;
    // All that may fail comes before the collector learns of the handle.
    if (sector !== undefined) preparePool();
    prepareQueries();
    super(taken);
    this.#mode = taken.mode;
    this.#target = {
      handle: handleWord(handle),
      path,
      isDisk: seekable,
      device,
      raw,
    };
    this.#pointer = new FilePointer(handle, path);
    this.#seekable = seekable;
    this.#isPipe = type === "pipe";
    this.#defaultOffset = type === "character" ? 0 : undefined;
    this.#appends = taken.mode.append && this.#seekable;
    this.#sectors = sector === undefined
      ? undefined
      : new SectorTransfers(taken, sector, this.#target, this.#pointer);
    this.#readable = taken.mode.read;
    this.#writable = taken.mode.write || taken.mode.append;
  }

  /**
   * Reads at the position, or at an offset.
   *
   * @param buffer Where the bytes go.
   * @param options The offset, if it is not the position.
   * @returns How many bytes were read, or null at the end of the file or pipe.
   * Less than the buffer has room for only before the end, and on pipes and
   * devices. Of a message that is longer than the buffer, the rest comes next.
   * 0 is an empty message of a pipe, and the time-out of a serial port. The end
   * of a console is a line that begins with Ctrl+Z; Ctrl+C cannot be
   * distinguished from it.
   * @throws {TypeError} If the buffer is none, or the file is not open for
   * reading, or has no offsets.
   * @throws {RangeError} If the offset is out of range.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {Win32Error} ERROR_LOCK_VIOLATION, ERROR_NO_DATA,
   * ERROR_PIPE_NOT_CONNECTED once a pipe's server has called
   * `DisconnectNamedPipe()`, and others, with the bytes read before the failure
   * in `bytesTransferred`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   *
   * @example Read to the end
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * const buffer = new Uint8Array(4096);
   * let size = 0;
   * for (let n = file.read(buffer); n !== null; n = file.read(buffer)) size += n;
   * console.log(size === file.size()); // true
   * ```
   */
  read(buffer: ArrayBufferView, options?: PositionOptions): number | null {
    const at = this.#offsetToRead("read", options);
    const length = checkedLength("buffer", buffer);
    if (length === 0) return 0;
    if (this.#sectors) return this.#sectors.read(buffer, length, at);
    this.#pointer.prepare(at);
    return readInto(this.#target, buffer, length, at ?? this.#defaultOffset);
  }

  /** Returns where a read starts, if it is allowed. */
  #offsetToRead(
    method: string,
    options: PositionOptions | undefined,
  ): Offset | undefined {
    // First, since a getter may close the file or detach the buffer.
    const at = options === undefined ? undefined : offsetOf(options);
    if (!this.#readable) {
      this.check(method);
      throw notReadableError(this.path);
    }
    if (at !== undefined) this.#checkAt(at);
    return at;
  }

  /**
   * Reads until the buffer is full.
   *
   * @param buffer Where the bytes go.
   * @param options The offset, if it is not the position.
   * @throws {UnexpectedEndOfFileError} If the file ends before. What there was
   * is in the buffer.
   * @throws {Win32Error} ERROR_TIMEOUT if the time-out of a serial port elapses
   * without a byte, and what `read()` throws.
   *
   * @example Read a header
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * const header = new Uint8Array(2);
   * file.readExactly(header, { at: 0 });
   * console.log(String.fromCharCode(...header)); // "# "
   * ```
   */
  readExactly(buffer: ArrayBufferView, options?: PositionOptions): void {
    const at = this.#offsetToRead("readExactly", options);
    const length = checkedLength("buffer", buffer);
    let done = 0;
    while (done < length) {
      const rest = done === 0 ? buffer : bytesOf(buffer, done);
      const count = this.#readMore(rest, at, done);
      if (count === null || this.#target.device.endsReading(count, done)) {
        throw new UnexpectedEndOfFileError(this.path, length, done);
      }
      done += count;
    }
  }

  /**
   * Reads to the end of the file or pipe.
   *
   * @param options The offset to start at, if it is not the position.
   * @returns The bytes.
   * @throws {RangeError} If they are too many for one buffer.
   * @throws {Win32Error} ERROR_TIMEOUT if the time-out of a serial port, which
   * has no end, elapses without a byte, and what `read()` throws.
   *
   * @example Read a text
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * const text = new TextDecoder().decode(file.readAll());
   * console.log(text.startsWith("# ")); // true
   * ```
   */
  readAll(options?: PositionOptions): Uint8Array<ArrayBuffer> {
    const at = this.#offsetToRead("readAll", options);
    const expected = this.#seekable
      ? this.size() - Number(at ?? this.#pointer.current)
      : 0;
    const collector = new Collector(expected);
    for (;;) {
      const { length } = collector;
      const count = this.#readMore(collector.room(), at, length);
      if (count === null || this.#target.device.endsReading(count, length)) {
        return collector.result();
      }
      collector.took(count);
    }
  }

  /**
   * Reads into several buffers, one after the other: from a pipe by one
   * ReadFile, which gives what has come, or one message.
   *
   * @param buffers Where the bytes go; up to 64 MiB of a pipe.
   * @param options The offset, if it is not the position.
   * @returns How many bytes were read, or null at the end of the file.
   * @throws {Error} What `read()` throws.
   *
   * @example Read a header and a body
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * const [header, body] = [new Uint8Array(8), new Uint8Array(64)];
   * console.log(file.readScatter([header, body], { at: 0 })); // 72
   * ```
   */
  readScatter(
    buffers: readonly ArrayBufferView[],
    options?: PositionOptions,
  ): number | null {
    const at = this.#offsetToRead("readScatter", options);
    const views = checkList("buffers", buffers, checkedLength);
    if (this.#isPipe) {
      const joined = new Uint8Array(joinedLength(views));
      const count = this.read(joined);
      spread(joined.subarray(0, count ?? 0), views);
      return count;
    }
    let done = 0;
    for (const buffer of views) {
      const count = this.#readMore(buffer, at, done);
      if (count === null) return done || null;
      done += count;
      if (count < byteLengthOf(buffer)) break;
    }
    return done;
  }

  /** Reads behind what the same method has read before. */
  #readMore(
    buffer: ArrayBufferView,
    at: Offset | undefined,
    done: number,
  ): number | null {
    try {
      return this.read(buffer, optionsBehind(at, done));
    } catch (error) {
      throw withMoreTransferred(error, done);
    }
  }

  /**
   * Writes at the position, or at an offset. On a file opened with `append`,
   * what has no offset goes to the end, up to 64 MiB by one WriteFile. No data
   * make no call, except on a pipe of messages, where they are a message without
   * bytes.
   *
   * @param data The bytes.
   * @param options The offset, if it is not the position.
   * @returns How many bytes were written: all of them, except on a pipe that
   * does not block, and on a serial port whose time-out has elapsed.
   * @throws {TypeError} If the data is no buffer, or the file is not open for
   * writing, or has no offsets.
   * @throws {RangeError} If the offset is out of range.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {Win32Error} ERROR_DISK_FULL, ERROR_LOCK_VIOLATION,
   * ERROR_BROKEN_PIPE, ERROR_ACCESS_DENIED on a mounted volume,
   * ERROR_SECTOR_NOT_FOUND beyond the end of a disk, and others, with the bytes
   * written before the failure in `bytesTransferred`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   *
   * @example Write a record in the middle
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("records.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * console.log(file.write(new Uint8Array(64), { at: 1024 })); // 64
   * console.log(file.size()); // 1088
   * ```
   */
  write(data: ArrayBufferView, options?: PositionOptions): number {
    const at = this.#offsetToWrite("write", options);
    const length = checkedLength("data", data);
    if (length === 0 && !this.#takesMessages()) return 0;
    if (at === undefined && this.#appends) return this.#append(data, length);
    if (this.#sectors) return this.#sectors.write(data, length, at);
    this.#pointer.prepare(at);
    return writeFrom(this.#target, data, length, at);
  }

  /**
   * Writes to the end, behind which the position is then. A failure leaves the
   * position, unless some of the data have been written.
   */
  #append(data: ArrayBufferView, length: number): number {
    const pointer = this.#pointer;
    const sectors = this.#sectors;
    const position = sectors ? pointer.current : pointer.position;
    try {
      // The system's own file pointer ends behind what is appended.
      pointer.position = sectors && this.size();
      if (sectors) return sectors.write(data, length, undefined);
      // The access rights of other handles have every write appended.
      const end = this.#mode.write ? END_OF_FILE : undefined;
      return writeFrom(this.#target, data, length, end, length > MAX_WHOLE);
    } catch (error) {
      if (!transferredBefore(error)) pointer.position = position;
      throw error;
    }
  }

  /** Returns where a write starts, if it is allowed. */
  #offsetToWrite(
    method: string,
    options: PositionOptions | undefined,
  ): Offset | undefined {
    const at = options === undefined ? undefined : offsetOf(options);
    if (!this.#writable) {
      this.check(method);
      throw notWritableError(this.path);
    }
    if (at === undefined) return at;
    this.#checkAt(at);
    if (!this.#mode.append || this.#mode.write) return at;
    throw appendsOnlyError(this.path);
  }

  /**
   * Writes all of the data, in as many calls as a pipe that does not block
   * makes necessary.
   *
   * @param data The bytes.
   * @param options The offset, if it is not the position.
   * @throws {Win32Error} ERROR_NO_DATA if a pipe has no room left, ERROR_TIMEOUT
   * if the time-out of a serial port has elapsed, ERROR_WRITE_FAULT if another
   * device takes nothing, and what `write()` throws, with all that was written
   * in `bytesTransferred`.
   *
   * @example Write a text
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("text.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.writeAll(new TextEncoder().encode("Grüße\n"));
   * console.log(file.size()); // 8
   * ```
   */
  writeAll(data: ArrayBufferView, options?: PositionOptions): void {
    const at = this.#offsetToWrite("writeAll", options);
    const length = checkedLength("data", data);
    let done = 0;
    while (done < length) {
      const rest = done === 0 ? data : bytesOf(data, done);
      const count = this.#writeMore(rest, at, done);
      this.#target.device.checkWritten(count, length - done, done + count);
      done += count;
    }
  }

  /**
   * Writes several buffers, one after the other: to a pipe, and to the end of a
   * file opened with `append`, by one WriteFile, so that they are one message or
   * one record. An unbuffered file takes whole sectors, in more calls than one.
   *
   * @param buffers The bytes. What is written by one call has up to 64 MiB.
   * @param options The offset, if it is not the position.
   * @returns How many bytes were written.
   * @throws {Error} What `write()` throws.
   *
   * @example Write a header and a body
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("gather.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * console.log(file.writeGather([new Uint8Array(8), new Uint8Array(64)])); // 72
   * ```
   */
  writeGather(
    buffers: readonly ArrayBufferView[],
    options?: PositionOptions,
  ): number {
    const at = this.#offsetToWrite("writeGather", options);
    const views = checkList("buffers", buffers, checkedLength);
    if (at === undefined && (this.#appends || this.#isPipe)) {
      const joined = new Uint8Array(joinedLength(views));
      join(views, joined);
      return this.write(joined);
    }
    let done = 0;
    for (const buffer of views) {
      const count = this.#writeMore(buffer, at, done);
      done += count;
      if (count < byteLengthOf(buffer)) break;
    }
    return done;
  }

  /** Writes behind what the same method has written before. */
  #writeMore(
    data: ArrayBufferView,
    at: Offset | undefined,
    done: number,
  ): number {
    try {
      return this.write(data, optionsBehind(at, done));
    } catch (error) {
      throw withMoreTransferred(error, done);
    }
  }

  /**
   * Moves the position.
   *
   * @param offset How far, in bytes; negative only from "current" or "end".
   * @param origin What is counted from: a word, or one of `Deno.SeekMode`.
   * @returns The new position in bytes from the start. It may lie beyond the
   * end: a write there makes the file longer.
   * @throws {TypeError} If the file has no offsets, or the origin is none.
   * @throws {RangeError} If the new position is out of range.
   *
   * @example Go to the last bytes
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("README.md");
   * console.log(file.seek(-16, "end") === file.size() - 16); // true
   * ```
   */
  seek(offset: number | bigint, origin: SeekOrigin = "start"): number {
    this.check("seek");
    this.#needOffsets();
    const from = checkedOrigin(offset, origin);
    let base: Offset = 0;
    if (from === "current") base = this.#pointer.current;
    if (from === "end") base = this.size();
    return this.#pointer.position = positionFrom(base, offset, from);
  }

  /**
   * Writes what the system still holds of the file to the device.
   *
   * @throws {Win32Error} ERROR_ACCESS_DENIED on a file not open for writing,
   * and what the device reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
   *
   * @example Make a write last
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("flush.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.write(new Uint8Array(512));
   * file.flush();
   * ```
   */
  flush(): void {
    this.check("flush");
    if (!kernel32.FlushFileBuffers(this.handle)) {
      throw Win32Error.last("FlushFileBuffers", { path: this.path });
    }
  }

  /**
   * Locks a range of bytes, exclusively unless told otherwise (Deno's `lock()`
   * is shared unless told otherwise): others can neither read nor write it, or
   * not write it if the lock is shared. The range may lie beyond the end.
   *
   * @param options The range, and how it is locked; or Deno's boolean for
   * `exclusive`, which locks all of the file. Exclusively and all of the file,
   * if left out.
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If the range is out of range.
   * @throws {Win32Error} ERROR_LOCK_VIOLATION if `wait` is false and another
   * lock is in the way.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   *
   * @example Lock a record
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("lock.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * file.lock({ at: 128, length: 64 });
   * file.unlock({ at: 128, length: 64 });
   * ```
   */
  lock(options: LockOptions | boolean = {}): void {
    // First, since a getter may close the file.
    const range = lockArguments(options);
    this.check("lock");
    lockRange(this.handle, range, this.path);
  }

  /**
   * Locks a range of bytes as `lock()` does, exclusively unless told otherwise
   * (Deno's `tryLock()` is shared unless told otherwise), if that needs no
   * wait.
   *
   * @param options The range, and how it is locked; or Deno's boolean for
   * `exclusive`, which locks all of the file.
   * @returns Whether the range is locked now: false if another lock is in the
   * way.
   * @throws {TypeError} If an option has the wrong type.
   * @throws {RangeError} If the range is out of range.
   * @throws {Win32Error} ERROR_ACCESS_DENIED on a file that is open for neither
   * reading nor writing, and others.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
   *
   * @example Do a job that no other process is doing
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * using file = openSync("job.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * if (file.tryLock()) console.log("The job is ours.");
   * ```
   */
  tryLock(options: TryLockOptions | boolean = {}): boolean {
    const range = lockArguments(options, "tryLock");
    this.check("tryLock");
    return tryLockRange(this.handle, range, this.path);
  }

  /**
   * Closes the file. Its locks are gone; what was written is with the system,
   * though not yet on the disk: see `flush()`.
   *
   * @throws {FileClosedError} If it has been closed before.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if the handle was closed by
   * other code.
   *
   * @see https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle
   *
   * @example Close by hand
   * ```ts
   * import { openSync } from "@kernel32/io";
   *
   * const file = openSync("README.md");
   * file.close();
   * console.log(file.closed); // true
   * ```
   */
  close(): void {
    this.check("close");
    this.#readable = this.#writable = false;
    this.closeHandle();
  }

  /** Closes the file, if it is still open. */
  [Symbol.dispose](): void {
    if (!this.closed) this.close();
  }

  /** Whether a write of nothing is a message. */
  #takesMessages(): boolean {
    return this.#isPipe && (this.#isMessagePipe ??= isMessagePipe(this.handle));
  }

  #needOffsets(): void {
    if (!this.#seekable) throw hasNoOffsetsError(this.path);
  }

  #checkAt(at: Offset): void {
    checkOffset("at", at);
    this.#needOffsets();
  }
}

/** Returns the options of a transfer that follows the first `done` bytes. */
function optionsBehind(
  at: Offset | undefined,
  done: number,
): PositionOptions | undefined {
  return at === undefined ? undefined : { at: advance(at, done) };
}
