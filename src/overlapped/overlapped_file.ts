/**
 * Files whose methods return promises.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { ERROR_PIPE_CONNECTED } from "../errors/codes.ts";
import {
  FileClosedError,
  UnexpectedEndOfFileError,
} from "../errors/win32_error.ts";
import { checkBytes, checkList } from "../file/arguments.ts";
import { joinedLength } from "../file/joined_buffers.ts";
import type { FileType } from "../file/file_info.ts";
import {
  appendsOnlyError,
  type FileMode,
  hasNoOffsetsError,
  notAPipeError,
  notReadableError,
  notWritableError,
} from "../file/mode.ts";
import { isMessagePipe } from "../file/pipe_type.ts";
import {
  checkedOrigin,
  positionFrom,
  type SeekOrigin,
} from "../file/position.ts";
import { throwIfAborted } from "../file/signal.ts";
import { END_OF_FILE, type Offset } from "../file/transfer_limits.ts";
import { takeHandle } from "../file/taken_handle.ts";
import type { StreamedFileTraits } from "../streams/stream_options.ts";
import { ControlOperation } from "./control_operation.ts";
import { Flusher } from "./flush.ts";
import { readFully, readToEnd, writeFully } from "./full_transfers.ts";
import { checkedLimit } from "./in_flight_limiter.ts";
import { readJoined, writeJoined } from "./joined_transfers.ts";
import {
  type CheckedOptions,
  checkedSignal,
  checkedTransferOptions,
  type OverlappedFileOptions,
  type SignalOptions,
  type TransferOptions,
} from "./options.ts";
import { OrderedTransfers } from "./ordered_transfers.ts";
import { OverlappedHandle } from "./overlapped_handle.ts";
import { SectorIo } from "./sector_io.ts";
import { type OverlappedIo, Transfers } from "./transfers.ts";
import { settingsOf } from "../file/option_values.ts";
import { LockableFile } from "./lockable_file.ts";
import { ASYNCHRONOUS } from "../file/control.ts";

/**
 * An open file, pipe, volume or device whose methods return promises, with any
 * number of operations in flight. Made by `open()`.
 *
 * Transfers with `at` run side by side. Those without go on where the one
 * before has ended, so that they run one after the other; on a pipe or a device
 * without offsets they are handed to the system in the order of the calls.
 *
 * The garbage collector closes the handle of a file that can no longer be
 * reached, unless the file was made with `owned: false` or of one of the
 * standard handles. The other end of a pipe sees that: hold the file as long as
 * the other end is to find it open.
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
export class OverlappedFile extends LockableFile {
  readonly #overlapped: OverlappedHandle;
  readonly #io: OverlappedIo;
  readonly #flusher: Flusher;
  readonly #mode: FileMode;
  readonly #type: FileType;
  readonly #seekable: boolean;
  readonly #ordered = new OrderedTransfers();
  #isMessagePipe: boolean | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Makes a file of a handle, and binds the handle to the completion port of
   * this thread for as long as it is open. `open()` makes files of paths, and
   * `fromHandle()` finds out the mode.
   *
   * @param handle A handle that was opened with FILE_FLAG_OVERLAPPED.
   * @param path What errors call it.
   * @param mode What it is open for.
   * @param options Whether the file owns the handle, and how much may be under
   * way at once.
   * @throws {TypeError} If the handle is no bigint or was opened without
   * FILE_FLAG_OVERLAPPED, or another argument has the wrong type.
   * @throws {RangeError} If a limit is out of range.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if it is not that of a file, pipe
   * or device, ERROR_INVALID_PARAMETER if it is bound to a completion port. It
   * is not taken over then.
   */
  constructor(
    handle: Handle,
    path: string,
    mode: FileMode,
    options: OverlappedFileOptions = {},
  ) {
    const { owned, maxInFlight } = settingsOf("OverlappedFile", options, {
      owned: true,
      maxInFlight: {},
    });
    const limit = checkedLimit(maxInFlight);
    const taken = takeHandle(handle, path, mode, owned, ASYNCHRONOUS);
    const { raw, seekable, device, sector } = taken;
    // All that may fail comes before the collector learns of the handle.
    const overlapped = new OverlappedHandle(handle, path, {
      isShared: !taken.owned,
      device,
      raw,
      limit,
    });
    const transfers = new Transfers(overlapped);
    const io = sector === undefined
      ? transfers
      : new SectorIo(overlapped, transfers, sector, taken.mode.unbuffered);
    super(taken, overlapped);
    overlapped.owner = this;
    this.#mode = taken.mode;
    this.#type = taken.type;
    this.#seekable = seekable;
    this.#overlapped = overlapped;
    this.#flusher = new Flusher(overlapped, "flush");
    this.#io = io;
  }

  /**
   * Reads at the position, or at an offset.
   *
   * @param buffer Where the bytes go. Memory of an `AlignedBuffer` is filled
   * by the kernel itself, other memory when the operation has ended.
   * @param options The offset, if it is not the position, and a signal.
   * @returns How many bytes were read, or null at the end of the file or pipe.
   * Less than the buffer has room for only before the end, and on pipes and
   * devices. Of a message that is longer than the buffer, the rest comes next.
   * 0 is an empty message of a pipe, and the time-out of a serial port.
   * @throws {TypeError} If the buffer is none, or the file is not open for
   * reading, or has no offsets.
   * @throws {RangeError} If the offset is out of range.
   * @throws {FileClosedError} If the file has been closed, or is before the
   * operation has ended.
   * @throws {Win32Error} ERROR_LOCK_VIOLATION, ERROR_PIPE_NOT_CONNECTED once a
   * pipe's server has called `DisconnectNamedPipe()`, and others, with the bytes
   * read before the failure in `bytesTransferred`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   *
   * @example Read to the end
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * const buffer = new Uint8Array(4096);
   * let size = 0;
   * for (let n; (n = await file.read(buffer)) !== null;) size += n;
   * console.log(size === file.size()); // true
   * ```
   */
  read(
    buffer: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<number | null> {
    try {
      this.#check("read");
      const { at, signal } = this.#checked(options);
      checkBytes("buffer", buffer);
      if (byteLengthOf(buffer) === 0) return Promise.resolve(0);
      return this.#isPlaced(at)
        ? this.#io.read(buffer, at ?? 0, signal)
        : this.#readInOrder(buffer, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Reads at the position, once the transfers before have ended. */
  #readInOrder(
    buffer: ArrayBufferView,
    signal: AbortSignal | undefined,
  ): Promise<number | null> {
    return this.#ordered.run(
      (at) => this.#io.read(buffer, at, signal),
      signal,
    );
  }

  /**
   * Reads until the buffer is full.
   *
   * @param buffer Where the bytes go.
   * @param options The offset, if it is not the position, and a signal.
   * @throws {UnexpectedEndOfFileError} If the file ends before. What there was
   * is in the buffer.
   * @throws {Win32Error} ERROR_TIMEOUT if the time-out of a serial port elapses
   * without a byte, and what `read()` throws.
   *
   * @example Read a header
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * const header = new Uint8Array(2);
   * await file.readExactly(header, { at: 0 });
   * console.log(String.fromCharCode(...header)); // "# "
   * ```
   */
  async readExactly(
    buffer: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<void> {
    this.#check("read");
    const { at, signal } = this.#checked(options);
    checkBytes("buffer", buffer);
    const length = byteLengthOf(buffer);
    const { device } = this.#overlapped;
    const count = await this.#placed(
      at,
      signal,
      (at) => readFully(this.#io, buffer, at, signal, device),
    );
    if (count < length) {
      throw new UnexpectedEndOfFileError(this.path, length, count);
    }
  }

  /**
   * Writes at the position, or at an offset. On a file opened with `append`,
   * what has no offset goes to the end, up to 64 MiB by one WriteFile. No data
   * make no call, except on a pipe of messages, where they are a message without
   * bytes.
   *
   * @param data The bytes. Those of an `AlignedBuffer` must not be changed
   * before the operation has ended; others are copied at the start, up to
   * 4 MiB at a time, or as a whole what goes to the end by one WriteFile.
   * @param options The offset, if it is not the position, and a signal.
   * @returns How many bytes were written: all of them, except on a pipe that
   * does not block, on a serial port whose time-out has elapsed, or if the
   * signal came in between.
   * @throws {TypeError} If the data is no buffer, or the file is not open for
   * writing, or has no offsets.
   * @throws {RangeError} If the offset is out of range.
   * @throws {FileClosedError} If the file has been closed, or is before the
   * operation has ended.
   * @throws {Win32Error} ERROR_DISK_FULL, ERROR_LOCK_VIOLATION,
   * ERROR_BROKEN_PIPE, ERROR_ACCESS_DENIED on a mounted volume,
   * ERROR_SECTOR_NOT_FOUND beyond the end of a disk, and others, with the bytes
   * written before the failure in `bytesTransferred`.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   *
   * @example Write two records at once
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("two.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * const record = new Uint8Array(64);
   * await Promise.all([
   *   file.write(record, { at: 0 }),
   *   file.write(record, { at: 1024 }),
   * ]);
   * console.log(file.size()); // 1088
   * ```
   */
  write(
    data: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<number> {
    try {
      this.#check("write");
      const { at, signal } = this.#checkedWrite(options);
      checkBytes("data", data);
      if (byteLengthOf(data) === 0 && !this.#takesMessages()) {
        return Promise.resolve(0);
      }
      return this.#isPlaced(at)
        ? this.#io.write(data, at ?? 0, signal)
        : this.#writeInOrder(data, at, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Writes at the position or the end, once the transfers before have ended. */
  #writeInOrder(
    data: ArrayBufferView,
    at: Offset | undefined,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return this.#ordered.run(
      (at) => this.#io.write(data, at, signal),
      signal,
      at,
    );
  }

  /**
   * Writes all of the data, in as many operations as that takes.
   *
   * @param data The bytes.
   * @param options The offset, if it is not the position, and a signal.
   * @throws {Win32Error} ERROR_NO_DATA if a pipe has no room left, ERROR_TIMEOUT
   * if the time-out of a serial port has elapsed, ERROR_WRITE_FAULT if another
   * device takes nothing, and what `write()` throws.
   *
   * @example Append a line
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("log.tmp", {
   *   append: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * await file.writeAll(new TextEncoder().encode("started\n"));
   * console.log(file.size()); // 8
   * ```
   */
  async writeAll(
    data: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<void> {
    this.#check("write");
    const { at, signal } = this.#checkedWrite(options);
    checkBytes("data", data);
    const { device } = this.#overlapped;
    await this.#placed(
      at,
      signal,
      (at) => writeFully(this.#io, data, at, signal, device),
    );
  }

  /**
   * Reads to the end of the file or pipe.
   *
   * @param options The offset to start at, if it is not the position, and a
   * signal.
   * @returns The bytes.
   * @throws {RangeError} If they are too many for one buffer.
   * @throws {Win32Error} ERROR_TIMEOUT if the time-out of a serial port, which
   * has no end, elapses without a byte, and what `read()` throws.
   *
   * @example Read a text
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * const text = new TextDecoder().decode(await file.readAll());
   * console.log(text.startsWith("# ")); // true
   * ```
   */
  async readAll(
    options: TransferOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#check("read");
    const { at, signal } = this.#checked(options);
    const { device } = this.#overlapped;
    let result: Uint8Array<ArrayBuffer> | undefined;
    await this.#placed(at, signal, async (at) => {
      const expected = this.#seekable ? this.size() - Number(at) : 0;
      result = await readToEnd(this.#io, expected, at, signal, device);
      return result.length;
    });
    return result!;
  }

  /**
   * Reads into several buffers, one after the other. On an unbuffered file,
   * buffers that are whole pages of `AlignedBuffer`s are filled by one call of
   * ReadFileScatter. From a pipe, one ReadFile gives what has come, or one
   * message.
   *
   * @param buffers Where the bytes go; up to 64 MiB of a pipe.
   * @param options The offset, if it is not the position, and a signal.
   * @returns How many bytes were read, or null at the end of the file.
   * @throws {Error} What `read()` throws.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfilescatter
   *
   * @example Read a header and a body
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * const [header, body] = [new Uint8Array(8), new Uint8Array(64)];
   * console.log(await file.readScatter([header, body])); // 72
   * ```
   */
  readScatter(
    buffers: readonly ArrayBufferView[],
    options: TransferOptions = {},
  ): Promise<number | null> {
    try {
      this.#check("read");
      const { at, signal } = this.#checked(options);
      const views = checkList("buffers", buffers);
      if (this.#type === "pipe") {
        return readJoined(
          views,
          (joined) => this.#io.read(joined, 0, signal),
        );
      }
      return this.#placed(
        at,
        signal,
        (at) => this.#io.readScatter(views, at, signal),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Writes several buffers, one after the other. On an unbuffered file, buffers
   * that are whole pages of `AlignedBuffer`s are written by one call of
   * WriteFileGather; the last one may be some whole sectors. To a pipe, and to
   * the end of a file opened with `append`, they are joined and written by one
   * WriteFile, so that they are one message or one record; to the end of an
   * unbuffered file, by as many as its sectors take.
   *
   * @param buffers The bytes, not to be changed before the promise settles. What
   * is joined has up to 64 MiB.
   * @param options The offset, if it is not the position, and a signal.
   * @returns How many bytes were written.
   * @throws {Error} What `write()` throws.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefilegather
   *
   * @example Write pages in another order
   * ```ts
   * import { AlignedBuffer, open } from "@kernel32/io";
   *
   * await using file = await open("pages.tmp", {
   *   write: true,
   *   create: true,
   *   unbuffered: true,
   *   deleteOnClose: true,
   * });
   * using pages = new AlignedBuffer(8192);
   * const [first, second] = [
   *   pages.bytes.subarray(0, 4096),
   *   pages.bytes.subarray(4096),
   * ];
   * console.log(await file.writeGather([second, first])); // 8192
   * ```
   */
  writeGather(
    buffers: readonly ArrayBufferView[],
    options: TransferOptions = {},
  ): Promise<number> {
    try {
      this.#check("write");
      const { at, signal } = this.#checkedWrite(options);
      const views = checkList("buffers", buffers);
      if (at === END_OF_FILE || this.#type === "pipe") {
        if (joinedLength(views) === 0 && !this.#takesMessages()) {
          return Promise.resolve(0);
        }
        return this.#placed(at, signal, (at) =>
          writeJoined(
            views,
            (joined) => this.#io.write(joined, at, signal),
          ));
      }
      return this.#placed(
        at,
        signal,
        (at) => this.#io.writeGather(views, at, signal),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Writes what the system still holds of the file to the device, on another
   * thread: all whose write had ended before the call. One flush of a file runs
   * at a time; calls that come meanwhile share the next.
   *
   * @throws {Win32Error} ERROR_ACCESS_DENIED on a file not open for writing,
   * and what the device reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
   *
   * @example Make a write last
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("lasting.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * await file.write(new Uint8Array(512));
   * await file.flush();
   * ```
   */
  async flush(): Promise<void> {
    this.#check("flush");
    await this.#flusher.flush();
  }

  /**
   * Waits until a client has opened the pipe that this is a server's end of. A
   * client that is there already will do.
   *
   * @param options A signal that ends the wait.
   * @throws {TypeError} If the file is no pipe.
   * @throws {FileClosedError} If the file has been closed, or is before a
   * client comes.
   * @throws {Win32Error} ERROR_NO_DATA if a client has come and gone: call
   * `DisconnectNamedPipe()` first. ERROR_INVALID_FUNCTION at a client's end.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe
   *
   * @example Serve one client
   * ```ts
   * import {
   *   fromHandle,
   *   INVALID_HANDLE_VALUE,
   *   open,
   *   OverlappedFile,
   *   Win32Error,
   * } from "@kernel32/io";
   * import {
   *   FILE_FLAG_OVERLAPPED,
   *   kernel32,
   *   PIPE_ACCESS_DUPLEX,
   * } from "@kernel32/io/raw";
   *
   * const name = "\\\\.\\pipe\\connect-example";
   * const mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;
   * const handle = kernel32.CreateNamedPipeW(name, mode, 0, 1, 4096, 4096, 0, null);
   * if (handle === INVALID_HANDLE_VALUE) throw Win32Error.last("CreateNamedPipeW");
   * const file = fromHandle(handle, { path: name });
   * if (!(file instanceof OverlappedFile)) throw new Error("not overlapped");
   * const connected = file.connect({ signal: AbortSignal.timeout(10_000) });
   * const client = await open(name, { read: true, write: true });
   * await connected;
   * await client.write(Uint8Array.of(1, 2, 3));
   * console.log(await file.read(new Uint8Array(8))); // 3
   * await client.close();
   * await file.close();
   * ```
   */
  async connect(options: SignalOptions = {}): Promise<void> {
    this.#check("connect");
    const signal = checkedSignal("connect", options);
    if (this.#type !== "pipe") throw notAPipeError(this.path);
    const { handle } = this;
    await new ControlOperation(
      this.#overlapped,
      { method: "connect", syscall: "ConnectNamedPipe" },
      (overlapped) => kernel32.ConnectNamedPipe(handle, overlapped),
      { signal, succeedsWith: ERROR_PIPE_CONNECTED },
    ).begin();
  }

  /**
   * Closes the file: refuses new operations, cancels those in flight, waits for
   * all of them, then closes the handle.
   *
   * @throws {FileClosedError} If it has been closed before.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if the handle was closed by
   * other code.
   *
   * @example Close by hand
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * const file = await open("README.md");
   * await file.close();
   * console.log(file.closed); // true
   * ```
   */
  async close(): Promise<void> {
    this.#check("close");
    this.#closing = this.#overlapped.drain().then(() => this.closeHandle());
    await this.#closing;
  }

  /** Closes the file, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#closing ?? this.close());
  }

  /**
   * Moves the position, once the transfers without an offset that were started
   * before have ended.
   *
   * @param offset How far, in bytes; negative only from "current" or "end".
   * @param origin What is counted from: a word, or one of `Deno.SeekMode`.
   * @returns The new position in bytes from the start.
   * @throws {TypeError} If the file has no offsets, or the origin is none.
   * @throws {RangeError} If the new position is out of range.
   *
   * @example Go to the last bytes
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * console.log(await file.seek(-16, "end") === file.size() - 16); // true
   * ```
   */
  async seek(
    offset: number | bigint,
    origin: SeekOrigin = "start",
  ): Promise<number> {
    this.#check("seek");
    this.#needOffsets();
    const from = checkedOrigin(offset, origin);
    const ordered = this.#ordered;
    return await ordered.after(() => {
      let base: Offset = 0;
      if (from === "current") base = ordered.position;
      if (from === "end") base = this.size();
      ordered.position = positionFrom(base, offset, from);
      return Promise.resolve(ordered.position);
    });
  }

  /**
   * Returns what streams have to know of the file.
   *
   * @internal
   * @ignore
   */
  protected streamTraits(
    method: "read" | "write",
    at: Offset | undefined,
  ): StreamedFileTraits {
    this.#check(method);
    if (method === "write") this.#checkedWrite({ at });
    else if (at !== undefined) this.#needOffsets();
    const { append } = this.#mode;
    const { device } = this.#overlapped;
    const sectored = this.#io instanceof SectorIo;
    const offsets = this.#seekable ? this : undefined;
    const target = { writeAll: this.#writeChunk.bind(this) };
    return { append, sectored, offsets, device, target };
  }

  /** Writes all of a stream's chunk without blocking, also if it extends. */
  async #writeChunk(
    chunk: ArrayBufferView,
    options: TransferOptions,
  ): Promise<void> {
    this.#check("write");
    const { at = END_OF_FILE, signal } = this.#checkedWrite(options);
    const { device, raw } = this.#overlapped;
    const extending = raw === undefined &&
      (at === END_OF_FILE ||
        Number(at) + byteLengthOf(chunk) > this.size());
    await this.#placed(
      at,
      signal,
      (at) => writeFully(this.#io, chunk, at, signal, device, extending),
    );
  }

  #check(method: string): void {
    if (this.#closing !== undefined) {
      throw new FileClosedError(method, this.path);
    }
    const { read, write, append } = this.#mode;
    if (method === "read" && !read) throw notReadableError(this.path);
    if (method === "write" && !write && !append) {
      throw notWritableError(this.path);
    }
  }

  /** Checks the options of a transfer. */
  #checked(options: TransferOptions): CheckedOptions {
    const checked = checkedTransferOptions(options);
    if (checked.at !== undefined) this.#needOffsets();
    throwIfAborted(checked.signal);
    return checked;
  }

  /** What has no offset goes to the end of a file opened with `append`. */
  #checkedWrite(options: TransferOptions): CheckedOptions {
    const checked = this.#checked(options);
    const { write, append } = this.#mode;
    if (!append || !this.#seekable) return checked;
    const { at, signal } = checked;
    if (at === undefined) return { at: END_OF_FILE, signal };
    if (write) return checked;
    throw appendsOnlyError(this.path);
  }

  /** Whether a write of nothing is a message. */
  #takesMessages(): boolean {
    return this.#type === "pipe" &&
      (this.#isMessagePipe ??= isMessagePipe(this.handle));
  }

  #needOffsets(): void {
    if (!this.#seekable) throw hasNoOffsetsError(this.path);
  }

  /** Whether a transfer need not wait for those before it. */
  #isPlaced(at: Offset | undefined): boolean {
    return !this.#seekable || (at !== undefined && at !== END_OF_FILE);
  }

  /** Makes a transfer at an offset, or in order at the position. */
  #placed<Result extends number | null>(
    at: Offset | undefined,
    signal: AbortSignal | undefined,
    transfer: (at: Offset) => Promise<Result>,
  ): Promise<Result> {
    return this.#isPlaced(at)
      ? transfer(at ?? 0)
      : this.#ordered.run(transfer, signal, at);
  }
}
