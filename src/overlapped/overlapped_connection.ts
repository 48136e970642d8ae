/**
 * What connections have in common: pipes and serial ports.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import {
  FileClosedError,
  UnexpectedEndOfFileError,
} from "../errors/win32_error.ts";
import { checkBytes } from "../file/arguments.ts";
import { fileClosed, fileOpened } from "../file/open_files.ts";
import { readFully, type Reads, readToEnd } from "./full_transfers.ts";
import { checkedSignal, type SignalOptions } from "./options.ts";
import type { OverlappedHandle } from "./overlapped_handle.ts";

type Signal = AbortSignal | undefined;

/** Reads a connection, one read after the other, in the order of the calls. */
export interface ConnectionReader<Count extends number | null> {
  /** Reads what has come, or waits for something. */
  read(buffer: ArrayBufferView, signal: Signal): Promise<Count>;
  /** Does work with reads, between which no other read comes. */
  exclusively<T>(
    work: (reads: Reads) => Promise<T>,
    signal: Signal,
  ): Promise<T>;
}

/** Writes to a connection, one write after the other. */
export interface ConnectionWriter {
  /** Writes, and returns how many bytes that were. */
  write(data: ArrayBufferView, signal: Signal): Promise<number>;
  /** Writes all of the data. */
  writeAll(data: ArrayBufferView, signal: Signal): Promise<void>;
}

/** What reads and writes one connection. */
export interface ConnectionIo<Count extends number | null> {
  readonly reader: ConnectionReader<Count>;
  readonly writer: ConnectionWriter;
  /** Called when the handle has been closed. */
  readonly onClosed?: (() => void) | undefined;
}

/**
 * One end of a pipe, or a serial port: what is read and written in order, and
 * has no offsets.
 *
 * Reads are made one after the other, in the order of the calls, and so are
 * writes; reads and writes do not wait for each other.
 *
 * The garbage collector closes a connection that can no longer be reached, at a
 * time of its own choosing.
 *
 * @typeParam Count What `read()` returns: null, too, where there is an end.
 */
