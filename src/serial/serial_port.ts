/**
 * Open serial ports.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { byteLengthOf } from "../../ffi/views.ts";
import { UnexpectedEndOfFileError } from "../errors/win32_error.ts";
import { checkBytes } from "../file/arguments.ts";
import { printAs } from "../file/inspection.ts";
import { checkWord } from "../file/option_values.ts";
import { Endpoint } from "../overlapped/endpoint.ts";
import { readFully, readToEnd } from "../overlapped/full_transfers.ts";
import { checkedSignal, type SignalOptions } from "../overlapped/options.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import { Transfers } from "../overlapped/transfers.ts";
import {
  PURGE_RXCLEAR,
  PURGE_TXABORT,
  PURGE_TXCLEAR,
} from "../win32/constants.ts";
import type { CommControl } from "./comm_control.ts";
import {
  checkedChanges,
  checkedSignals,
  type ReconfigureOptions,
  type SerialInputSignals,
  type SerialOutputSignals,
} from "./options.ts";
import { SerialReader } from "./serial_reader.ts";
import { PortStreams } from "./serial_streams.ts";
import { SerialWriter } from "./serial_writer.ts";

/** What `discard()` drops. */
export type SerialDirection = "received" | "unsent" | "both";

/** Closes ports that were dropped without `close()`. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<Endpoint>((end) => {
  end.close().catch(() => {});
});

/**
 * A serial port that `openSerial()` has opened, with the names of the Web Serial
 * API where that has one.
 *
 * Reads are made one after the other, in the order of the calls, and so are
 * writes; reads and writes do not wait for each other. A read that is aborted or
 * fails takes nothing: the next one gets the same bytes.
 *
 * An error of the line (framing, parity, a break, bytes that were lost) rejects
 * one read with a {@linkcode SerialLineError}, after the bytes that came before
 * it. The next read goes on.
 *
 * The garbage collector closes a port that can no longer be reached, at a time
 * of its own choosing.
 *
 * @example Print what a receiver sends, line by line
 * ```ts
 * import { openSerial, Win32Error } from "@kernel32/io";
 *
 * try {
 *   await using port = await openSerial("COM4", { baudRate: 4800 });
 *   let rest = "";
 *   for await (const bytes of port.readable) {
 *     const lines = (rest + new TextDecoder().decode(bytes)).split("\r\n");
 *     rest = lines.pop()!;
 *     for (const line of lines) console.log(line);
 *   }
 * } catch (error) {
 *   if (!(error instanceof Win32Error)) throw error;
 *   console.log(error.symbol);
 * }
 * ```
 */
export class SerialPort implements AsyncDisposable {
  /** The name that the port was opened by. */
  readonly path: string;
  readonly #end: Endpoint;
  readonly #reader: SerialReader;
  readonly #writer: SerialWriter;
  readonly #control: CommControl;
  readonly #streams: PortStreams;

