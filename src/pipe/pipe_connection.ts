/**
 * Connections of named pipes.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkBytes, checkList, checkSignal } from "../file/arguments.ts";
import { printAs } from "../file/inspection.ts";
import { checkCount, settingsOf } from "../file/option_values.ts";
import { throwIfAborted } from "../file/signal.ts";
import { MAX_LENGTH } from "../file/transfer_limits.ts";
import { Flusher } from "../overlapped/flush.ts";
import { checkedSignal, type SignalOptions } from "../overlapped/options.ts";
import { OverlappedConnection } from "../overlapped/overlapped_connection.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import { streamedConnection } from "../overlapped/streamed_connection.ts";
import { Transfers } from "../overlapped/transfers.ts";
import { readableOf } from "../streams/readable.ts";
import type {
  StreamedFile,
  StreamedFileTraits,
} from "../streams/stream_options.ts";
import { writableOf } from "../streams/writable.ts";
import { PipeEnd, type PipeEndTraits } from "./pipe_end.ts";
import { PipeReader } from "./pipe_reader.ts";
import { PipeWriter } from "./pipe_writer.ts";

/** How `readMessage()` reads. */
export interface ReadMessageOptions extends SignalOptions {
  /** How many bytes a message may have. @default {65_536} */
  readonly maxLength?: number | undefined;
}

/** How a stream reads a pipe. */
export interface PipeReadableOptions extends SignalOptions {
  /**
   * The most that one read is asked for, in bytes. A longer message comes in
   * several chunks.
   *
   * @default {262_144}
   */
  readonly chunkSize?: number | undefined;
}

const MAX_MESSAGE_LENGTH = 65_536;

/** What streams have to know of a pipe. */
const TRAITS: StreamedFileTraits = { device: { emptyRead: "message" } };

/**
 * One end of a named pipe that is connected: what `connectPipe()` returns to a
 * client, and `accept()` to a server.
 *
 * Reads are made one after the other, in the order of the calls, and so are
 * writes; reads and writes do not wait for each other. An aborted read takes
 * nothing out of the pipe. Of an aborted write the other end may have read a
 * part already.
 *
 * The garbage collector closes a connection that can no longer be reached, at a
 * time of its own choosing.
 *
 * @example Ask a server and get an answer
 * ```ts
 * import { connectPipe, listenPipe } from "@kernel32/io";
 *
 * const name = "\\\\.\\pipe\\connection-example";
 * await using listener = listenPipe(name, { mode: "message" });
 * await using client = await connectPipe(name);
 * await client.writeMessage(new TextEncoder().encode("What is 6 times 7?"));
 *
 * await using server = await listener.accept();
 * const question = await server.readMessage();
 * await server.writeMessage(Uint8Array.of(question!.length, 42));
 * console.log(await client.readMessage()); // Uint8Array(2) [ 18, 42 ]
 * ```
 */
export class PipeConnection extends OverlappedConnection<number | null> {
  readonly #end: PipeEnd;
  readonly #reader: PipeReader;
  readonly #writer: PipeWriter;
  readonly #flusher: Flusher;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<ArrayBufferView> | undefined;

