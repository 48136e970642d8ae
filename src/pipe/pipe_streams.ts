/**
 * Pipes, as streams see them.
 *
 * @module
 */
import type {
  StreamedFile,
  StreamedFileTraits,
} from "../streams/stream_options.ts";
import type { PipeConnection } from "./pipe_connection.ts";
import type { PipeEnd } from "./pipe_end.ts";

/** What streams have to know of a pipe. */
export const PIPE_TRAITS: StreamedFileTraits = {
  append: false,
  seekable: false,
  sectored: false,
  device: { emptyRead: "message" },
};

/** Streams ask pipes for none of these. */
const NO_OFFSETS = (): never => {
  throw new TypeError("A pipe has no offsets");
};

/** A connection, as a stream reads and writes it: each chunk may be a message. */
export function streamedPipe(
  pipe: PipeConnection,
  { isMessage }: PipeEnd,
): StreamedFile {
  return {
    read: (bytes, { signal }) => pipe.read(bytes, { signal }),
    writeAll: (bytes, { signal }) =>
      isMessage
        ? pipe.writeMessage(bytes, { signal })
        : pipe.writeAll(bytes, { signal }),
    seek: NO_OFFSETS,
    sectorSize: NO_OFFSETS,
    size: NO_OFFSETS,
    [Symbol.asyncDispose]: () => pipe[Symbol.asyncDispose](),
  };
}