  /** Takes over a handle that has been set up. */
  protected constructor(handle: OverlappedHandle, control: CommControl) {
    this.path = handle.path;
    this.#end = new Endpoint(handle);
    const transfers = new Transfers(handle);
    this.#control = control;
    control.owner = this;
    this.#reader = new SerialReader(this, handle, transfers, control);
    this.#writer = new SerialWriter(this, handle, transfers);
    this.#streams = new PortStreams(this);
    // What was wrong before is no error of this program's reads.
    this.#reader.takeLineErrors();
    dropped.register(this, this.#end, this);
    const stateOf = (port: SerialPort) => ({
      path: port.path,
      closed: port.closed,
      ...port.#control.settings,
    });
    printAs(SerialPort.prototype, stateOf, "SerialPort");
  }

  /**
   * The handle, for the functions of the raw layer. Hold the port while using
   * it.
   *
   * @throws {FileClosedError} If the port has been closed.
   */
  get handle(): Handle {
    this.#end.check("get handle");
    return this.#end.overlapped.handle;
  }

  /** Whether the port has been closed. */
  get closed(): boolean {
    return this.#end.closing !== undefined;
  }

  /**
   * Reads what has come, and waits for a byte if nothing has.
   *
   * @param buffer Where the bytes go. Do not use it before the promise settles.
   * @param options A signal.
   * @returns How many bytes were read; 0 if none has come within `readTimeout`.
   * @throws {TypeError} If the buffer is none.
   * @throws {SerialLineError} If something was wrong on the line.
   * @throws {FileClosedError} If the port has been closed, or is before a byte
   * comes.
   * @throws {Win32Error} ERROR_OPERATION_ABORTED, ERROR_DEVICE_REMOVED and
   * others if the port has been unplugged.
   *
   * @see https://learn.microsoft.com/windows/win32/devio/read-and-write-operations
   */
  async read(
    buffer: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<number> {
    this.#end.check("read");
    const signal = checkedSignal("read", options);
    checkBytes("buffer", buffer);
    if (byteLengthOf(buffer) === 0) return 0;
    return await this.#reader.read(buffer, signal);
  }

  /**
   * Reads until the buffer is full.
   *
   * @param buffer Where the bytes go.
   * @param options A signal.
   * @throws {Win32Error} ERROR_TIMEOUT (`code` is "ETIMEDOUT") if for
   * `readTimeout` no byte has come: `bytesTransferred` says how many there are.
   * They are the first of the next read.
   * @throws {Error} What `read()` throws.
   */
  async readExactly(
    buffer: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.#end.check("readExactly");
    const signal = checkedSignal("readExactly", options);
    checkBytes("buffer", buffer);
    const length = byteLengthOf(buffer);
    const { device, path } = this.#end.overlapped;
    await this.#reader.readAllOrNothing(async (reads) => {
      const count = await readFully(reads, buffer, 0, signal, device);
      if (count < length) {
        throw new UnexpectedEndOfFileError(path, length, count);
      }
    }, signal);
  }

