/**
 * Files whose methods return when the work is done.
 *
 * @module
 */
import * as kernel32 from "../../ffi/calls.ts";
import { mayKeepInFile } from "../../ffi/keep.ts";
import { handleWord } from "../../ffi/transfer_frame.ts";
import { FILE_BEGIN, FILE_CURRENT } from "../win32/constants.ts";
import { describe } from "../errors/describe.ts";
import { checkBytes, checkList, checkOffset } from "../file/arguments.ts";
import { ERROR_INVALID_PARAMETER, ERROR_NO_DATA } from "../errors/codes.ts";
import { Collector } from "../file/collector.ts";
import { UnexpectedEndOfFileError, Win32Error } from "../errors/win32_error.ts";
import { asBytes } from "../file/bytes.ts";
import { BaseFile } from "../file/base_file.ts";
import { setEndOfFile } from "../file/file_info.ts";
import {
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
import { isMultiple } from "../memory/multiples.ts";
import {
  badOrigin,
  positionFrom,
  type PositionOptions,
  type SeekOrigin,
  toExactOffset,
} from "../file/position.ts";
import type { Handle } from "../../ffi/handle.ts";
import {
  END_OF_FILE,
  finishRead,
  finishWrite,
  MAX_LENGTH,
  type Place,
  readInto,
  type TransferTarget,
  tryReadAt,
  tryReadHere,
  tryWriteAt,
  tryWriteHere,
  writeFrom,
} from "./transfer.ts";
import { UnbufferedIo } from "./sector_io.ts";

/** A view that nobody else has. */
const NOTHING: ArrayBufferView = /* @__PURE__ */ new Uint8Array(0);

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
export class SyncFile extends BaseFile implements Disposable {
  readonly #target: TransferTarget;
  readonly #mode: FileMode;
  readonly #seekable: boolean;
  /**
   * Where reads without an offset start. Given an offset, even one that means
   * nothing, ReadFile tells the end of a character device (NUL is at it from
   * the beginning) from a serial port's time-out, which reads nothing either.
   */
  readonly #unplaced: Place;
  /** Only whole sectors go to the system. */
  readonly #sectored: boolean;
  #readable: boolean;
  #writable: boolean;
  /**
   * Where transfers without an offset go on, once one at an offset has moved
   * the system's file pointer away from there.
   */
  #position: number | undefined;
  /** What was read into last, and may be again without another check. */
  #readTo: ArrayBufferView = NOTHING;
  /** What was written last, and may be again without another check. */
  #writtenFrom: ArrayBufferView = NOTHING;
  #unbuffered: UnbufferedIo | undefined;

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
    const { owned } = options;
    const taken = takeHandle(handle, path, mode, owned, false);
    super(taken);
    const { type } = taken;
    this.#mode = taken.mode;
    this.#target = {
      file: handleWord(handle),
      path,
      seekable: type === "disk",
    };
    this.#seekable = type === "disk";
    this.#unplaced = type === "character" ? 0 : undefined;
    this.#sectored = this.#seekable && taken.mode.unbuffered;
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
   * @throws {TypeError} If the buffer is none, or the file is not open for
   * reading, or has no offsets.
   * @throws {RangeError} If the offset is out of range.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {Win32Error} ERROR_LOCK_VIOLATION, ERROR_NO_DATA and others, with
   * the bytes read before the failure in `bytesTransferred`.
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
    if (options !== undefined) return this.#readAt(buffer, options);
    // A view that has been detached since has no bytes any more.
    const length = buffer === this.#readTo ? buffer.byteLength : 0;
    if (length === 0 || this.#position !== undefined) {
      return this.#read(buffer, undefined);
    }
    return tryReadHere(this.#target, buffer, length)
      ? length
      : this.#finishRead(buffer, length);
  }

  /** Reads at an offset what needs no check, if the offset needs none either. */
  #readAt(buffer: ArrayBufferView, options: PositionOptions): number | null {
    // Once and first: a getter may close the file or detach the buffer.
    const at = offsetOf(options);
    const length = buffer === this.#readTo ? buffer.byteLength : 0;
    if (length === 0 || !this.#isUsualOffset(at)) return this.#read(buffer, at);
    return tryReadAt(this.#target, buffer, length, at)
      ? length
      : this.#orEnd(finishRead(this.#target, buffer, length, at));
  }

  #read(
    buffer: ArrayBufferView,
    at: number | bigint | undefined,
  ): number | null {
    if (!this.#readable) this.#refuse("read");
    checkBytes("buffer", buffer);
    if (at !== undefined) this.#checkAt(at);
    const length = buffer.byteLength;
    if (length === 0) return 0;
    if (this.#sectored) return this.#readSectors(asBytes(buffer), at);
    const place = this.#start(at) ?? this.#unplaced;
    if (this.#unplaced === undefined && mayKeepInFile(buffer)) {
      this.#readTo = buffer;
    }
    return this.#orEnd(readInto(this.#target, buffer, length, place));
  }

  /** Whether an offset is right, and the position is not moved by going there. */
  #isUsualOffset(at: unknown): at is number {
    return typeof at === "number" && at >= 0 && Number.isSafeInteger(at) &&
      this.#position !== undefined && this.#seekable && !this.#sectored;
  }

  /** Goes on where a read at the file pointer did not give all. */
  #finishRead(buffer: ArrayBufferView, length: number): number | null {
    try {
      const count = finishRead(this.#target, buffer, length, undefined);
      // The end of the file, which need not be that of a sector.
      if (this.#sectored) this.#position = this.#pointer();
      return this.#orEnd(count);
    } catch (error) {
      if (!this.#isBetweenSectors(error)) throw error;
      return this.#readSectors(asBytes(buffer), undefined);
    }
  }

  /** What a count stands for. */
  #orEnd(count: number): number | null {
    return count < 0 || (count === 0 && this.#seekable) ? null : count;
  }

  /**
   * Reads until the buffer is full.
   *
   * @param buffer Where the bytes go.
   * @param options The offset, if it is not the position.
   * @throws {UnexpectedEndOfFileError} If the file ends before. What there was
   * is in the buffer.
   * @throws {Error} What `read()` throws.
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
    if (!this.#readable) this.#refuse("read", "readExactly");
    checkBytes("buffer", buffer);
    const bytes = asBytes(buffer);
    let done = 0;
    while (done < bytes.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const count = this.#readPart(rest, advance(options, done), done);
      if (count === null) {
        throw new UnexpectedEndOfFileError(this.path, bytes.length, done);
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
   * @throws {Error} What `read()` throws.
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
    if (!this.#readable) this.#refuse("read", "readAll");
    const start = options === undefined ? undefined : offsetOf(options);
    if (start !== undefined) this.#checkAt(start);
    const collector = new Collector(this.#expected(start));
    for (;;) {
      const place = advance(options, collector.length);
      const count = this.#readPart(collector.room(), place, collector.length);
      if (count === null) return collector.result();
      collector.took(count);
    }
  }

  /**
   * Reads into several buffers, one after the other.
   *
   * @param buffers Where the bytes go.
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
    if (!this.#readable) this.#refuse("read", "readScatter");
    checkList("buffers", buffers);
    let done = 0;
    for (const buffer of buffers) {
      const count = this.#readPart(buffer, advance(options, done), done);
      if (count === null) return done > 0 ? done : null;
      done += count;
      if (count < buffer.byteLength) break;
    }
    return done;
  }

  /**
   * Writes at the position, or at an offset. On a file opened with `append`,
   * what has no offset goes to the end.
   *
   * @param data The bytes. None are written without a call.
   * @param options The offset, if it is not the position.
   * @returns How many bytes were written: all of them, except on a pipe that
   * does not block.
   * @throws {TypeError} If the data is no buffer, or the file is not open for
   * writing, or has no offsets.
   * @throws {RangeError} If the offset is out of range.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {Win32Error} ERROR_DISK_FULL, ERROR_LOCK_VIOLATION,
   * ERROR_BROKEN_PIPE and others, with the bytes written before the failure in
   * `bytesTransferred`.
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
    if (options !== undefined) return this.#writeAt(data, options);
    const length = data === this.#writtenFrom ? data.byteLength : 0;
    if (length === 0 || this.#position !== undefined) {
      return this.#write(data, undefined);
    }
    return tryWriteHere(this.#target, data, length)
      ? length
      : this.#finishWrite(data, length);
  }

  #writeAt(data: ArrayBufferView, options: PositionOptions): number {
    const at = offsetOf(options);
    const length = data === this.#writtenFrom ? data.byteLength : 0;
    if (length === 0 || !this.#isUsualOffset(at) || this.#mode.append) {
      return this.#write(data, at);
    }
    return tryWriteAt(this.#target, data, length, at)
      ? length
      : finishWrite(this.#target, data, length, at);
  }

  #write(data: ArrayBufferView, at: number | bigint | undefined): number {
    if (!this.#writable) this.#refuse("write");
    checkBytes("data", data);
    if (at !== undefined) this.#checkWriteAt(at);
    const length = data.byteLength;
    if (length === 0) return 0;
    if (this.#sectored) return this.#writeSectors(asBytes(data), at);
    const place = this.#startOfWrite(at);
    // To append, the end is asked for each time, also after a write elsewhere.
    const appends = this.#mode.append && this.#mode.write;
    if (!appends && mayKeepInFile(data)) this.#writtenFrom = data;
    return writeFrom(this.#target, data, length, place);
  }

  /** Goes on where a write at the file pointer did not take all. */
  #finishWrite(data: ArrayBufferView, length: number): number {
    try {
      return finishWrite(this.#target, data, length, undefined);
    } catch (error) {
      if (!this.#isBetweenSectors(error)) throw error;
      return this.#writeSectors(asBytes(data), undefined);
    }
  }

  /**
   * Writes all of the data, in as many calls as a pipe that does not block
   * makes necessary.
   *
   * @param data The bytes.
   * @param options The offset, if it is not the position.
   * @throws {Win32Error} ERROR_NO_DATA if a pipe has no room left, and what
   * `write()` throws, with all that was written in `bytesTransferred`.
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
    if (!this.#writable) this.#refuse("write", "writeAll");
    checkBytes("data", data);
    const bytes = asBytes(data);
    let done = 0;
    while (done < bytes.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const count = this.#writePart(rest, advance(options, done), done);
      if (count === 0) {
        throw new Win32Error("WriteFile", ERROR_NO_DATA, {
          path: this.path,
          bytesTransferred: done,
          hint: "The pipe does not block and has no room left.",
        });
      }
      done += count;
    }
  }

  /**
   * Writes several buffers, one after the other.
   *
   * @param buffers The bytes.
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
    if (!this.#writable) this.#refuse("write", "writeGather");
    checkList("buffers", buffers);
    let done = 0;
    for (const buffer of buffers) {
      const count = this.#writePart(buffer, advance(options, done), done);
      done += count;
      if (count < buffer.byteLength) break;
    }
    return done;
  }

  /**
   * Moves the position.
   *
   * @param offset How far, in bytes; negative only from "current" or "end".
   * @param origin What is counted from.
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
    const base = this.#baseOf(origin);
    return this.#position = positionFrom(offset, origin, base);
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
    this.check("lock");
    lockRange(this.handle, options, this.path);
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
    this.check("tryLock");
    return tryLockRange(this.handle, options, this.path);
  }

  /**
   * Closes the file. Its locks are gone; what was written is with the system,
   * though not yet on the disk: see `flush()`.
   *
   * @throws {FileClosedError} If it has been closed before.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if the handle was closed by
   * somebody else.
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
    this.#readTo = this.#writtenFrom = NOTHING;
    this.#unbuffered?.[Symbol.dispose]();
    this.closeHandle();
  }

  /** Closes the file, if it is still open. */
  [Symbol.dispose](): void {
    if (!this.closed) this.close();
  }

  /** Says why the file cannot be read or written. */
  #refuse(what: "read" | "write", method: string = what): never {
    this.check(method);
    throw what === "read"
      ? notReadableError(this.path)
      : notWritableError(this.path);
  }

  #needOffsets(): void {
    if (!this.#seekable) throw hasNoOffsetsError(this.path);
  }

  #checkAt(at: number | bigint): void {
    checkOffset("at", at);
    this.#needOffsets();
  }

  #checkWriteAt(at: number | bigint): void {
    this.#checkAt(at);
    if (this.#mode.append && !this.#mode.write) {
      throw appendsOnlyError(this.path);
    }
  }

  /** Readies the file pointer for a transfer, and says where that starts. */
  #start(at: number | bigint | undefined): Place {
    if (at === undefined) {
      if (this.#position !== undefined) this.#movePointer(this.#position);
    } else this.#position ??= this.#pointer();
    return at;
  }

  #startOfWrite(at: number | bigint | undefined): Place {
    if (at !== undefined || !this.#mode.append || !this.#seekable) {
      return this.#start(at);
    }
    // The file pointer ends behind what is appended.
    this.#position = undefined;
    return this.#mode.write ? END_OF_FILE : undefined;
  }

  #baseOf(origin: SeekOrigin): number {
    switch (origin) {
      case "start":
        return 0;
      case "current":
        return this.#position ?? this.#pointer();
      case "end":
        return this.size();
      default:
        throw badOrigin(origin);
    }
  }

  /** About how many bytes there are from an offset on. */
  #expected(start: number | bigint | undefined): number {
    if (!this.#seekable) return 0;
    const from = start ?? this.#position ?? this.#pointer();
    return Math.max(0, this.size() - Number(from));
  }

  /** Asks where the system's file pointer is. */
  #pointer(): number {
    const position = new BigInt64Array(1);
    if (!kernel32.SetFilePointerEx(this.handle, 0n, position, FILE_CURRENT)) {
      throw Win32Error.last("SetFilePointerEx", { path: this.path });
    }
    return Number(position[0]);
  }

  #movePointer(position: number): void {
    const distance = BigInt(position);
    if (!kernel32.SetFilePointerEx(this.handle, distance, null, FILE_BEGIN)) {
      throw Win32Error.last("SetFilePointerEx", { path: this.path });
    }
    this.#position = undefined;
  }

  #writePart(
    data: ArrayBufferView,
    options: PositionOptions | undefined,
    done: number,
  ): number {
    try {
      return this.write(data, options);
    } catch (error) {
      throw withMore(error, done);
    }
  }

  #readPart(
    buffer: ArrayBufferView,
    options: PositionOptions | undefined,
    done: number,
  ): number | null {
    try {
      return this.read(buffer, options);
    } catch (error) {
      throw withMore(error, done);
    }
  }

  #readSectors(
    bytes: Uint8Array,
    at: number | bigint | undefined,
  ): number | null {
    if (this.#isAtPointer(bytes, at)) {
      if (mayKeepInFile(bytes)) this.#readTo = bytes;
      return tryReadHere(this.#target, bytes, bytes.length)
        ? bytes.length
        : this.#finishRead(bytes, bytes.length);
    }
    // Before the transfer moves the file pointer, with an offset, too.
    const here = this.#position ??= this.#pointer();
    const offset = toExactOffset(at ?? here, bytes.length);
    let count = 0;
    try {
      count = this.#sectors().read(bytes, offset);
    } catch (error) {
      count = error instanceof Win32Error ? error.bytesTransferred ?? 0 : 0;
      throw error;
    } finally {
      if (at === undefined) this.#moveOn(bytes, count);
    }
    return this.#orEnd(count);
  }

  #writeSectors(bytes: Uint8Array, at: number | bigint | undefined): number {
    if (at === undefined && this.#mode.append) this.#position = this.size();
    if (this.#isAtPointer(bytes, at)) {
      if (mayKeepInFile(bytes)) this.#writtenFrom = bytes;
      return tryWriteHere(this.#target, bytes, bytes.length)
        ? bytes.length
        : this.#finishWrite(bytes, bytes.length);
    }
    // Before the transfer moves the file pointer, with an offset, too.
    const here = this.#position ??= this.#pointer();
    const offset = toExactOffset(at ?? here, bytes.length);
    let count = bytes.length;
    try {
      this.#sectors().write(bytes, offset);
    } catch (error) {
      count = error instanceof Win32Error ? error.bytesTransferred ?? 0 : 0;
      throw error;
    } finally {
      if (at === undefined) this.#moveOn(bytes, count);
    }
    return count;
  }

  /**
   * Whether the system itself can make a transfer of sectors, at its file
   * pointer: that takes less than one at an offset.
   */
  #isAtPointer(bytes: Uint8Array, at: number | bigint | undefined): boolean {
    return at === undefined && this.#position === undefined &&
      bytes.length <= MAX_LENGTH && this.#sectors().isWhole(bytes);
  }

  /**
   * Whether the system refused all of a transfer since its file pointer, which
   * others may move, is in the middle of a sector.
   */
  #isBetweenSectors(error: unknown): boolean {
    if (!this.#sectored || !(error instanceof Win32Error)) return false;
    if (error.win32 !== ERROR_INVALID_PARAMETER) return false;
    if (error.bytesTransferred) return false;
    this.#position = this.#pointer();
    return !isMultiple(this.#position, this.sectorSize().logical);
  }

  /**
   * Moves the position behind what was transferred at it. "The system updates
   * … the file pointer before ReadFile returns", at an offset, too, so that
   * whole sectors leave it where the next ones are.
   * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   */
  #moveOn(bytes: Uint8Array, count: number): void {
    const isThere = count === bytes.length &&
      this.#sectors().isDirect(bytes, this.#position!);
    this.#position = isThere ? undefined : this.#position! + count;
  }

  #sectors(): UnbufferedIo {
    const target = this.#target;
    return this.#unbuffered ??= new UnbufferedIo({
      sector: this.sectorSize(),
      read: (bytes, length, offset) =>
        Math.max(0, readInto(target, bytes, length, offset)),
      write: (bytes, length, offset) => {
        writeFrom(target, bytes, length, offset);
      },
      size: () => this.size(),
      setEnd: (size) => setEndOfFile(this.handle, size, this.path),
    });
  }
}

function offsetOf(options: PositionOptions): number | bigint | undefined {
  if (typeof options === "object" && options !== null) return options.at;
  throw new TypeError(
    `options must be an object such as { at: 0 }: got ${describe(options)}`,
  );
}

/** Adds what was transferred before the part that failed. */
function withMore(error: unknown, done: number): unknown {
  if (done === 0 || !(error instanceof Win32Error)) return error;
  return error.withBytesTransferred(done + (error.bytesTransferred ?? 0));
}

/** The place of what follows the first `count` bytes. */
function advance(
  options: PositionOptions | undefined,
  count: number,
): PositionOptions | undefined {
  const at = options?.at;
  if (at === undefined || count === 0) return options;
  return { at: typeof at === "bigint" ? at + BigInt(count) : at + count };
}
