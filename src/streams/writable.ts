/**
 * Streams that write a file.
 *
 * @module
 */
import { byteLengthOf } from "../../ffi/views.ts";
import { checkBytes } from "../file/arguments.ts";
import { settingsOf } from "../file/option_values.ts";
import { withMoreTransferred } from "../errors/bytes_transferred.ts";
import {
  checkedOffset,
  chunking,
  leaveAt,
  STREAM_DEFAULTS,
  type StreamedFile,
  type StreamedFileTraits,
  StreamEnd,
  type StreamOptions,
  type StreamSettings,
} from "./stream_options.ts";
import { yieldTurn } from "../file/event_loop.ts";
import { WriteBehind, type WriteTarget } from "./write_behind.ts";

/** Where a stream writes, and how. */
export interface WritableOptions extends StreamOptions {
  /** The offset of the first byte. Without it, the position counts. */
  readonly at?: number | bigint | undefined;
}

/**
 * Reads the options, each once.
 *
 * @throws {TypeError} If they are no object, or one of them is unknown.
 */
export function writableSettings(
  options: WritableOptions,
): StreamSettings<WritableOptions> {
  return settingsOf("createWritable()", options, {
    at: undefined,
    ...STREAM_DEFAULTS,
  });
}

/** Makes a stream that writes a file. */
export function writableOf(
  file: StreamedFile,
  traits: StreamedFileTraits,
  options: WritableOptions = {},
): WritableStream<ArrayBufferView> {
  const settings = writableSettings(options);
  const { keepOpen } = settings;
  const at = checkedOffset("at", settings.at);
  const chunks = chunking(traits, settings);
  const { append, offsets, sectored = false } = traits;
  /** The offsets of a file whose position the stream moves. */
  const moved = at === undefined && !append ? offsets : undefined;

  const cancel = new AbortController();
  const { signal } = cancel;
  let writer: WriteBehind | DirectWriter | undefined;
  let from = at ?? 0;
  const begin = async () => {
    if (!offsets) return writer = new DirectWriter(file, signal);
    if (moved) from = await moved.seek(0, "current");
    return writer = new WriteBehind(traits.target ?? file, {
      ...chunks,
      start: append && at === undefined ? undefined : from,
      aligned: sectored,
      signal,
      onError: (error) => streamEnd.fail(error),
    });
  };

  const streamEnd = new StreamEnd(settings.signal, async (reason) => {
    cancel.abort(reason);
    await writer?.stop();
    if (!keepOpen) await file[Symbol.asyncDispose]();
  });
  const orEnd = async (work: () => Promise<void>) => {
    try {
      signal.throwIfAborted();
      await work();
    } catch (error) {
      // What fails because of the end fails with what has brought that about.
      const reason = signal.aborted ? signal.reason : error;
      await streamEnd.reach();
      throw reason;
    }
  };

  return new WritableStream<ArrayBufferView>({
    start(controller) {
      controller.signal.addEventListener("abort", () => {
        cancel.abort(controller.signal.reason);
      });
      streamEnd.watch(controller);
    },
    write: (chunk) =>
      orEnd(async () => {
        const taker = writer ?? await begin();
        try {
          checkBytes("chunk", chunk);
        } catch (error) {
          await taker.finish(); // What came before is not at fault.
          throw error;
        }
        await taker.write(chunk);
      }),
    close: () =>
      orEnd(async () => {
        await writer?.finish();
        await traits.drain?.(signal);
        if (keepOpen && moved && writer instanceof WriteBehind) {
          await leaveAt(moved, from + writer.length);
        }
        await streamEnd.reach();
      }),
    abort: () => streamEnd.reach(),
  });
}

/**
 * Writes to a pipe or a device, each chunk for itself: it may be a message.
 */
class DirectWriter {
  readonly #target: WriteTarget;
  readonly #signal: AbortSignal;
  #length = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(target: WriteTarget, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  async write(chunk: ArrayBufferView): Promise<void> {
    await yieldTurn();
    const length = byteLengthOf(chunk);
    const writing = this.#target.writeAll(chunk, { signal: this.#signal });
    this.#writing = writing.catch(() => {});
    try {
      await writing;
    } catch (error) {
      throw withMoreTransferred(error, this.#length);
    }
    this.#length += length;
  }

  finish(): Promise<void> {
    return this.#writing;
  }

  stop(): Promise<void> {
    return this.#writing;
  }
}
