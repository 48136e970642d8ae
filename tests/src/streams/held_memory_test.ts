// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { pooledMemory, rentBuffer } from "../../../src/memory/pooled_memory.ts";
import { readableOf } from "../../../src/streams/readable.ts";
import { writableOf } from "../../../src/streams/writable.ts";
import { turns, until } from "../../support/event_loop.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { onDisk, ScriptedFile } from "../../support/stream_files.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // Its memory is native on every runtime.

const CHUNK = 4096;
const OPTIONS = { chunkSize: CHUNK, maxBytesInFlight: 4 * CHUNK };

/** How many chunks of pooled memory are held, of those that there were. */
function heldChunks(): () => number {
  const buffers = Array.from({ length: 16 }, () => rentBuffer(CHUNK));
  for (const buffer of buffers) buffer.release();
  const before = pooledMemory();
  return () => (before - pooledMemory()) / CHUNK;
}

/** Waits until so many chunks are held, and then for one more that may come. */
async function settled(held: () => number, count: number): Promise<void> {
  await until(() => held() === count, () => `${held()} chunks are held`);
  await turns();
  assertEquals(held(), count);
}

test("createWritable() holds no chunk more than maxBytesInFlight has", async () => {
  const held = heldChunks();
  const file = new ScriptedFile();
  const { promise, resolve } = Promise.withResolvers<void>();
  file.before = () => promise;
  const writer = writableOf(file, onDisk(file), OPTIONS).getWriter();
  const write = writer.write(new Uint8Array(10 * CHUNK));
  await settled(held, 4);
  resolve();
  await write;
  await writer.close();
  assertEquals(held(), 0);
});

test("createReadable() holds no chunk more than maxBytesInFlight has", async () => {
  const held = heldChunks();
  const file = new ScriptedFile(new Uint8Array(10 * CHUNK));
  const reader = readableOf(file, onDisk(file), OPTIONS).getReader();
  await reader.read();
  await settled(held, 4);
  await reader.cancel();
  assertEquals(held(), 0);
});

test("createWritable() holds no chunk after an abort, whenever it comes", async () => {
  for (let jobs = 0; jobs < 40; jobs++) {
    const held = heldChunks();
    const controller = new AbortController();
    const { signal } = controller;
    const file = new ScriptedFile();
    const stream = writableOf(file, onDisk(file), {
      ...OPTIONS,
      signal,
    });
    const writer = stream.getWriter();
    const closed = writer.closed.catch((reason) => reason);
    // The second finds the first in flight.
    writer.write(new Uint8Array(CHUNK + 10)).catch(() => {});
    writer.write(new Uint8Array(CHUNK + 10)).catch(() => {});
    for (let i = 0; i < jobs; i++) await null;
    controller.abort("stop");
    assertEquals(await closed, "stop");
    await turns();
    assertEquals(held(), 0, `after ${jobs} jobs`);
  }
});

/** Collects garbage, if need be again and again until no chunk is held. Returns how many are. */
async function heldAfterCollection(
  held: () => number,
  times = 10,
): Promise<number> {
  for (let i = 0; i < times && held() > 0; i++) {
    collectGarbage();
    await nextJob();
  }
  return held();
}

test("createReadable() gives the chunks of a dropped stream back, once the reads have ended", async () => {
  const held = heldChunks();
  const file = new ScriptedFile(new Uint8Array(10 * CHUNK));
  const { promise, resolve } = Promise.withResolvers<void>();
  await (async () => {
    const reader = readableOf(file, onDisk(file), OPTIONS).getReader();
    await reader.read();
    await settled(held, 4);
    file.before = () => promise;
    await reader.read();
    await settled(held, 4);
  })();
  // The kernel still has the last of the reads.
  assertEquals(await heldAfterCollection(held, 3), 4);
  resolve();
  assertEquals(await heldAfterCollection(held), 0);
});

test("createWritable() gives the chunks of dropped streams back that were not full", async () => {
  const held = heldChunks();
  const file = new ScriptedFile();
  for (let i = 1; i <= 8; i++) {
    const stream = writableOf(
      file,
      { ...onDisk(file), sectored: true },
      OPTIONS,
    );
    await stream.getWriter().write(new Uint8Array(10));
    assertEquals(held(), i);
  }
  // A collector that scans the stack may take what an old frame has left there for a stream in use.
  assert(await heldAfterCollection(held) <= 2);
});
