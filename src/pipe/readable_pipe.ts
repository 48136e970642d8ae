/**
 * What a connection of a named pipe reads.
 *
 * @module
 */
import { checkedSignal, type SignalOptions } from "../overlapped/options.ts";
import type { PipeEnd } from "./pipe_end.ts";
import { PipeReader } from "./pipe_reader.ts";
import { ThreadQueue } from "../file/thread_queue.ts";
import { Transfers } from "../overlapped/transfers.ts";
import { checkBytes, checkSignal } from "../file/arguments.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { readFully, readToEnd } from "../overlapped/full_transfers.ts";
import { UnexpectedEndOfFileError } from "../errors/win32_error.ts";
import { checkCount, settingsOf } from "../file/option_values.ts";
import { throwIfAborted } from "../file/signal.ts";
import { MAX_LENGTH } from "../file/transfer_limits.ts";

/** How `readMessage()` reads. */
export interface ReadMessageOptions extends SignalOptions {
  /** How many bytes a message may have. @default {65_536} */
  readonly maxLength?: number | undefined;
}

const MAX_MESSAGE_LENGTH = 65_536;

/** The reading half of a connection. */
export abstract class ReadablePipe {
  /** The name of the pipe. */
  readonly path: string;
  readonly #end: PipeEnd;
  readonly #reader: PipeReader;
  readonly #reads = new ThreadQueue(1);

  /** Takes over an end. */
  protected constructor(end: PipeEnd) {
    const { overlapped } = end;
    this.path = overlapped.path;
    this.#end = end;
    this.#reader = new PipeReader(overlapped, new Transfers(overlapped));
  }

  /**
   * Whether the last read ended with the end of a message. It is false while
   * the rest of a message is to come, and always true on a pipe of bytes.
   *
   * @example Read a long message piece by piece
   * ```ts
   * import { connectPipe, listenPipe } from "@kernel32/io";
   *
   * const name = "\\\\.\\pipe\\complete-example";
   * await using listener = listenPipe(name, { mode: "message" });
   * await using client = await connectPipe(name);
   * await using server = await listener.accept();
   * await client.writeMessage(new Uint8Array(6));
   * const buffer = new Uint8Array(4);
   * console.log(await server.read(buffer), server.messageComplete); // 4 false
   * console.log(await server.read(buffer), server.messageComplete); // 2 true
   * ```
   */
  get messageComplete(): boolean {
    return this.#reader.isBetweenMessages;
  }

  /**
   * Reads what has come, and waits for something if nothing has.
   *
   * @param buffer Where the bytes go. Do not use it before the promise settles.
   * @param options A signal.
   * @returns How many bytes were read, or null at the end, when the other end
   * has been closed and all is read. 0 is a message without bytes. Of a message
   * that is longer than the buffer, the rest comes next.
   * @throws {TypeError} If the buffer is none, or this end only writes.
   * @throws {FileClosedError} If the connection has been closed, or is before
   * something comes.
   * @throws {Win32Error} ERROR_PIPE_NOT_CONNECTED once the server has called
   * `disconnect()`, and others.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-readfile
   */
  async read(
    buffer: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<number | null> {
    this.#end.checkReads("read");
    const signal = checkedSignal("read", options);
    checkBytes("buffer", buffer);
    if (byteLengthOf(buffer) === 0) return 0;
    return await this.#reads.run(
      () => this.#reader.read(buffer, 0, signal),
      signal,
    );
  }

  /**
   * Reads until the buffer is full, across messages.
   *
   * @param buffer Where the bytes go.
   * @param options A signal. If it comes in between, what was read is lost.
   * @throws {UnexpectedEndOfFileError} If the pipe ends before. What there was
   * is in the buffer.
   * @throws {Error} What `read()` throws.
   */
  async readExactly(
    buffer: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.#end.checkReads("readExactly");
    const signal = checkedSignal("readExactly", options);
    checkBytes("buffer", buffer);
    const length = byteLengthOf(buffer);
    const count = await this.#reads.run(
      () =>
        readFully(this.#reader, buffer, 0, signal, this.#end.overlapped.device),
      signal,
    );
    if (count < length) {
      throw new UnexpectedEndOfFileError(this.path, length, count);
    }
  }

  /**
   * Reads until the other end is closed, across messages.
   *
   * @param options A signal. If it comes in between, what was read is lost.
   * @returns The bytes.
   * @throws {Error} What `read()` throws.
   */
  async readAll(
    options: SignalOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#end.checkReads("readAll");
    const signal = checkedSignal("readAll", options);
    return await this.#reads.run(
      () => readToEnd(this.#reader, 0, 0, signal, this.#end.overlapped.device),
      signal,
    );
  }

  /**
   * Reads one message, or what is left of it after a `read()`.
   *
   * @param options How long a message may be, and a signal. What an aborted
   * call has read of a message comes first in the next one.
   * @returns The message, or null at the end.
   * @throws {TypeError} If the pipe is one of bytes, this end only writes, or an
   * option is wrong.
   * @throws {RangeError} If `maxLength` is out of range.
   * @throws {FileClosedError} If the connection has been closed, or is before a
   * message comes.
   * @throws {Win32Error} ERROR_MORE_DATA if the message is longer: it is
   * discarded, and the next one can be read. And what `read()` throws.
   *
   * @see https://learn.microsoft.com/windows/win32/ipc/named-pipe-type-read-and-wait-modes
   *
   * @example Refuse what is too long, and go on
   * ```ts
   * import { connectPipe, listenPipe, Win32Error } from "@kernel32/io";
   *
   * const name = "\\\\.\\pipe\\message-example";
   * await using listener = listenPipe(name, { mode: "message" });
   * await using client = await connectPipe(name);
   * await using server = await listener.accept();
   * await client.writeMessage(new Uint8Array(5000));
   * await client.writeMessage(Uint8Array.of(1));
   * try {
   *   await server.readMessage({ maxLength: 1000 });
   * } catch (error) {
   *   console.log((error as Win32Error).symbol); // ERROR_MORE_DATA
   * }
   * console.log(await server.readMessage()); // Uint8Array(1) [ 1 ]
   * ```
   */
  async readMessage(
    options: ReadMessageOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#end.checkMessages("readMessage");
    const { signal, maxLength } = settingsOf("readMessage()", options, {
      maxLength: MAX_MESSAGE_LENGTH,
      signal: undefined,
    });
    this.#end.checkReads("readMessage");
    checkSignal(signal);
    throwIfAborted(signal);
    checkCount("maxLength", maxLength, MAX_LENGTH);
    return await this.#reads.run(
      () => this.#reader.readMessage(maxLength, signal),
      signal,
    );
  }
}
