/**
 * Serial ports, as streams see them.
 *
 * @module
 */
import type {
  StreamedFile,
  StreamedFileTraits,
} from "../streams/stream_options.ts";
import type { SerialPort } from "./serial_port.ts";

/** What streams have to know of a port. */
export function portTraits(port: SerialPort): StreamedFileTraits {
  return {
    append: false,
    seekable: false,
    sectored: false,
    device: { emptyRead: "timeout" },
    drain: (signal) => port.drain({ signal }),
  };
}

/** Streams ask ports for none of these. */
const NO_OFFSETS = (): never => {
  throw new TypeError("A serial port has no offsets");
};

/**
 * A port, as a stream reads and writes it. The stream does not close it.
 *
 * @param onEnd Called when the stream has ended.
 */
export function streamedPort(
  port: SerialPort,
  onEnd: () => void,
): StreamedFile {
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