  /**
   * Takes over an end.
   *
   * @internal
   */
  constructor(handle: OverlappedHandle, traits: PipeEndTraits) {
    const end = new PipeEnd(handle.path, traits);
    const transfers = new Transfers(handle);
    const reader = new PipeReader(handle, transfers);
    const writer = new PipeWriter(handle, end, transfers);
    super(handle, { reader, writer, onClosed: traits.onClosed });
    this.#end = end;
    this.#reader = reader;
    this.#writer = writer;
    this.#flusher = new Flusher(handle, "flush");
    printConnections((pipe) => {
      const { mode, direction } = pipe.#end.traits;
      return { path: pipe.path, closed: pipe.closed, mode, direction };
    });
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
   * The identifier of the process at the other end. It may have ended, and
   * another process may have its number by now.
   *
   * @throws {FileClosedError} If the connection has been closed.
   * @throws {Win32Error} ERROR_PIPE_NOT_CONNECTED and others if the other end is
   * gone.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getnamedpipeclientprocessid
   */
  get peerProcessId(): number {
    this.check("get peerProcessId");
    const { isServer } = this.#end.traits;
    const ask = isServer
      ? kernel32.GetNamedPipeClientProcessId
      : kernel32.GetNamedPipeServerProcessId;
    const id = new Uint32Array(1);
    if (ask(this.handle, id)) return id[0]!;
    const name = `GetNamedPipe${isServer ? "Client" : "Server"}ProcessId`;
    throw Win32Error.last(name, { path: this.path });
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
    this.check("readMessage", "read");
    checkSignal(signal);
    throwIfAborted(signal);
    checkCount("maxLength", maxLength, MAX_LENGTH);
    return await this.#reader.readMessage(maxLength, signal);
  }

  /**
   * Writes several buffers by one call: on a pipe of messages, they are one
   * message.
   *
   * @param buffers The bytes, at most 64 MiB together. Do not change them before
   * the promise settles.
   * @param options A signal.
   * @returns How many bytes were written.
   * @throws {RangeError} If there are more.
   * @throws {Error} What `write()` throws.
   *
   * @example Send a header and a body
   * ```ts
   * import { connectPipe, listenPipe } from "@kernel32/io";
   *
   * const name = "\\\\.\\pipe\\gather-example";
   * await using listener = listenPipe(name, { mode: "message" });
   * await using client = await connectPipe(name);
   * await using server = await listener.accept();
   * await client.writeGather([Uint8Array.of(1, 2), Uint8Array.of(3)]);
   * console.log(await server.readMessage()); // Uint8Array(3) [ 1, 2, 3 ]
   * ```
   */
  async writeGather(
    buffers: readonly ArrayBufferView[],
    options: SignalOptions = {},
  ): Promise<number> {
    this.check("writeGather", "write");
    const signal = checkedSignal("writeGather", options);
    const views = checkList("buffers", buffers);
    return await this.#writer.writeGather(views, signal);
  }

  /**
   * Writes one message, which may have no bytes.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @throws {TypeError} If the pipe is one of bytes, and what `write()` throws.
   * @throws {Error} What `write()` throws, and the signal's reason.
   */
  async writeMessage(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.#end.checkMessages("writeMessage");
    this.check("writeMessage", "write");
    const signal = checkedSignal("writeMessage", options);
    checkBytes("data", data);
    await this.#writer.writeMessage(data, signal);
  }

  /**
   * A byte stream of what comes. The same one each time; its end and its
   * `cancel()` leave the connection open.
   *
   * @throws {FileClosedError} If the connection has been closed.
   * @throws {TypeError} If this end only writes.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= this.createReadable();
  }

  /**
   * A stream that writes each chunk by one call: on a pipe of messages, it is a
   * message. The same stream each time; its `close()` and its `abort()` leave
   * the connection open.
   *
   * @throws {FileClosedError} If the connection has been closed.
   * @throws {TypeError} If this end only reads.
   */
  get writable(): WritableStream<ArrayBufferView> {
    return this.#writable ??= this.createWritable();
  }

  /**
   * Makes a byte stream of what comes. It reads when it is read, one read at a
   * time, and leaves the connection open.
   *
   * @param options How much one read asks for, and a signal.
   * @returns The stream. It fails with what `read()` throws.
   * @throws {FileClosedError} If the connection has been closed.
   * @throws {TypeError} If this end only writes, or an option is wrong.
   * @throws {RangeError} If `chunkSize` is out of range.
   */
  createReadable(
    options: PipeReadableOptions = {},
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const given = settingsOf("createReadable()", options, {
      chunkSize: undefined,
      signal: undefined,
    });
    this.check("createReadable", "read");
    return readableOf(this.#streamed(), TRAITS, given);
  }

  /**
   * Makes a stream that writes each chunk by one call, and leaves the
   * connection open.
   *
   * @param options A signal.
   * @returns The stream. It fails with what `write()` throws. `abort()` cancels
   * the write in flight.
   * @throws {FileClosedError} If the connection has been closed.
   * @throws {TypeError} If this end only reads, or an option is wrong.
   */
  createWritable(options: SignalOptions = {}): WritableStream<ArrayBufferView> {
    const given = settingsOf("createWritable()", options, {
      signal: undefined,
    });
    this.check("createWritable", "write");
    return writableOf(this.#streamed(), TRAITS, given);
  }

  /**
   * Waits until the other end has read all that was written. Two such waits of
   * this thread run at once, others wait in line; `close()` ends them.
   *
   * @throws {FileClosedError} If the connection has been closed, or is before
   * all is read.
   * @throws {Win32Error} ERROR_BROKEN_PIPE, ERROR_NO_DATA or
   * ERROR_PIPE_NOT_CONNECTED if the other end is gone.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
   */
  async flush(): Promise<void> {
    this.check("flush");
    await this.#flusher.flush();
  }

  /**
   * Cuts the client off, and discards what it has not read. `close()` leaves
   * that to the client. Reads and writes of both ends fail from then on.
   *
   * @throws {TypeError} If this is the client's end.
   * @throws {FileClosedError} If the connection has been closed.
   *
   * @see https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-disconnectnamedpipe
   */
  disconnect(): void {
    this.check("disconnect");
    const { path } = this;
    if (!this.#end.traits.isServer) {
      throw new TypeError(
        `disconnect() is for the server's end, and this is a client's of ` +
          `'${path}': use close()`,
      );
    }
    if (kernel32.DisconnectNamedPipe(this.handle)) return;
    throw Win32Error.last("DisconnectNamedPipe", { path });
  }

  /**
   * Checks that the connection is open, and has the direction that a method
   * needs.
   *
   * @internal
   * @ignore
   */
  protected override check(method: string, needs?: "read" | "write"): void {
    super.check(method);
    if (needs !== undefined) this.#end.checkDirection(method, needs);
  }

  /** The pipe, as a stream reads and writes it: each chunk may be a message. */
  #streamed(): StreamedFile {
    return streamedConnection({
      read: (buffer, options) => this.read(buffer, options),
      writeAll: (data, options) =>
        this.#end.isMessage
          ? this.writeMessage(data, options)
          : this.writeAll(data, options),
    });
  }
}

/** A bundler would rename a class whose body names it. */
function printConnections(stateOf: (pipe: PipeConnection) => object): void {
  printAs(PipeConnection.prototype, stateOf);
}
