/**
 * The streams of serial ports.
 *
 * @module
 */
import { streamedConnection } from "../overlapped/streamed_connection.ts";
import { readableOf } from "../streams/readable.ts";
import type { StreamedFileTraits } from "../streams/stream_options.ts";
import { writableOf } from "../streams/writable.ts";
import type { SerialPort } from "./serial_port.ts";

/** The streams of one port. Each is made anew when the one before has ended. */
export class PortStreams {
  readonly #port: SerialPort;
  readonly #traits: StreamedFileTraits;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<ArrayBufferView> | undefined;

  constructor(port: SerialPort) {
    this.#port = port;
    this.#traits = {
      device: { emptyRead: "timeout" },
      drain: (signal) => port.drain({ signal }),
    };
  }

  /** Returns the stream that reads. */
  readable(chunkSize: number): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(
      streamedConnection(this.#port, () => this.#readable = undefined),
      this.#traits,
      { chunkSize },
    );
  }

  /** Returns the stream that writes. */
  writable(): WritableStream<ArrayBufferView> {
    return this.#writable ??= writableOf(
      streamedConnection(this.#port, () => this.#writable = undefined),
      this.#traits,
    );
  }
}
