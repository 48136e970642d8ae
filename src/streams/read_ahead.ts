/**
 * Reads that run ahead of the consumer of a stream.
 *
 * @module
 */
import { type PooledBuffer, rentBuffer } from "../memory/pooled_memory.ts";
import { preservingLastError } from "../errors/last_error.ts";
import type { DeviceKind } from "../file/device_kind.ts";
import { delay, yieldTurn } from "../file/event_loop.ts";

const SHORTEST_PAUSE_MS = 1;

/** What is read from. */
export interface ReadSource {
  /** Reads, at the position where no offset is given. */
  read(
    bytes: Uint8Array,
    options: { readonly at?: number; readonly signal: AbortSignal },
  ): Promise<number | null>;
}

/** Which bytes are read, and how. */
export interface ReadPlan {
  /** Where they begin; nothing on a pipe or a device without offsets. */
  readonly start: number | undefined;
  /** Where they end; the end of the file, if that comes first. */
  readonly end: number;
  /** The size of the file so far, which reads ahead stop at. */
  readonly size: number;
  /** The most that one read is asked for, in bytes. */
  readonly chunkSize: number;
  /** How many chunks may be in flight or wait to be taken. */
  readonly chunks: number;
  /** Whether reads are to begin at multiples of `chunkSize`. */
  readonly aligned: boolean;
  /** What a read of 0 bytes means. */
  readonly device: Pick<DeviceKind, "emptyRead">;
}

interface Read {
  readonly offset: number;
  readonly memory: PooledBuffer;
  readonly count: Promise<number | null>;
  /** How many of the bytes have been taken. */
  taken: number;
}

/** Releases the memory of reads whose stream was dropped without `cancel()`. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<readonly Read[]>(
  (reads) => void releaseEnded(reads),
);

/** Releases the memory of reads when they have ended. */
async function releaseEnded(reads: readonly Read[]): Promise<void> {
  await Promise.allSettled(reads.map((read) => read.count));
  preservingLastError(() => {
    for (const read of reads) read.memory.release();
  });
}

/**
 * Has several reads of a file in flight, and hands their bytes out in order.
 * On a pipe it reads when it is asked to, and no more: what is read ahead would
 * be lost to the next reader of the pipe.
 *
 * The kernel reads into pooled memory, which is released as soon as its bytes
 * have been taken.
 */
export class ReadAhead {
  readonly #source: ReadSource;
  readonly #plan: ReadPlan;
  readonly #abort = new AbortController();
  readonly #reads: Read[] = [];
  /** Where the next read begins. */
  #next: number;
  /** Where the bytes begin that are taken next. */
  #position: number;
  /** Resolves when the reads have ended that are no longer wanted. */
  #dropped: Promise<void> = Promise.resolve();

  /** Makes one; nothing is read before bytes are wanted. */
  constructor(source: ReadSource, plan: ReadPlan) {
    this.#source = source;
    this.#plan = plan;
    this.#position = this.#next = plan.start ?? 0;
    dropped.register(this, this.#reads);
  }

  /** Where the bytes begin that have not been taken. */
  get position(): number {
    return this.#position;
  }

  /** Whether `stop()` has been called. */
  get stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /**
   * Waits for the next bytes.
   *
   * @param use Takes bytes, which are its own during the call only, and returns
   * how many it has taken.
   * @param room How many bytes can be taken, if that is known.
   * @returns False at the end, and once it has been stopped.
   */
  async take(
    use: (bytes: Uint8Array) => number,
    room: number = this.#plan.chunkSize,
  ): Promise<boolean> {
    for (;;) {
      await yieldTurn();
      if (this.stopped) return false;
      this.#startReads(room);
      const read = this.#reads[0];
      if (read === undefined) return false;
      const count = await read.count;
      if (this.stopped || count === null) return false;
      if (read.offset + read.taken !== this.#position) {
        // The read before came to what was the end then, and this one did not.
        await this.#drop();
        continue;
      }
      if (count > 0) {
        const taken = use(read.memory.bytes.subarray(read.taken, count));
        read.taken += taken;
        this.#position += taken;
      }
      if (read.taken === count) this.#end(read);
      if (count > 0) return true;
      if (!await this.#continuesAfterNothing()) return false;
    }
  }

  /** Whether more may come after a read of 0 bytes. */
  async #continuesAfterNothing(): Promise<boolean> {
    const { emptyRead } = this.#plan.device;
    // A serial port may be set to return at once, again and again.
    if (emptyRead === "timeout") await delay(SHORTEST_PAUSE_MS).ended;
    return emptyRead === "timeout" || emptyRead === "message";
  }

  /** Cancels all reads and waits for them. Nothing is taken from then on. */
  stop(): Promise<void> {
    this.#abort.abort();
    return this.#drop();
  }

  /** All bytes of the first read have been taken. */
  #end(read: Read): void {
    this.#reads.shift();
    read.memory.release();
    if (this.#plan.start !== undefined) this.#startReads();
  }

  /** Gives the memory of all reads back when they have ended. */
  #drop(): Promise<void> {
    const reads = this.#reads.splice(0);
    const released = Promise.all([this.#dropped, releaseEnded(reads)]);
    return this.#dropped = released.then(() => {});
  }

  #startReads(room: number = this.#plan.chunkSize): void {
    const reads = this.#reads;
    const { start, end, size, chunks } = this.#plan;
    if (reads.length === 0) this.#next = this.#position;
    if (start === undefined) {
      if (reads.length === 0) this.#startRead(room);
      return;
    }
    while (reads.length < chunks && this.#next < end) {
      // Whether there is more is asked when all before has been taken.
      if (reads.length > 0 && this.#next >= size) return;
      this.#startRead(end - this.#next);
    }
  }

  #startRead(room: number): void {
    const { start, chunkSize, aligned } = this.#plan;
    const offset = this.#next;
    const chunk = aligned ? chunkSize - offset % chunkSize : chunkSize;
    const length = Math.min(chunk, room);
    const memory = rentBuffer(length);
    const { signal } = this.#abort;
    const options = start === undefined ? { signal } : { at: offset, signal };
    const count = this.#source.read(memory.bytes.subarray(0, length), options);
    count.catch(() => {}); // It is thrown by the take() that comes to it.
    this.#reads.push({ offset, memory, count, taken: 0 });
    this.#next += length;
  }
}
