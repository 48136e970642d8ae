import { assertEquals } from "@std/assert";
import { completionPort } from "../../src/overlapped/completion_port.ts";
import { rentBuffer } from "../../src/memory/pooled_memory.ts";
import type {
  StreamedFile,
  StreamedFileTraits,
  StreamOffsets,
} from "../../src/streams/stream_options.ts";
import { random } from "./random.ts";
import { contentOf } from "./windows_or_strict.ts";

/** Bytes that tell where they stand, so that nothing can be mixed up unseen. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  return random(seed).bytes(length);
}

/** Asserts that a file has certain bytes, without printing them. */
export function assertContent(path: string, expected: Uint8Array): void {
  assertSameBytes(contentOf(path), expected);
}

/** Asserts that bytes are the same, without printing them. */
export function assertSameBytes(
  actual: Uint8Array,
  expected: Uint8Array,
): void {
  assertEquals(actual.length, expected.length, "the length");
  const different = actual.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(different, -1, "the first byte that differs");
}

/** All bytes of a stream. */
export async function drained(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return joined(chunks);
}

/** Bytes in a row. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A stream of bytes in chunks of different lengths. */
export function chunksOf(
  bytes: Uint8Array,
  lengths: () => number,
): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === bytes.length) return controller.close();
      const chunk = bytes.slice(at, at + lengths());
      at += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

/** Waits without an end. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Asserts that nothing is with the kernel any more, and that a function gives
 * back all the memory that it lends in pieces of a size, once each: what is
 * rented afterwards is the same as what was rented before.
 */
export async function assertMemoryGivenBack(
  size: number,
  pieces: number,
  run: () => Promise<void>,
): Promise<void> {
  const before = addresses(size, pieces);
  await run();
  assertEquals(completionPort().pending, 0, "operations that are pending");
  assertEquals(addresses(size, pieces), before);
}

function addresses(size: number, pieces: number): bigint[] {
  const buffers = Array.from({ length: pieces }, () => rentBuffer(size));
  for (const buffer of buffers) buffer.release();
  return buffers.map(({ address }) => address).sort();
}

/** What `counted()` counts. */
export interface Counts {
  underWay: number;
  mostUnderWay: number;
  bytes: number;
  mostBytes: number;
  calls: number;
}

/** A file whose transfers are counted, and may be slower than they are. */
export function counted(
  file: StreamedFile & StreamOffsets,
  slow: () => Promise<void> = () => Promise.resolve(),
): { file: StreamedFile & StreamOffsets; counts: Counts } {
  const counts = {
    underWay: 0,
    mostUnderWay: 0,
    bytes: 0,
    mostBytes: 0,
    calls: 0,
  };
  const during = async <T>(length: number, work: () => Promise<T>) => {
    counts.calls++;
    counts.mostUnderWay = Math.max(++counts.underWay, counts.mostUnderWay);
    counts.mostBytes = Math.max(counts.bytes += length, counts.mostBytes);
    try {
      await slow();
      return await work();
    } finally {
      counts.underWay--;
      counts.bytes -= length;
    }
  };
  return {
    counts,
    file: {
      read: (bytes, options) =>
        during(bytes.length, () => file.read(bytes, options)),
      writeAll: (bytes, options) =>
        during(bytes.byteLength, () => file.writeAll(bytes, options)),
      size: () => file.size(),
      seek: (offset, origin) => file.seek(offset, origin),
      sectorSize: () => file.sectorSize(),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    },
  };
}

/** A file in memory whose transfers end when the test says so. */
export class ScriptedFile implements StreamedFile, StreamOffsets {
  content: Uint8Array;
  closed = false;
  /** Called for each transfer, with its offset. May throw, or wait. */
  before: (at: number, length: number) => Promise<void> | void = () => {};

  constructor(content: Uint8Array = new Uint8Array()) {
    this.content = content;
  }

  async read(
    bytes: Uint8Array,
    { at = 0, signal }: { at?: number; signal: AbortSignal },
  ): Promise<number | null> {
    await this.before(at, bytes.length);
    signal.throwIfAborted();
    const part = this.content.subarray(at, at + bytes.length);
    bytes.set(part);
    return part.length > 0 ? part.length : null;
  }

  async writeAll(
    bytes: ArrayBufferView,
    { at = 0, signal }: { at?: number; signal: AbortSignal },
  ): Promise<void> {
    await this.before(at, bytes.byteLength);
    signal.throwIfAborted();
    const part = bytes as Uint8Array;
    const all = new Uint8Array(
      Math.max(this.content.length, at + part.length),
    );
    all.set(this.content);
    all.set(part, at);
    this.content = all;
  }

  size(): number {
    return this.content.length;
  }

  seek(offset: number): Promise<number> {
    return Promise.resolve(offset);
  }

  sectorSize(): { logical: number; physical: number } {
    return { logical: 512, physical: 4096 };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** What streams have to know of a file on a disk. */
export function onDisk(offsets: StreamOffsets): StreamedFileTraits {
  return { offsets, device: { emptyRead: "end" } };
}
