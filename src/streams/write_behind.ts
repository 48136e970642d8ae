/**
 * Writes that run behind the chunks that a stream is given.
 *
 * @module
 */
import { checkBytes } from "../file/arguments.ts";
import { bytesOf } from "../../ffi/views.ts";
import { recounted } from "../errors/bytes_transferred.ts";
import { preservingLastError } from "../errors/last_error.ts";
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { yieldTurn } from "../file/event_loop.ts";

/** What is written to. */
export interface WriteTarget {
  /** Writes all of it, to the end of the file where no offset is given. */
  writeAll(
    bytes: ArrayBufferView,
    options: { readonly at?: number; readonly signal: AbortSignal },
  ): Promise<void>;
}

/** Where the bytes go, and how. */
export interface WritePlan {
  /** Where they begin; nothing for the end of the file, wherever that is. */
  readonly start: number | undefined;
  /** The most that one write has, in bytes. */
  readonly chunkSize: number;
  /** How many chunks may be in flight or wait to be full. */
  readonly chunks: number;
  /** Whether writes are to begin at multiples of `chunkSize`, and be full. */
  readonly aligned: boolean;
  /** Cancels the writes. */
  readonly signal: AbortSignal;
  /** Called when writes have failed and none is in flight any more. */
  readonly onError: (error: unknown) => void;
}

interface Chunk {
  /** Where it begins, from the first byte of all. */
  readonly start: number;
  readonly memory: PooledBuffer;
  /** How many bytes it takes. */
  readonly capacity: number;
  /** How many bytes it has. */
  length: number;
}

/** What is gathered until it is a chunk. */
interface Gathered {
  chunk: Chunk | undefined;
}

interface Failure {
  readonly chunk: Chunk;
  readonly error: unknown;
}

/** Releases the memory of a stream that was dropped without `close()`. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<Gathered>(
  ({ chunk }) => preservingLastError(() => chunk?.memory.release()),
);

/**
 * Copies bytes into pooled memory and has several writes of it in flight, in the
 * order of their offsets. Small pieces are gathered while other writes are in
 * flight, and are written at once when none is.
 */
export class WriteBehind {
  readonly #target: WriteTarget;
  readonly #plan: WritePlan;
  /** Writes to the end of a file must not overtake each other. */
  readonly #maxInFlight: number;
  #inFlight = 0;
  readonly #gathered: Gathered = { chunk: undefined };
  #length = 0;
  #failure: Failure | undefined;
  #ended: PromiseWithResolvers<void> | undefined;

  constructor(target: WriteTarget, plan: WritePlan) {
    this.#target = target;
    this.#plan = plan;
    this.#maxInFlight = plan.start === undefined ? 1 : plan.chunks;
    dropped.register(this, this.#gathered);
  }

  /** How many bytes have been handed in. */
  get length(): number {
    return this.#length;
  }

  /** Takes bytes, which are the caller's again when the promise resolves. */
  async write(view: ArrayBufferView): Promise<void> {
    const bytes = bytesOf(view);
    const { length } = bytes;
    for (let done = 0; done < length;) {
      if (this.#gathered.chunk === undefined) await this.#startChunk();
      // `stop()`, which may have come meanwhile, has released the chunk.
      this.#plan.signal.throwIfAborted();
      const chunk = this.#gathered.chunk!;
      checkBytes("chunk", bytes); // It may have been transferred meanwhile.
      const room = chunk.capacity - chunk.length;
      const part = bytes.subarray(done, done + room);
      chunk.memory.bytes.set(part, chunk.length);
      chunk.length += part.length;
      done += part.length;
      this.#length += part.length;
      if (chunk.length === chunk.capacity) await this.#sendInTurn(chunk);
    }
    this.#sendIfIdle();
  }

  /** Writes what is left and waits for all writes. */
  async finish(): Promise<void> {
    if (this.#gathered.chunk !== undefined) {
      await this.#sendInTurn(this.#gathered.chunk);
    }
    await this.#untilInFlight(0);
  }

  /** Drops what is left and waits for all writes, however they end. */
  async stop(): Promise<void> {
    while (this.#inFlight > 0) await this.#nextEnd();
    this.#gathered.chunk?.memory.release();
    this.#gathered.chunk = undefined;
  }

  async #startChunk(): Promise<void> {
    const { start: at = 0, chunkSize, chunks, aligned } = this.#plan;
    await yieldTurn();
    await this.#untilInFlight(chunks - 1);
    // Memory that is rented after `stop()` would never be released.
    this.#plan.signal.throwIfAborted();
    const start = this.#length;
    const size = aligned ? chunkSize - (at + start) % chunkSize : chunkSize;
    const memory = rentBuffer(size);
    this.#gathered.chunk = { start, memory, capacity: size, length: 0 };
  }

  /** Waits until so many writes are in flight at most. */
  async #untilInFlight(limit: number): Promise<void> {
    while (this.#inFlight > limit && this.#failure === undefined) {
      await this.#nextEnd();
    }
    if (this.#failure !== undefined) {
      await this.stop();
      throw this.#error(this.#failure);
    }
    this.#plan.signal.throwIfAborted();
  }

  #nextEnd(): Promise<void> {
    this.#ended ??= Promise.withResolvers();
    return this.#ended.promise;
  }

  async #sendInTurn(chunk: Chunk): Promise<void> {
    await this.#untilInFlight(this.#maxInFlight - 1);
    // It may have gone out meanwhile, when nothing was in flight.
    if (this.#gathered.chunk === chunk) this.#send(chunk);
  }

  #sendIfIdle(): void {
    const chunk = this.#gathered.chunk;
    if (chunk === undefined || chunk.length === 0 || this.#inFlight > 0) return;
    // The rest of a sector would cost a read, and a second write later.
    if (!this.#plan.aligned) this.#send(chunk);
  }

  #send(chunk: Chunk): void {
    this.#gathered.chunk = undefined;
    this.#inFlight++;
    const { start, signal } = this.#plan;
    const bytes = chunk.memory.bytes.subarray(0, chunk.length);
    const options = start === undefined
      ? { signal }
      : { at: start + chunk.start, signal };
    this.#target.writeAll(bytes, options)
      .catch((error) => this.#fail({ chunk, error }))
      .then(() => this.#end(chunk));
  }

  /** The failure that counts is the one before which all is written. */
  #fail(failure: Failure): void {
    const first = this.#failure;
    if (first === undefined || failure.chunk.start < first.chunk.start) {
      this.#failure = failure;
    }
  }

  #end(chunk: Chunk): void {
    chunk.memory.release();
    this.#inFlight--;
    this.#ended?.resolve();
    this.#ended = undefined;
    if (this.#failure === undefined) return this.#sendIfIdle();
    if (this.#inFlight > 0 || this.#plan.signal.aborted) return;
    this.#plan.onError(this.#error(this.#failure));
  }

  /** Adds how many bytes of all have been written without a gap. */
  #error({ chunk, error }: Failure): unknown {
    return recounted(error, (count) => chunk.start + count);
  }
}
