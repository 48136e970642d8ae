/**
 * What the streams of a file have in common.
 *
 * @module
 */
import { rangeError } from "../errors/describe.ts";
import { checkOffset, checkSignal } from "../file/arguments.ts";
import type { DeviceKind } from "../file/device_kind.ts";
import { isAborted, listen, reasonOf, unlisten } from "../file/signal.ts";
import { FileClosedError } from "../errors/win32_error.ts";
import { multipleAbove } from "../memory/multiples.ts";
import type { ReadSource } from "./read_ahead.ts";
import type { SectorSize } from "../file/sector_size.ts";
import type { WriteTarget } from "./write_behind.ts";
import {
  checkBoolean,
  checkCount,
  type Settings,
} from "../file/option_values.ts";

/** How a stream moves its bytes, and what becomes of the file. */
export interface StreamOptions {
  /**
   * The most that one read or write is asked for, in bytes. On an unbuffered
   * file, volume or disk it is rounded up to whole sectors.
   *
   * @default {262_144}
   */
  readonly chunkSize?: number | undefined;
  /**
   * How many bytes may be in flight or held at once; at least one chunk.
   *
   * @default {2_097_152}
   */
  readonly maxBytesInFlight?: number | undefined;
  /**
   * Leaves the file open. Otherwise the stream closes it at its end, and when
   * it is cancelled, aborted or fails.
   *
   * @default {false}
   */
  readonly keepOpen?: boolean | undefined;
  /**
   * Makes the stream fail with the signal's reason and cancels what is in
   * flight, where the signal of `pipeTo()` would wait for the last write, and so
   * for the reader of a pipe.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A file or a connection, as streams see it. */
export interface StreamedFile
  extends ReadSource, WriteTarget, AsyncDisposable {}

/** What streams ask of a file with offsets beside. */
export interface StreamOffsets {
  /** The size in bytes. */
  size(): number;
  /** Moves the position, once the transfers before have ended. */
  seek(offset: number, origin?: "start" | "current"): Promise<number>;
  /** The sector sizes. */
  sectorSize(): SectorSize;
}

/** What streams have to know of a file beside. */
export interface StreamedFileTraits {
  /** Its offsets, if it has any. */
  readonly offsets?: StreamOffsets | undefined;
  /** Whether whole sectors are transferred. */
  readonly sectored?: boolean;
  /** Whether writes without an offset go to the end. */
  readonly append?: boolean;
  /** Writes chunks, where the file's own method may block. */
  readonly target?: WriteTarget | undefined;
  /** What a read of 0 bytes means. */
  readonly device: Pick<DeviceKind, "emptyRead">;
  /** Waits until what was written has left, where writes end before. */
  readonly drain?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

const CHUNK_SIZE = 2 ** 18;

/** What both kinds of streams have in common, as it is if it is left out. */
export const STREAM_DEFAULTS = {
  chunkSize: undefined,
  maxBytesInFlight: 2_097_152,
  keepOpen: false,
  signal: undefined,
} as const;

const MAX_CHUNK_SIZE = 2 ** 30;
/** More in flight at once gains nothing; each has a page at least. */
const MAX_CHUNKS = 64;

/** Options of streams as they were when they were read. */
export type StreamSettings<Options> =
  & Required<Options>
  & Settings<StreamOptions, typeof STREAM_DEFAULTS>;

/**
 * Checks the options and works out how large chunks are and how many there may
 * be at once.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If it is out of range.
 */
export function chunking(
  { offsets, sectored }: StreamedFileTraits,
  options: StreamSettings<StreamOptions>,
): { chunkSize: number; chunks: number } {
  const { signal, keepOpen, maxBytesInFlight } = options;
  const { chunkSize = Math.min(CHUNK_SIZE, maxBytesInFlight) } = options;
  checkSignal(signal);
  checkBoolean("keepOpen", keepOpen);
  checkCount("maxBytesInFlight", maxBytesInFlight);
  checkCount("chunkSize", chunkSize, MAX_CHUNK_SIZE);
  const size = offsets !== undefined && sectored
    ? multipleAbove(chunkSize, offsets.sectorSize().logical)
    : chunkSize;
  const fitting = Math.floor(maxBytesInFlight / size);
  const chunks = Math.min(Math.max(1, fitting), MAX_CHUNKS);
  return { chunkSize: size, chunks };
}

/**
 * Checks the offset of a stream, which is a position.
 *
 * @throws {TypeError} If it is neither a number nor a bigint.
 * @throws {RangeError} If it is not from 0 to 2^53-1.
 */
export function checkedOffset(
  name: string,
  value: number | bigint | undefined,
): number | undefined {
  if (value === undefined) return undefined;
  checkOffset(name, value);
  if (value <= Number.MAX_SAFE_INTEGER) return Number(value);
  throw rangeError(name, "from 0 to 2^53-1, as positions are", value);
}

/** Leaves the position behind what a stream has transferred. */
export async function leaveAt(
  offsets: StreamOffsets,
  position: number,
): Promise<void> {
  try {
    await offsets.seek(position);
  } catch (error) {
    // A file that has been closed has no position.
    if (!(error instanceof FileClosedError)) throw error;
  }
}

/** What `StreamEnd` makes fail: the controller of a stream. */
interface Failing {
  error(reason?: unknown): void;
}

/** The end of a stream, which is reached once, for whatever reason. */
export class StreamEnd implements EventListenerObject {
  readonly #signal: AbortSignal | undefined;
  readonly #release: (reason: unknown) => Promise<void>;
  #released: Promise<void> | undefined;
  #controller: Failing | undefined;

  /**
   * @param signal Makes the stream fail.
   * @param release Waits for what is in flight and releases everything. Gets
   * what the stream fails with, if it does.
   */
  constructor(
    signal: AbortSignal | undefined,
    release: (reason: unknown) => Promise<void>,
  ) {
    this.#signal = signal;
    this.#release = release;
  }

  /** Whether it has been reached. */
  get reached(): boolean {
    return this.#released !== undefined;
  }

  /** Takes the stream, and makes it fail when the signal is aborted. */
  watch(controller: Failing): void {
    this.#controller = controller;
    if (isAborted(this.#signal)) this.handleEvent();
    else listen(this.#signal, this);
  }

  /** Handles the abort of the signal. */
  handleEvent(): void {
    void this.fail(reasonOf(this.#signal!));
  }

  /** Makes the stream fail, when nothing of it is in flight any more. */
  async fail(reason: unknown): Promise<void> {
    // The reason counts, and not what fails on the way out.
    await this.reach(reason).catch(() => {});
    this.#controller!.error(reason);
  }

  /** Releases everything, once. */
  reach(reason?: unknown): Promise<void> {
    return this.#released ??= this.#releaseAll(reason);
  }

  async #releaseAll(reason: unknown): Promise<void> {
    unlisten(this.#signal, this);
    await this.#release(reason);
  }
}
