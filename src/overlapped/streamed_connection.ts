/**
 * Connections, as streams see them.
 *
 * @module
 */
import type { StreamedFile } from "../streams/stream_options.ts";
import type { SignalOptions } from "./options.ts";

/** What a stream reads and writes a connection with. */
export interface StreamedConnection {
  read(
    buffer: ArrayBufferView,
    options: SignalOptions,
  ): Promise<number | null>;
  writeAll(data: ArrayBufferView, options: SignalOptions): Promise<void>;
}

/**
 * Returns a connection as a stream reads and writes it: without offsets. The
 * stream leaves it open.
 *
 * @param onEnd Called when the stream has ended.
 */
export function streamedConnection(
  connection: StreamedConnection,
  onEnd: () => void = () => {},
): StreamedFile {
  return {
    read: (bytes, { signal }) => connection.read(bytes, { signal }),
    writeAll: (bytes, { signal }) => connection.writeAll(bytes, { signal }),
    [Symbol.asyncDispose]() {
      onEnd();
      return Promise.resolve();
    },
  };
}
