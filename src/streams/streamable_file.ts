/**
 * Files that are streams, too.
 *
 * @module
 */
import { BaseFile } from "../file/base_file.ts";
import type { PositionOptions, SeekOrigin } from "../file/position.ts";
import type { Offset } from "../file/transfer_limits.ts";
import {
  readableOf,
  type ReadableOptions,
  readableSettings,
} from "./readable.ts";
import type { StreamedFileTraits, StreamOptions } from "./stream_options.ts";
import {
  writableOf,
  type WritableOptions,
  writableSettings,
} from "./writable.ts";

/** A file with promises for results, as streams: the part that makes them. */
export abstract class StreamableFile extends BaseFile
  implements AsyncDisposable {
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<ArrayBufferView> | undefined;

  /**
   * A byte stream of what the file has, from the position to the end. The same
   * one each time; it closes the file, as `Deno.FsFile.readable` does.
   *
   * @throws {FileClosedError} If the file has been closed.
   * @throws {TypeError} If the file is not open for reading.
   *
   * @see https://developer.mozilla.org/docs/Web/API/ReadableStream
   *
   * @example Compress a file
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * const file = await open("README.md");
   * const compressed = await new Response(
   *   file.readable.pipeThrough(new CompressionStream("gzip")),
   * ).bytes();
   * console.log(compressed.length > 0, file.closed); // true true
   * ```
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= this.createReadable();
  }

  /**
   * A stream that writes from the position on, or to the end of a file opened
   * with `append`. The same one each time; it closes the file, as
   * `Deno.FsFile.writable` does.
   *
   * @throws {FileClosedError} If the file has been closed.
   * @throws {TypeError} If the file is not open for writing.
   *
   * @see https://developer.mozilla.org/docs/Web/API/WritableStream
   *
   * @example Store the body of a response past the cache
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * const response = new Response("What a server has sent");
   * const file = await open("body.tmp", {
   *   write: true,
   *   create: true,
   *   unbuffered: true,
   *   deleteOnClose: true,
   * });
   * await response.body!.pipeTo(file.writable);
   * console.log(file.closed); // true
   * ```
   */
  get writable(): WritableStream<ArrayBufferView> {
    return this.#writable ??= this.createWritable();
  }

  /**
   * Makes a byte stream of what the file has. Several reads are in flight at
   * once, and no more than `maxBytesInFlight` is read ahead of a slow reader; a
   * pipe is read when the stream is, one read at a time. A serial port whose
   * time-out elapses without a byte is read again.
   *
   * With `start`, the stream has an offset of its own and many can read one
   * file. Without it, the stream begins at the position that the file has at
   * the first read, and leaves it behind what was taken.
   *
   * @param options Which bytes, how they are read, and whether the stream
   * closes the file at the end and when it is cancelled.
   * @returns The stream. It fails with what `read()` throws; `cancel()` waits
   * for the reads in flight.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {TypeError} If the file is not open for reading, has no offsets, or
   * an option is of the wrong type.
   * @throws {RangeError} If an option is out of range, or `end` before `start`.
   *
   * @example Read a part of a file
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * await using file = await open("README.md");
   * const options = { start: 0, end: 10, keepOpen: true };
   * for await (const bytes of file.createReadable(options)) {
   *   console.log(bytes.length); // 10
   * }
   * ```
   */
  createReadable(
    options: ReadableOptions = {},
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const settings = readableSettings(options);
    const { start, end } = settings;
    return readableOf(this, this.streamTraits("read", start ?? end), settings);
  }

  /**
   * Makes a stream that writes the file. Chunks are copied when the stream
   * takes them, small ones are gathered, and several writes are in flight at
   * once, in the order of their offsets: `close()` waits for all. A pipe gets
   * each chunk by a write of its own, one at a time. An unbuffered file gets
   * whole chunks of `chunkSize` first and the rest at the end. Writes that make
   * the file longer, which NTFS completes in the call, are called on other
   * threads, so that they do not block this one.
   *
   * With `at`, the stream has an offset of its own. Without it, the stream
   * begins at the position that the file has at the first write, and leaves it
   * behind the last byte when it is closed. What is behind that in the file
   * stays: open it with `truncate` to begin anew.
   *
   * @param options Where, how it is written, and whether the stream closes the
   * file in the end.
   * @returns The stream. It fails with what `write()` throws, and then
   * `bytesTransferred` is how much of all there was to write stands in the
   * file without a gap. `abort()` cancels the writes in flight and waits for
   * them.
   * @throws {FileClosedError} If the file has been closed.
   * @throws {TypeError} If the file is not open for writing at an offset, has
   * no offsets, or an option is of the wrong type.
   * @throws {RangeError} If an option is out of range.
   *
   * @example Copy with large chunks
   * ```ts
   * import { open } from "@kernel32/io";
   *
   * const source = await open("README.md");
   * const copy = await open("copy.tmp", {
   *   write: true,
   *   create: true,
   *   deleteOnClose: true,
   * });
   * const chunkSize = 2 ** 20;
   * await source.createReadable({ chunkSize })
   *   .pipeTo(copy.createWritable({ chunkSize, maxBytesInFlight: 2 ** 23 }));
   * ```
   */
  createWritable(
    options: WritableOptions = {},
  ): WritableStream<ArrayBufferView> {
    const settings = writableSettings(options);
    return writableOf(this, this.streamTraits("write", settings.at), settings);
  }

  /**
   * Checks that a stream may read or write, and returns what streams have to
   * know of the file.
   *
   * @internal
   * @ignore
   */
  protected abstract streamTraits(
    method: "read" | "write",
    at: Offset | undefined,
  ): StreamedFileTraits;

  /** Reads at the position, or at an offset. */
  abstract read(
    buffer: ArrayBufferView,
    options?: PositionOptions & Pick<StreamOptions, "signal">,
  ): Promise<number | null>;

  /** Writes all of the data. */
  abstract writeAll(
    data: ArrayBufferView,
    options?: PositionOptions & Pick<StreamOptions, "signal">,
  ): Promise<void>;

  /** Moves the position. */
  abstract seek(offset: number | bigint, origin?: SeekOrigin): Promise<number>;

  /** Closes the file, if it is still open. */
  abstract [Symbol.asyncDispose](): Promise<void>;
}
