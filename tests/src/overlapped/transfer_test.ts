// Transfers by one operation: from and to memory of all kinds, with a signal or without.

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  open,
  type OverlappedFile,
} from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { refusedUnlessEnded } from "../../support/refused_unless_ended.ts";
import { kernelFolder } from "../../support/windows_or_strict.ts";

const SECTOR = 4096;

/** Opens a new file, in a folder that is removed with it. */
async function scratch(
  options: { unbuffered?: boolean } = {},
): Promise<OverlappedFile> {
  const folder = kernelFolder();
  const file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
    ...options,
  });
  const close = file[Symbol.asyncDispose].bind(file);
  file[Symbol.asyncDispose] = async () => {
    await close();
    folder[Symbol.dispose]();
  };
  return file;
}

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";

  test(`read() of native memory finds the end of ${kind} file`, async () => {
    await using file = await scratch({ unbuffered });
    using memory = new AlignedBuffer(2 * SECTOR);
    memory.bytes.fill(1);
    assertEquals(await file.write(memory.bytes, { at: 0 }), 2 * SECTOR);
    file.truncate(SECTOR + 10);
    const { bytes } = memory;
    assertEquals(await file.read(bytes, { at: 0 }), SECTOR + 10);
    assertEquals(await file.read(bytes, { at: SECTOR }), 10);
    assertEquals(await file.read(bytes, { at: 2 * SECTOR }), null);
    assertEquals(await file.read(bytes, { at: 100 * SECTOR }), null);
  });

  test(`timers run during a loop of transfers of native memory to ${kind} file`, async () => {
    await using file = await scratch({ unbuffered });
    using memory = new AlignedBuffer(SECTOR);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    // Where the loop gave timers no turn, none would ever run.
    const end = performance.now() + 60_000;
    while (ticks < 5 && performance.now() < end) {
      await file.write(memory.bytes, { at: 0 });
    }
    clearInterval(timer);
    assert(ticks >= 5, `${ticks} ticks`);
  });

  test(`memory freed during transfers of ${kind} file stays until they end`, async () => {
    await using file = await scratch({ unbuffered });
    const memory = new AlignedBuffer(SECTOR);
    memory.bytes.fill(7);
    const write = file.write(memory.bytes, { at: 0 });
    memory.free();
    assertEquals(await write, SECTOR);
    const target = new AlignedBuffer(SECTOR);
    const read = file.read(target.bytes, { at: 0 });
    target.free();
    await refusedUnlessEnded(read, SECTOR);
    using again = new AlignedBuffer(SECTOR);
    assertEquals(await file.read(again.bytes, { at: 0 }), SECTOR);
    assert(again.bytes.every((byte) => byte === 7));
  });

  test(`close() waits for transfers of native memory of ${kind} file, and refuses more`, async () => {
    const file = await scratch({ unbuffered });
    const buffers = Array.from({ length: 20 }, () => new AlignedBuffer(SECTOR));
    const writes = buffers.map(({ bytes }, i) =>
      file.write(bytes, { at: i * SECTOR })
    );
    const settled = Promise.allSettled(writes);
    // As at the end of a scope: the memory goes before the file does.
    for (const buffer of buffers) buffer.free();
    await file.close();
    for (const result of await settled) {
      if (result.status === "fulfilled") assertEquals(result.value, SECTOR);
      else assert(result.reason instanceof FileClosedError, result.reason);
    }
    using memory = new AlignedBuffer(SECTOR);
    await assertRejects(
      () => file.write(memory.bytes, { at: 0 }),
      FileClosedError,
    );
    assertEquals(completionPort().pending, 0);
  });
}

test("whole sectors and parts of them are written in the order of the calls", async () => {
  await using file = await scratch({ unbuffered: true });
  using memory = new AlignedBuffer(4 * SECTOR);
  const whole = (i: number) =>
    memory.bytes.subarray(i * SECTOR, (i + 1) * SECTOR);
  for (let i = 0; i < 4; i++) whole(i).fill(i + 1);
  await file.write(memory.bytes, { at: 0 });
  for (let round = 0; round < 50; round++) {
    const part = new Uint8Array(10).fill(100 + round);
    await Promise.all([
      file.write(whole(1), { at: SECTOR }),
      file.write(part, { at: SECTOR - 5 }),
      file.write(whole(2), { at: 2 * SECTOR }),
      file.write(part, { at: 3 * SECTOR - 5 }),
      file.write(whole(3), { at: 3 * SECTOR }),
    ]);
    const found = await file.readAll({ at: 0 });
    assertEquals(found.length, 4 * SECTOR);
    assertEquals(found[SECTOR - 1], 100 + round);
    assertEquals(found[SECTOR + 4], 100 + round);
    assertEquals(found[SECTOR + 5], 2);
    assertEquals(found[3 * SECTOR - 1], 100 + round);
    assertEquals(found[3 * SECTOR + 4], 4); // Written whole after that.
  }
});

test("write() of native memory refuses wrong arguments with a rejection, as other writes do", async () => {
  await using file = await scratch();
  using memory = new AlignedBuffer(SECTOR);
  const { bytes } = memory;
  await assertRejects(() => file.write(bytes, { at: -1 }), RangeError);
  await assertRejects(() => file.write(bytes, { at: 0.5 }), RangeError);
  await assertRejects(() => file.write(bytes, { at: NaN }), RangeError);
  await assertRejects(() => file.write(bytes, null as never), TypeError);
  assertEquals(file.size(), 0);
  await using reader = await open(file.path);
  await assertRejects(() => reader.write(bytes, { at: 0 }), TypeError);
});

test("memory of all kinds and signals go by one operation each, to the same result", async () => {
  for (const unbuffered of [false, true]) {
    await using file = await scratch({ unbuffered });
    using own = new AlignedBuffer(4 * SECTOR);
    const { signal } = new AbortController();
    for (const bytes of [own.bytes, new Uint8Array(4 * SECTOR)]) {
      for (const options of [{ at: 0 }, { at: 0, signal }]) {
        const value = Math.floor(1 + 255 * Math.random());
        bytes.fill(value);
        assertEquals(await file.write(bytes, options), 4 * SECTOR);
        bytes.fill(0);
        assertEquals(await file.read(bytes, options), 4 * SECTOR);
        assert(bytes.every((byte) => byte === value));
        const list = [bytes.subarray(SECTOR), bytes.subarray(0, SECTOR)];
        bytes.fill(value ^ 255);
        assertEquals(await file.writeGather(list, options), 4 * SECTOR);
        bytes.fill(0);
        assertEquals(await file.readScatter(list, options), 4 * SECTOR);
        assert(bytes.every((byte) => byte === (value ^ 255)));
      }
    }
  }
});

test("a short read of JS memory writes no byte behind what was read", async () => {
  await using file = await scratch();
  await file.write(new Uint8Array(10).fill(1), { at: 0 });
  const bytes = new Uint8Array(20).fill(7);
  assertEquals(await file.read(bytes, { at: 4 }), 6);
  assertEquals([...bytes], [...Array(6).fill(1), ...Array(14).fill(7)]);
});
