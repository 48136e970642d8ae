/**
 * Files whose methods return promises.
 *
 * @module
 */
import { checkBytes, checkOffset } from "./arguments.ts";
import { ERROR_MORE_DATA } from "./codes.ts";
import { FileClosedError, Win32Error } from "./error.ts";
import { BaseFile } from "./file.ts";
import { fileTypeOf } from "./file_info.ts";
import { lend, lendOwn } from "./lease.ts";
import { ownerOf } from "./memory.ts";
import { type Offset, OverlappedHandle } from "./overlapped.ts";
import { type Handle, kernel32 } from "./raw.ts";
import type { FileMode, PositionOptions } from "./sync_file.ts";
import { ENDED, isEnd } from "./transfers.ts";

/** Where to read or write, and what may interrupt it. */
export interface TransferOptions extends PositionOptions {
  /** Cancels the operation. It rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** "To write to the end of file, specify both … as 0xFFFFFFFF": -1. */
const END_OF_FILE = -1;

/** The most that is copied for one operation, in bytes. */
const MAX_COPIED = 2 ** 22;
/** The most that one operation is asked for, in bytes. */
const MAX_LENGTH = 2 ** 30;

/**
 * An open file, pipe, volume or device whose methods return promises, with any
 * number of operations under way. Made by `open()`.
 */
export class OverlappedFile extends BaseFile implements AsyncDisposable {
  readonly #overlapped: OverlappedHandle;
  readonly #mode: FileMode;
  readonly #seekable: boolean;
  #position = 0;
  /** The transfer without an offset that comes last so far. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Takes a handle over, which was opened with FILE_FLAG_OVERLAPPED. */
  constructor(handle: Handle, path: string, mode: FileMode) {
    super(handle, path);
    this.#mode = mode;
    this.#seekable = fileTypeOf(handle, path) === "disk";
    this.#overlapped = new OverlappedHandle(handle, path, this.#seekable);
  }

  /**
   * Reads at the position, or at an offset.
   *
   * @returns How many bytes were read, or null at the end of the file or pipe.
   */
  async read(
    buffer: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<number | null> {
    this.#check("read");
    checkBytes("buffer", buffer);
    this.#checkAt(options.at);
    const bytes = asBytes(buffer);
    if (bytes.length === 0) return 0;
    const count = await this.#placed(
      options.at,
      (offset) => this.#read(bytes, offset, options.signal),
    );
    return count === 0 && this.#seekable ? null : count < 0 ? null : count;
  }

  /**
   * Writes at the position, or at an offset.
   *
   * @returns How many bytes were written.
   */
  async write(
    data: ArrayBufferView,
    options: TransferOptions = {},
  ): Promise<number> {
    this.#check("write");
    checkBytes("data", data);
    this.#checkAt(options.at);
    const bytes = asBytes(data);
    if (bytes.length === 0) return 0;
    return await this.#placed(
      options.at ?? (this.#mode.append ? END_OF_FILE : undefined),
      (offset) => this.#write(bytes, offset, options.signal),
    );
  }

  /**
   * Closes the file: refuses new operations, cancels those under way, waits for
   * all of them, then closes the handle.
   */
  close(): Promise<void> {
    this.#check("close");
    return this.#closing ??= this.#overlapped.drain().then(() =>
      this.closeHandle()
    );
  }

  /** Closes the file, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing === undefined) await this.close();
  }

  #check(method: "read" | "write" | "close"): void {
    if (this.#closing !== undefined) {
      throw new FileClosedError(method, this.path);
    }
    const { read, write, append } = this.#mode;
    if (method === "read" && !read || method === "write" && !write && !append) {
      throw new TypeError(
        `"${this.path}" is not open for that: open it with ${method}: true`,
      );
    }
  }

  #checkAt(at: Offset | undefined): void {
    if (at === undefined) return;
    checkOffset("at", at);
    if (this.#seekable) return;
    throw new TypeError(
      `"${this.path}" is a pipe or a character device and has no offsets: ` +
        "read and write it without at",
    );
  }

  /**
   * Performs a transfer at an offset. Without one it waits its turn, so that it
   * goes on where the transfer before it has ended.
   */
  #placed(
    at: Offset | undefined,
    transfer: (offset: Offset) => Promise<number>,
  ): Promise<number> {
    if (at !== undefined) return transfer(at);
    if (!this.#seekable) return transfer(0);
    const result = this.#turn.then(async () => {
      const count = await transfer(this.#position);
      if (count > 0) this.#position += count;
      return count;
    });
    this.#turn = result.catch(() => {});
    return result;
  }

  async #read(
    bytes: Uint8Array,
    offset: Offset,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let done = 0;
    while (done < bytes.length) {
      const part = partOf(bytes, done);
      const own = lendOwn(part);
      const lease = own ?? lend(part.length);
      try {
        const { code, count } = await this.#overlapped.perform(
          "read",
          advance(offset, done),
          signal,
          (overlapped) =>
            kernel32.ReadFile(
              this.handle,
              lease.address,
              part.length,
              null,
              overlapped,
            ),
        );
        if (own === undefined) {
          checkBytes("buffer", bytes);
          bytes.set(lease.bytes.subarray(0, count), done);
        }
        done += count;
        if (isEnd(code)) return done > 0 ? done : ENDED;
        if (code !== 0 && code !== ERROR_MORE_DATA) {
          throw this.#error("ReadFile", code, done);
        }
        if (count < part.length || code === ERROR_MORE_DATA) return done;
      } finally {
        lease.end();
      }
    }
    return done;
  }

  async #write(
    bytes: Uint8Array,
    offset: Offset,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let done = 0;
    while (done < bytes.length) {
      const part = partOf(bytes, done);
      const own = lendOwn(part);
      const lease = own ?? lend(part.length);
      try {
        if (own === undefined) lease.bytes.set(part);
        const { code, count } = await this.#overlapped.perform(
          "write",
          advance(offset, done),
          signal,
          (overlapped) =>
            kernel32.WriteFile(
              this.handle,
              lease.address,
              part.length,
              null,
              overlapped,
            ),
        );
        done += count;
        if (code !== 0) throw this.#error("WriteFile", code, done);
        if (count < part.length) return done;
      } finally {
        lease.end();
      }
    }
    return done;
  }

  #error(syscall: string, code: number, bytesTransferred: number): Win32Error {
    return new Win32Error(syscall, code, { path: this.path, bytesTransferred });
  }
}

function asBytes(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array
    ? view
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** What one operation takes of the bytes. */
function partOf(bytes: Uint8Array, done: number): Uint8Array {
  const limit = ownerOf(bytes) === undefined ? MAX_COPIED : MAX_LENGTH;
  return bytes.length - done <= limit && done === 0
    ? bytes
    : bytes.subarray(done, done + limit);
}

function advance(offset: Offset, count: number): Offset {
  if (offset === END_OF_FILE) return offset;
  return typeof offset === "number" ? offset + count : offset + BigInt(count);
}
