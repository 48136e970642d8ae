/**
 * Streams that read a file.
 *
 * @module
 */
import { settingsOf } from "../file/option_values.ts";
import { ReadAhead } from "./read_ahead.ts";
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

/** Which bytes a stream reads, and how. */
export interface ReadableOptions extends StreamOptions {
  /** The offset of the first byte. Without it, the position counts. */
  readonly start?: number | bigint | undefined;
  /**
   * The offset behind the last byte, as in `slice()`. The stream ends at the
   * end of the file all the same.
   */
  readonly end?: number | bigint | undefined;
}

/**
 * Reads the options, each once.
 *
 * @throws {TypeError} If they are no object, or one of them is unknown.
 */
export function readableSettings(
  options: ReadableOptions,
): StreamSettings<ReadableOptions> {
  return settingsOf("createReadable()", options, {
    start: undefined,
    end: undefined,
    ...STREAM_DEFAULTS,
  });
}

/**
 * Makes a byte stream that reads a file. It has no queue of its own: the reads
 * ahead are one.
 */
export function readableOf(
  file: StreamedFile,
  traits: StreamedFileTraits,
  options: ReadableOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const settings = readableSettings(options);
  const { keepOpen, signal } = settings;
  const start = checkedOffset("start", settings.start);
  const end = checkedOffset("end", settings.end) ?? Infinity;
  if (start !== undefined && end < start) {
    throw new RangeError(
      `end must not be before start: got ${end}, with start ${start}`,
    );
  }
  const chunks = chunking(traits, settings);
  const { device, offsets, sectored = false } = traits;

  let ahead: ReadAhead | undefined;
  const begin = async () => {
    const from = offsets && (start ?? await offsets.seek(0, "current"));
    const size = offsets?.size() ?? Infinity;
    const aligned = sectored;
    const plan = { ...chunks, start: from, end, size, aligned, device };
    return ahead = new ReadAhead(file, plan);
  };

  const streamEnd = new StreamEnd(signal, async () => {
    await ahead?.stop();
    if (!keepOpen) return await file[Symbol.asyncDispose]();
    if (!offsets || start !== undefined || ahead === undefined) return;
    await leaveAt(offsets, ahead.position);
  });

  return new ReadableStream({
    type: "bytes",
    start: (controller) => streamEnd.watch(controller),
    async pull(controller) {
      try {
        const reads = ahead ?? await begin();
        if (streamEnd.reached) return await reads.stop();
        const room = controller.byobRequest?.view?.byteLength;
        const handed = await reads.take(
          (bytes) => hand(controller, bytes),
          room,
        );
        if (handed || streamEnd.reached) return;
      } catch (error) {
        if (streamEnd.reached) return;
        await streamEnd.reach();
        throw error;
      }
      await streamEnd.reach();
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => streamEnd.reach(),
  });
}

/** Copies bytes to the reader of a stream. Returns how many. */
function hand(
  controller: ReadableByteStreamController,
  bytes: Uint8Array,
): number {
  const request = controller.byobRequest;
  const view = request?.view;
  if (!request || !view) {
    controller.enqueue(new Uint8Array(bytes));
    return bytes.length;
  }
  const count = Math.min(bytes.length, view.byteLength);
  new Uint8Array(view.buffer, view.byteOffset, count)
    .set(bytes.subarray(0, count));
  request.respond(count);
  return count;
}
