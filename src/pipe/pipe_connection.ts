/**
 * Connections of named pipes.
 *
 * @module
 */
import * as kernel32 from "../../ffi/prototypes.ts";
import type { Handle } from "../../ffi/handle.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { ERROR_NO_DATA } from "../errors/codes.ts";
import { Win32Error } from "../errors/win32_error.ts";
import { checkList } from "../file/arguments.ts";
import { joinedLength } from "../file/bytes.ts";
import { isAborted, reasonOf } from "../file/signal.ts";
import { ThreadQueue } from "../file/thread_queue.ts";
import { Flusher } from "../overlapped/flush.ts";
import { writeFully } from "../overlapped/full_transfers.ts";
import { writeJoined } from "../overlapped/joined_write.ts";
import { checkedSignal, type SignalOptions } from "../overlapped/options.ts";
import { Transfers } from "../overlapped/transfers.ts";
import { readableOf } from "../streams/readable.ts";
import { writableOf } from "../streams/writable.ts";
import type { PipeEnd } from "./pipe_end.ts";
import { PIPE_TRAITS, streamedPipe } from "./pipe_streams.ts";
import { settingsOf } from "../file/option_values.ts";
import { ReadablePipe } from "./readable_pipe.ts";

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

/** Closes ends whose connections were dropped without `close()`. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<PipeEnd>((end) => {
  end.close().catch(() => {});
});

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
export class PipeConnection extends ReadablePipe implements AsyncDisposable {
  readonly #end: PipeEnd;
  readonly #transfers: Transfers;
  readonly #flusher: Flusher;
  readonly #writes = new ThreadQueue(1);
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<ArrayBufferView> | undefined;

  /** Takes over an end. */
  protected constructor(end: PipeEnd) {
    const { overlapped } = end;
    super(end);
    this.#end = end;
    this.#transfers = new Transfers(overlapped);
    this.#flusher = new Flusher(overlapped);
    dropped.register(this, end, this);
  }

  /**
   * The handle, for the functions of the raw layer. Hold the connection while
   * using it.
   *
   * @throws {FileClosedError} If the connection has been closed.
   */
  get handle(): Handle {
    this.#end.check("get handle");
    return this.#end.overlapped.handle;
  }

  /** Whether the connection has been closed. */
  get closed(): boolean {
    return this.#end.closing !== undefined;
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
    this.#end.check("get peerProcessId");
    const { isServer } = this.#end;
    const ask = isServer
      ? kernel32.GetNamedPipeClientProcessId
      : kernel32.GetNamedPipeServerProcessId;
    const id = new Uint32Array(1);
    if (ask(this.handle, id)) return id[0]!;
    const name = `GetNamedPipe${isServer ? "Client" : "Server"}ProcessId`;
    throw Win32Error.last(name, { path: this.path });
  }

  /**
   * Writes. On a pipe of messages, all of the data is one message, also if it
   * has no bytes; on a pipe of bytes, no data makes no call.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @returns How many bytes were written: all of them, unless the signal came in
   * between.
   * @throws {TypeError} If the data is no buffer, or this end only reads.
   * @throws {RangeError} If a message has more than 1 GiB.
   * @throws {FileClosedError} If the connection has been closed, or is before
   * the other end has made room.
   * @throws {Win32Error} ERROR_NO_DATA or ERROR_BROKEN_PIPE (`code` is "EPIPE")
   * if the other end is closed, ERROR_PIPE_NOT_CONNECTED once the server has
   * called `disconnect()`, and others.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile
   */
  async write(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<number> {
    this.#end.checkWrites("write");
    const signal = checkedSignal("write", options);
    this.#end.checkData(data);
    return await this.#write(data, signal);
  }

  /**
   * Writes all of the data. On a pipe of messages that is one message, or none
   * if there are no data.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @throws {Error} What `write()` throws, and the signal's reason.
   */
  async writeAll(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.#end.checkWrites("writeAll");
    const signal = checkedSignal("writeAll", options);
    this.#end.checkData(data);
    const count = await this.#writes.run(
      () =>
        writeFully(
          this.#transfers,
          data,
          0,
          signal,
          this.#end.overlapped.device,
        ),
      signal,
    );
    this.#checkWritten(data, count, signal);
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
    this.#end.checkWrites("writeGather");
    const signal = checkedSignal("writeGather", options);
    const views = checkList("buffers", buffers);
    if (joinedLength(views) === 0 && !this.#end.isMessage) return 0;
    const write = (joined: Uint8Array) =>
      this.#transfers.write(joined, 0, signal);
    return await this.#writes.run(() => writeJoined(views, write), signal);
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
    this.#end.checkWrites("writeMessage");
    const signal = checkedSignal("writeMessage", options);
    this.#end.checkData(data);
    this.#checkWritten(data, await this.#write(data, signal), signal);
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
    this.#end.checkReads("createReadable");
    return readableOf(streamedPipe(this, this.#end), PIPE_TRAITS, {
      ...given,
      keepOpen: true,
    });
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
    this.#end.checkWrites("createWritable");
    return writableOf(streamedPipe(this, this.#end), PIPE_TRAITS, {
      ...given,
      keepOpen: true,
    });
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
    this.#end.check("flush");
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
    this.#end.check("disconnect");
    const { path } = this;
    if (!this.#end.isServer) {
      throw new TypeError(
        `disconnect() is for the server's end, and this is a client's of ` +
          `'${path}': use close()`,
      );
    }
    if (kernel32.DisconnectNamedPipe(this.handle)) return;
    throw Win32Error.last("DisconnectNamedPipe", { path });
  }

  /**
   * Closes the connection: refuses new operations, cancels those in flight,
   * waits for them, then closes the handle. The other end can still read what
   * was written before.
   *
   * @throws {FileClosedError} If it has been closed before.
   * @throws {Win32Error} ERROR_INVALID_HANDLE if something else has closed the
   * handle.
   */
  async close(): Promise<void> {
    this.#end.check("close");
    dropped.unregister(this);
    await this.#end.close();
  }

  /** Closes the connection, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#end.closing ?? this.close());
  }

  async #write(data: ArrayBufferView, signal: Signal): Promise<number> {
    if (byteLengthOf(data) === 0 && !this.#end.isMessage) return 0;
    return await this.#writes.run(
      () => this.#transfers.write(data, 0, signal),
      signal,
    );
  }

  /** Fails what has not been written as a whole. */
  #checkWritten(data: ArrayBufferView, count: number, signal: Signal): void {
    if (count >= byteLengthOf(data)) return;
    if (isAborted(signal)) throw reasonOf(signal!);
    throw new Win32Error("WriteFile", ERROR_NO_DATA, {
      path: this.path,
      bytesTransferred: count,
    });
  }
}

type Signal = AbortSignal | undefined;

/** Makes connections; callers of the module cannot. */
class Connection extends PipeConnection {
  constructor(end: PipeEnd) {
    super(end);
  }
}

/** Makes a connection of an end. */
export function connectionOf(end: PipeEnd): PipeConnection {
  return new Connection(end);
}
