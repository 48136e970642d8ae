// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { EmptyRead } from "../../../src/file/device_kind.ts";
import { pooledMemory, rentBuffer } from "../../../src/memory/pooled_memory.ts";
import {
  ReadAhead,
  type ReadPlan,
  type ReadSource,
} from "../../../src/streams/read_ahead.ts";
import { until } from "../../support/event_loop.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // Its memory is native on every runtime.

/** Answers reads in order: so many bytes that count up, or null. */
class Source implements ReadSource {
  readonly lengths: number[] = [];
  readonly offsets: (number | undefined)[] = [];
  readonly #counts: (number | null)[];
  #next = 0;

  constructor(counts: readonly (number | null)[]) {
    this.#counts = [...counts];
  }

  read(
    bytes: Uint8Array,
    { at }: { readonly at?: number },
  ): Promise<number | null> {
    this.lengths.push(bytes.length);
    this.offsets.push(at);
    const count = this.#counts.shift() ?? null;
    for (let i = 0; i < (count ?? 0); i++) bytes[i] = this.#next++;
    return Promise.resolve(count);
  }
}

/** The reads of a pipe or a device. */
function onDevice(source: Source, emptyRead: EmptyRead): ReadAhead {
  const plan: ReadPlan = {
    start: undefined,
    end: Infinity,
    size: Infinity,
    chunkSize: 10,
    chunks: 4,
    aligned: false,
    device: { emptyRead },
  };
  return new ReadAhead(source, plan);
}

/** Takes so many bytes of what there is; all unless told otherwise. */
async function take(reads: ReadAhead, most = Infinity, room?: number) {
  const taken: number[] = [];
  const goesOn = await reads.take((bytes) => {
    taken.push(...bytes.subarray(0, most));
    return Math.min(bytes.length, most);
  }, room);
  return { taken, goesOn };
}

test("ReadAhead.take() gives the rest of a read that was not taken as a whole", async () => {
  const source = new Source([3, 2]);
  const reads = onDevice(source, "message");
  assertEquals(await take(reads, 1, 5), { taken: [0], goesOn: true });
  assertEquals(await take(reads, 1, 5), { taken: [1], goesOn: true });
  assertEquals(await take(reads), { taken: [2], goesOn: true });
  assertEquals(reads.position, 3);
  assertEquals(await take(reads), { taken: [3, 4], goesOn: true });
  assertEquals(await take(reads), { taken: [], goesOn: false });
  // Where nothing is read ahead, a read asks for the room, and a chunk at most.
  assertEquals(source.lengths, [5, 10, 10]);
  assertEquals(source.offsets, [undefined, undefined, undefined]);
  await reads.stop();
});

test("a read of 0 bytes is a message, a time-out, or the end, as the device says", async () => {
  const goesOn: Record<EmptyRead, boolean> = {
    message: true,
    timeout: true,
    nothing: false,
    end: false,
  };
  for (const [emptyRead, expected] of Object.entries(goesOn)) {
    const source = new Source([0, 0, 2]);
    const reads = onDevice(source, emptyRead as EmptyRead);
    const result = await take(reads);
    const taken = expected ? [0, 1] : [];
    assertEquals(result, { taken, goesOn: expected }, emptyRead);
    assertEquals(source.lengths.length, expected ? 3 : 1, emptyRead);
    await reads.stop();
  }
});

test("ReadAhead reads nothing more once it has been stopped, and holds no memory", async () => {
  rentBuffer(10).release();
  const before = pooledMemory();
  const source = new Source([5, 5]);
  const reads = onDevice(source, "message");
  const first = take(reads);
  await reads.stop();
  assertEquals(await first, { taken: [], goesOn: false });
  assert(reads.stopped);
  assertEquals(await take(reads), { taken: [], goesOn: false });
  assertEquals(source.lengths, []);
  const { promise, resolve } = Promise.withResolvers<number>();
  let signal: AbortSignal | undefined;
  const slow = new Source([]);
  slow.read = (_, options) => {
    ({ signal } = options as { signal: AbortSignal });
    return promise;
  };
  const others = onDevice(slow, "message");
  const pending = take(others);
  await until(() => signal !== undefined);
  const stopping = others.stop();
  assertEquals(signal!.aborted, true);
  assert(pooledMemory() < before, "the kernel still has the memory");
  resolve(5);
  await stopping;
  assertEquals(await pending, { taken: [], goesOn: false });
  assertEquals(pooledMemory(), before);
});

test("ReadAhead has as many reads of a file in flight as there are chunks, aligned, up to its end", async () => {
  const source = new Source([300, 512, 512, 512, 452]);
  const plan: ReadPlan = {
    start: 212,
    end: 2500,
    size: 4096,
    chunkSize: 512,
    chunks: 3,
    aligned: true,
    device: { emptyRead: "end" },
  };
  const reads = new ReadAhead(source, plan);
  const lengths: number[] = [];
  const next = () =>
    reads.take((bytes) => (lengths.push(bytes.length), bytes.length));
  assert(await next());
  // Three, and one for that which was taken.
  assertEquals(source.offsets, [212, 512, 1024, 1536]);
  assertEquals(source.lengths, [300, 512, 512, 512]);
  while (await next());
  assertEquals(source.offsets.slice(4), [2048]);
  assertEquals(source.lengths.slice(4), [2500 - 2048]);
  await reads.stop();
});