export abstract class OverlappedConnection<Count extends number | null>
  implements AsyncDisposable {
  /** The name of the pipe, or the name that the port was opened by. */
  readonly path: string;
  readonly #overlapped: OverlappedHandle;
  readonly #io: ConnectionIo<Count>;
  #closing: Promise<void> | undefined;

  /**
   * Takes over a handle.
   *
   * @internal
   */
  protected constructor(overlapped: OverlappedHandle, io: ConnectionIo<Count>) {
    const { handle, path, port } = overlapped;
    const { onClosed } = io;
    this.path = path;
    this.#overlapped = overlapped;
    this.#io = io;
    overlapped.owner = this;
    fileOpened(this, { handle, owned: true, port, onClosed });
  }

  /**
   * The handle, for the functions of the raw layer. Hold the connection while
   * using it.
   *
   * @throws {FileClosedError} If the connection has been closed.
   */
  get handle(): Handle {
    this.check("get handle");
    return this.#overlapped.handle;
  }

  /** Whether the connection has been closed. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Reads what has come, and waits for something if nothing has.
   *
   * @param buffer Where the bytes go. Do not use it before the promise settles.
   * @param options A signal. A read that it aborts takes nothing.
   * @returns How many bytes were read. Of a pipe: null at the end, when the other
   * end has been closed and all is read; 0 for a message without bytes; of a
   * message that is longer than the buffer, the rest comes next. Of a serial
   * port: 0 if no byte has come within `readTimeout`, and never null.
   * @throws {TypeError} If the buffer is none, or this end of a pipe only writes.
   * @throws {FileClosedError} If the connection has been closed, or is before
   * something comes.
   * @throws {Win32Error} Of a pipe: ERROR_PIPE_NOT_CONNECTED once the server has
   * called `disconnect()`, and others. Of a serial port: ERROR_OPERATION_ABORTED,
   * ERROR_DEVICE_REMOVED and others if it has been unplugged.
   * @throws {SerialLineError} If something was wrong on the line of a port.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   */
  async read(
    buffer: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<Count | 0> {
    this.check("read", "read");
    const signal = checkedSignal("read", options);
    checkBytes("buffer", buffer);
    if (byteLengthOf(buffer) === 0) return 0;
    return await this.#io.reader.read(buffer, signal);
  }

  /**
   * Reads until the buffer is full, of a pipe across messages.
   *
   * @param buffer Where the bytes go.
   * @param options A signal. If it comes in between, what was read of a pipe is
   * lost; what was read of a serial port comes first in the next read.
   * @throws {UnexpectedEndOfFileError} If the pipe ends before. What there was
   * is in the buffer.
   * @throws {Win32Error} ERROR_TIMEOUT (`code` is "ETIMEDOUT") if for
   * `readTimeout` no byte has come to a serial port: `bytesTransferred` says how
   * many there are. They are the first of the next read.
   * @throws {Error} What `read()` throws.
   */
  async readExactly(
    buffer: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.check("readExactly", "read");
    const signal = checkedSignal("readExactly", options);
    checkBytes("buffer", buffer);
    const length = byteLengthOf(buffer);
    const { device, path } = this.#overlapped;
    await this.#io.reader.exclusively(async (reads) => {
      const count = await readFully(reads, buffer, 0, signal, device);
      if (count === length) return;
      throw new UnexpectedEndOfFileError(path, length, count);
    }, signal);
  }

  /**
   * Reads until the other end of a pipe is closed, across messages, or until the
   * driver of a serial port says that no more will come, which few drivers do.
   *
   * @param options A signal. If it comes in between, what was read of a pipe is
   * lost; what was read of a serial port comes first in the next read.
   * @returns The bytes.
   * @throws {Win32Error} ERROR_TIMEOUT if for `readTimeout` no byte has come to a
   * serial port, as in `readExactly()`.
   * @throws {Error} What `read()` throws.
   */
  async readAll(
    options: SignalOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.check("readAll", "read");
    const signal = checkedSignal("readAll", options);
    const { device } = this.#overlapped;
    return await this.#io.reader.exclusively(
      (reads) => readToEnd(reads, 0, 0, signal, device),
      signal,
    );
  }

  /**
   * Writes. On a pipe of messages, all of the data is one message, also if it
   * has no bytes; on others, no data makes no call. The driver of a serial port
   * may say that all is sent when it has all in its buffer: `drain()` waits for
   * the rest.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @returns How many bytes were written: all of them, unless the signal came in
   * between or `writeTimeout` of a serial port has elapsed.
   * @throws {TypeError} If the data is no buffer, or this end of a pipe only
   * reads.
   * @throws {RangeError} If a message has more than 1 GiB.
   * @throws {FileClosedError} If the connection has been closed, or is before
   * all is written.
   * @throws {Win32Error} Of a pipe: ERROR_NO_DATA or ERROR_BROKEN_PIPE (`code` is
   * "EPIPE") if the other end is closed, ERROR_PIPE_NOT_CONNECTED once the server
   * has called `disconnect()`, and others. Of a serial port:
   * ERROR_OPERATION_ABORTED after `discard()`, and what `read()` throws.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   */
  async write(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<number> {
    this.check("write", "write");
    const signal = checkedSignal("write", options);
    checkBytes("data", data);
    return await this.#io.writer.write(data, signal);
  }

  /**
   * Writes all of the data. On a pipe of messages that is one message, or none
   * if there are no data.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @throws {Win32Error} ERROR_TIMEOUT (`code` is "ETIMEDOUT") if not all is
   * sent within `writeTimeout` of a serial port: `bytesTransferred` says how much
   * is.
   * @throws {Error} What `write()` throws, and the signal's reason.
   */
  async writeAll(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.check("writeAll", "write");
    const signal = checkedSignal("writeAll", options);
    checkBytes("data", data);
    await this.#io.writer.writeAll(data, signal);
  }

  /**
   * Closes the connection: refuses new operations, cancels those in flight,
   * waits for them, then closes the handle. The other end of a pipe can still
   * read what was written before; what a serial port has not sent is lost.
   *
   * @throws {FileClosedError} If it has been closed before.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if something else has closed the
   * handle.
   */
  async close(): Promise<void> {
    this.check("close");
    fileClosed(this);
    this.#closing = this.#overlapped.close().finally(this.#io.onClosed);
    await this.#closing;
  }

  /** Closes the connection, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#closing ?? this.close());
  }

  /**
   * Checks that the connection is open, and has the direction that a method
   * needs.
   *
   * @internal
   * @ignore
   */
  protected check(method: string, _needs?: "read" | "write"): void {
    if (this.#closing !== undefined) {
      throw new FileClosedError(method, this.path);
    }
  }
}
