/**
 * The streams of serial ports.
 *
 * @module
 */
import { readableOf } from "../streams/readable.ts";
import type {
  StreamedFile,
  StreamedFileTraits,
} from "../streams/stream_options.ts";
import { writableOf } from "../streams/writable.ts";
import type { SerialPort } from "./serial_port.ts";

/** Streams ask ports for none of these. */
const NO_OFFSETS = (): never => {
  throw new TypeError("A serial port has no offsets");
};

/** The streams of one port. Each is made anew when the one before has ended. */
export class PortStreams {
  readonly #port: SerialPort;
  readonly #traits: StreamedFileTraits;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<ArrayBufferView> | undefined;

  constructor(port: SerialPort) {
    this.#port = port;
    this.#traits = {
      append: false,
      seekable: false,
      sectored: false,
      device: { emptyRead: "timeout" },
      drain: (signal) => port.drain({ signal }),
    };
  }

  /** Returns the stream that reads. */
  readable(chunkSize: number): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(
      this.#streamed(() => this.#readable = undefined),
      this.#traits,
      { chunkSize },
    );
  }

  /** Returns the stream that writes. */
  writable(): WritableStream<ArrayBufferView> {
    return this.#writable ??= writableOf(
      this.#streamed(() => this.#writable = undefined),
      this.#traits,
    );
  }

  /**
   * The port, as a stream reads and writes it. The stream does not close it.
   *
   * @param onEnd Called when the stream has ended.
   */
  #streamed(onEnd: () => void): StreamedFile {
    const port = this.#port;
    return {
      read: (bytes, { signal }) => port.read(bytes, { signal }),
      writeAll: (bytes, { signal }) => port.writeAll(bytes, { signal }),
      seek: NO_OFFSETS,
      sectorSize: NO_OFFSETS,
      size: NO_OFFSETS,
      [Symbol.asyncDispose]() {
        onEnd();
        return Promise.resolve();
      },
    };
  }
}
