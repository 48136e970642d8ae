/**
 * Open serial ports.
 *
 * @module
 */
import { printAs } from "../file/inspection.ts";
import { checkWord } from "../file/option_values.ts";
import { checkedSignal, type SignalOptions } from "../overlapped/options.ts";
import { OverlappedConnection } from "../overlapped/overlapped_connection.ts";
import type { OverlappedHandle } from "../overlapped/overlapped_handle.ts";
import { streamedConnection } from "../overlapped/streamed_connection.ts";
import { Transfers } from "../overlapped/transfers.ts";
import { readableOf } from "../streams/readable.ts";
import { writableOf } from "../streams/writable.ts";
import {
  PURGE_RXCLEAR,
  PURGE_TXABORT,
  PURGE_TXCLEAR,
} from "../win32/comm_constants.ts";
import type { CommControl } from "./comm_control.ts";
import {
  checkedChanges,
  checkedSignals,
  type ReconfigureOptions,
  type SerialInputSignals,
  type SerialOutputSignals,
} from "./options.ts";
import { SerialReader } from "./serial_reader.ts";
import { SerialWriter } from "./serial_writer.ts";

/** What `discard()` drops. */
export type SerialDirection = "received" | "unsent" | "both";

/** What streams have to know of the device. */
const DEVICE = { emptyRead: "timeout" } as const;

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
export class SerialPort extends OverlappedConnection<number> {
  readonly #reader: SerialReader;
  readonly #writer: SerialWriter;
  readonly #control: CommControl;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<ArrayBufferView> | undefined;

  /**
   * Takes over a handle that has been set up.
   *
   * @internal
   */
  constructor(handle: OverlappedHandle, control: CommControl) {
    const transfers = new Transfers(handle);
    const reader = new SerialReader(handle, transfers, control);
    const writer = new SerialWriter(handle, transfers);
    super(handle, { reader, writer });
    this.#control = control;
    this.#reader = reader;
    this.#writer = writer;
    // What was wrong before is no error of this program's reads.
    reader.takeLineErrors();
    printPorts((port) => {
      const { settings } = port.#control;
      return { path: port.path, closed: port.closed, ...settings };
    });
  }

  /**
   * A byte stream of what comes; time-outs do not end it. An error of the line
   * makes it fail, and a new stream takes its place here. Its `cancel()` leaves
   * the port open, and discards nothing.
   *
   * @throws {FileClosedError} If the port has been closed.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.check("get readable");
    const { bufferSize: chunkSize } = this.#control.settings;
    return this.#readable ??= readableOf(
      streamedConnection(this, () => this.#readable = undefined),
      { device: DEVICE },
      { chunkSize },
    );
  }

  /**
   * A stream that writes each chunk. Its `close()` waits until all is sent, as
   * `drain()` does; its `abort()` cancels the write in flight. Both leave the port
   * open, and a new stream takes its place here.
   *
   * @throws {FileClosedError} If the port has been closed.
   */
  get writable(): WritableStream<ArrayBufferView> {
    this.check("get writable");
    return this.#writable ??= writableOf(
      streamedConnection(this, () => this.#writable = undefined),
      { device: DEVICE, drain: (signal) => this.drain({ signal }) },
    );
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
    this.check("setSignals");
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
    this.check("getSignals");
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
    this.check("reconfigure");
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
    this.check("drain");
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
    this.check("discard");
    checkWord("direction", direction, ["both", "received", "unsent"]);
    if (direction !== "received") this.#writer.discard();
    await this.#control.discard(
      (direction === "received" ? 0 : PURGE_TXABORT | PURGE_TXCLEAR) |
        (direction === "unsent" ? 0 : PURGE_RXCLEAR),
    );
    if (direction !== "unsent") this.#reader.discard();
  }
}

/** A bundler would rename a class whose body names it. */
function printPorts(stateOf: (port: SerialPort) => object): void {
  printAs(SerialPort.prototype, stateOf);
}