  /**
   * Reads until the driver says that no more will come, which few drivers do.
   *
   * @param options A signal.
   * @returns The bytes.
   * @throws {Win32Error} ERROR_TIMEOUT if for `readTimeout` no byte has come, as
   * in `readExactly()`.
   * @throws {Error} What `read()` throws.
   */
  async readAll(
    options: SignalOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#end.check("readAll");
    const signal = checkedSignal("readAll", options);
    const { device } = this.#end.overlapped;
    return await this.#reader.readAllOrNothing(
      (reads) => readToEnd(reads, 0, 0, signal, device),
      signal,
    );
  }

  /**
   * Writes until all is sent or `writeTimeout` has elapsed. A driver may say
   * that all is sent when it has all in its buffer: `drain()` waits for the rest.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @returns How many bytes were written.
   * @throws {TypeError} If the data is no buffer.
   * @throws {FileClosedError} If the port has been closed, or is before all is
   * sent.
   * @throws {Win32Error} ERROR_OPERATION_ABORTED after `discard()`, and what
   * `read()` throws.
   *
   * @see https://learn.microsoft.com/windows/win32/devio/read-and-write-operations
   */
  async write(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<number> {
    this.#end.check("write");
    const signal = checkedSignal("write", options);
    checkBytes("data", data);
    if (byteLengthOf(data) === 0) return 0;
    return await this.#writer.write(data, signal);
  }

  /**
   * Writes all of the data.
   *
   * @param data The bytes. Do not change them before the promise settles.
   * @param options A signal.
   * @throws {Win32Error} ERROR_TIMEOUT (`code` is "ETIMEDOUT") if not all is
   * sent within `writeTimeout`: `bytesTransferred` says how much is.
   * @throws {Error} What `write()` throws, and the signal's reason.
   */
  async writeAll(
    data: ArrayBufferView,
    options: SignalOptions = {},
  ): Promise<void> {
    this.#end.check("writeAll");
    const signal = checkedSignal("writeAll", options);
    checkBytes("data", data);
    await this.#writer.writeAll(data, signal);
  }

  /**
   * A byte stream of what comes; time-outs do not end it. An error of the line
   * makes it fail, and a new stream takes its place here. Its `cancel()` leaves
   * the port open, and discards nothing.
   *
   * @throws {FileClosedError} If the port has been closed.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#end.check("get readable");
    return this.#streams.readable(this.#control.settings.bufferSize);
  }

  /**
   * A stream that writes each chunk. Its `close()` waits until all is sent, as
   * `drain()` does; its `abort()` cancels the write in flight. Both leave the port
   * open, and a new stream takes its place here.
   *
   * @throws {FileClosedError} If the port has been closed.
   */
  get writable(): WritableStream<ArrayBufferView> {
    this.#end.check("get writable");
    return this.#streams.writable();
  }

  /**
   * Switches lines, and starts or ends a break.
   *
   * @param signals Which lines are to be on or off. Others stay.
   * @throws {TypeError} If none is named, one is no boolean, or RTS is named and
   * flow control is in hardware.
   * @throws {FileClosedError} If the port has been closed.
   * @throws {Win32Error} What EscapeCommFunction reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-escapecommfunction
   */
  async setSignals(signals: SerialOutputSignals): Promise<void> {
    this.#end.check("setSignals");
    const checked = checkedSignals(signals, this.#control.settings);
    await this.#control.switchLines(checked);
  }

  /**
   * Returns the lines that the other end switches.
   *
   * @returns Which of them are on.
   * @throws {FileClosedError} If the port has been closed.
   * @throws {Win32Error} What GetCommModemStatus reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommmodemstatus
   */
  async getSignals(): Promise<SerialInputSignals> {
    this.#end.check("getSignals");
    return await this.#control.inputLines();
  }

  /**
   * Changes settings while the port is open. The lines DTR and RTS stay as they
   * are, what is left out of the options does, too. Time-outs hold from the next
   * read or write on.
   *
   * @param options The settings to change.
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {FileClosedError} If the port has been closed.
   * @throws {Win32Error} ERROR_INVALID_PARAMETER if the driver refuses: the
   * settings are then what they were.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommstate
   *
   * @example Go on at the baud rate that the device was told to use
   * ```ts
   * import { openSerial, Win32Error } from "@kernel32/io";
   *
   * try {
   *   await using port = await openSerial("COM6", { baudRate: 9600 });
   *   await port.writeAll(new TextEncoder().encode("BAUD 115200\r"));
   *   await port.drain();
   *   await port.reconfigure({ baudRate: 115_200 });
   * } catch (error) {
   *   if (!(error instanceof Win32Error)) throw error;
   * }
   * ```
   */
  async reconfigure(options: ReconfigureOptions): Promise<void> {
    this.#end.check("reconfigure");
    const changes = checkedChanges(options, this.#control.settings);
    await this.#control.reconfigure(changes);
  }

  /**
   * Waits until all that was written before has left the driver. Writes that are
   * called meanwhile wait. A driver that cannot say when that is has no buffer.
   *
   * @param options A signal, which ends this wait; the driver goes on sending.
   * @throws {FileClosedError} If the port has been closed, or is before.
   * @throws {Win32Error} What FlushFileBuffers reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers
   */
  async drain(options: SignalOptions = {}): Promise<void> {
    this.#end.check("drain");
    const signal = checkedSignal("drain", options);
    await this.#writer.drain(signal);
  }

  /**
   * Drops bytes: what has come and was not read, what was written and is not
   * sent, or both. Writes that are pending fail; a read that waits goes on.
   *
   * @param direction Which bytes.
   * @throws {TypeError} If it is neither "received" nor "unsent" nor "both".
   * @throws {FileClosedError} If the port has been closed.
   * @throws {Win32Error} What PurgeComm reports.
   *
   * @see https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-purgecomm
   */
  async discard(direction: SerialDirection = "both"): Promise<void> {
    this.#end.check("discard");
    checkWord("direction", direction, ["both", "received", "unsent"]);
    if (direction !== "received") this.#writer.discard();
    await this.#control.discard(
      (direction === "received" ? 0 : PURGE_TXABORT | PURGE_TXCLEAR) |
        (direction === "unsent" ? 0 : PURGE_RXCLEAR),
    );
    if (direction !== "unsent") this.#reader.discard();
  }

  /**
   * Closes the port: refuses new operations, cancels those in flight, waits for
   * them, then closes the handle. What is not sent is lost: see `drain()`.
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

  /** Closes the port, if it is still open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#end.closing ?? this.close());
  }
}

/** Makes ports; callers of the module cannot. */
class Port extends SerialPort {
  constructor(handle: OverlappedHandle, control: CommControl) {
    super(handle, control);
  }
}

/** Makes a port of a handle that has been set up. */
export function portOf(
  handle: OverlappedHandle,
  control: CommControl,
): SerialPort {
  return new Port(handle, control);
}
