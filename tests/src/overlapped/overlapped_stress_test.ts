// Nobody but the module holds on to the memory of operations that are under way,
// while garbage is collected all the time.
//
// Published builds of V8 pay no heed to --gc-interval; the other flags see to it
// that the collector works all the time.
//
// v8-flags: --gc-interval=50,--stress-scavenge=80,--max-semi-space-size=1

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { AlignedBuffer } from "../../../mod.ts";
import { open } from "../../../src/open/open.ts";
import type { OverlappedFile } from "../../../src/overlapped/overlapped_file.ts";
import { collectGarbage } from "../../support/garbage.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { LONG } from "../../support/long.ts";

const OPERATIONS = 100_000;
const DEPTH = 64;
const SIZE = 256;

/** Bytes that tell which operation they belong to. */
function marked(bytes: Uint8Array, mark: number): Uint8Array {
  new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).fill(mark);
  return bytes;
}

/** How many of the bytes belong to another operation. */
function strangers(bytes: Uint8Array, mark: number): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, SIZE / 4);
  return words.reduce((sum, word) => sum + (word === mark ? 0 : 1), 0);
}

/** Memory that nobody has; now and then native memory. */
function memory(i: number): Uint8Array {
  return i % 32 === 0 ? new AlignedBuffer(SIZE).bytes : new Uint8Array(SIZE);
}

async function writeAndRead(
  file: OverlappedFile,
  slot: number,
  mark: number,
): Promise<number> {
  const at = slot * SIZE;
  await file.write(marked(memory(mark), mark), { at });
  const bytes = memory(mark + 16);
  await file.read(bytes, { at });
  return strangers(bytes, mark);
}

test(
  "100,000 operations on files keep their memory, though nobody else does",
  LONG,
  async () => {
    using folder = tempFolder();
    await using file = await open(folder.file("a"), {
      read: true,
      write: true,
      create: true,
    });
    const start = performance.now();
    let [wrong, done] = [0, 0];
    const garbage: unknown[] = new Array(256);
    while (done < OPERATIONS) {
      const results = Array.from(
        { length: DEPTH },
        (_, slot) => writeAndRead(file, slot, done + slot),
      );
      garbage[done / DEPTH / 2 & 255] = { done, text: `${done}` };
      if (done % (DEPTH * 64) === 0) collectGarbage();
      for (const strange of await Promise.all(results)) wrong += strange;
      done += 2 * DEPTH;
    }
    assertEquals(wrong, 0);
    const seconds = (performance.now() - start) / 1000;
    assert(done >= OPERATIONS, `${done} operations in ${seconds} s`);
  },
);

test("reads of a pipe that wait keep their memory, though nobody else does", async () => {
  await using pipe = await overlappedPipe({ message: true });
  const { server, client } = pipe;
  let wrong = 0;
  for (let round = 0; round < 100; round++) {
    const reads = Array.from({ length: 50 }, (_, i) => {
      const bytes = memory(i);
      return server.read(bytes).then((count) => {
        if (count !== SIZE) wrong++;
        wrong += strangers(bytes, round * 50 + i);
      });
    });
    if (round % 4 === 0) {
      await Promise.resolve();
      collectGarbage();
    }
    for (let i = 0; i < reads.length; i++) {
      await client.write(marked(new Uint8Array(SIZE), round * 50 + i));
      new AlignedBuffer(SIZE).bytes.fill(0xEE);
    }
    await Promise.all(reads);
  }
  assertEquals(wrong, 0);
});
