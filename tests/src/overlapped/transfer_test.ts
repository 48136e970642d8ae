// Transfers that go without detours: native memory, at an offset, without a signal. What goes another way has to come to
// the same, and what both do at once must not get in each other's way.

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  open,
  type OverlappedFile,
} from "../../../mod.ts";
import { checkBytes, checkList } from "../../../src/file/arguments.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import type { OverlappedHandle } from "../../../src/overlapped/overlapped_handle.ts";
import { DirectWay } from "../../../src/overlapped/overlapped_direct.ts";
import type { Waiter } from "../../../src/overlapped/overlapped_pool.ts";
import { refusedUnlessEnded } from "../../support/refused_unless_ended.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const SECTOR = 4096;

/** Opens a new file, in a folder that goes with it. */
async function scratch(
  options: { unbuffered?: boolean; maxInFlight?: { operations: number } } = {},
): Promise<OverlappedFile> {
  const folder = tempFolder();
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

  test(`read() of native memory tells of the end of ${kind} file`, async () => {
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
    const end = performance.now() + 400;
    while (performance.now() < end) await file.write(memory.bytes, { at: 0 });
    clearInterval(timer);
    assert(ticks >= 5, `${ticks} ticks of 40`);
  });

  test(`memory freed during transfers of ${kind} file stays until they have ended`, async () => {
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

/** A handle whose operations end when it is told so, where the system's may end in their call. */
function slowHandle() {
  const waiters: Waiter[] = [];
  const handle = {
    ...{ underWay: 0, tryEnter: () => ++handle.underWay > 0 },
    ...{ reserve() {}, leaveGate() {}, leave: () => handle.underWay-- },
    startTransfer(...args: [unknown, bigint, number, number, Waiter]) {
      waiters.push(args[4]);
      return 0n;
    },
  };
  const complete = (count: number) => {
    for (const waiter of waiters.splice(0)) waiter.complete(0, count);
  };
  return {
    handle: handle as unknown as OverlappedHandle,
    complete,
    underWay: () => handle.underWay,
  };
}

test("what is read to memory that was given away meanwhile is nobody's", async () => {
  const { handle, complete, underWay } = slowHandle();
  const bytes = new DirectWay<Uint8Array, number>(
    "ReadFile",
    handle,
    ({ memory }, { count }) => {
      checkBytes("buffer", memory);
      return Promise.resolve(count);
    },
  );
  const list = new DirectWay<readonly Uint8Array[], number>(
    "ReadFileScatter",
    handle,
    ({ memory }, { count }) => {
      checkList("buffers", memory);
      return Promise.resolve(count);
    },
  );
  const free = { tryBeside: () => true, leave() {} };
  const [own, page] = [new AlignedBuffer(SECTOR), new AlignedBuffer(SECTOR)];
  const plain = new Uint8Array(8);
  const reads = [
    bytes.bytes(own.bytes, 0, undefined, undefined),
    bytes.copied(plain, 0, undefined),
    list.segments([page.bytes], 0, undefined, free),
  ];
  assertEquals(underWay(), 3);
  own.free();
  page.free();
  const moved = new Uint8Array(plain.buffer.transfer());
  complete(8);
  for (const read of reads) {
    await assertRejects(
      async () => await read,
      TypeError,
      "has been transferred elsewhere",
    );
  }
  assertEquals([...moved], [...new Uint8Array(8)]);
  assertEquals(underWay(), 0);
});

test("what ends in its call lets all go at once, and is told of in order, a failure too, when the event loop has turned", async () => {
  const counts = { underWay: 0, room: 0 };
  const handle = {
    ...{
      reserve() {},
      tryEnter: () => (counts.underWay++, counts.room++, true),
    },
    ...{ leaveGate: () => counts.room--, leave: () => counts.underWay-- },
    startTransfer(...args: [unknown, bigint, number, number, Waiter]) {
      const [, , length, offset, waiter] = args;
      waiter.complete(offset === 1 ? 5 : 0, length);
    },
  };
  const way = new DirectWay<Uint8Array, number>(
    "WriteFile",
    handle as unknown as OverlappedHandle,
    () => Promise.reject(new Error("no")),
  );
  const bytes = new Uint8Array(8);
  const said: (number | string)[] = [];
  const start = (offset: number) =>
    void way.copied(bytes, offset, undefined)!.then(
      () => said.push(offset),
      () => said.push("failed"),
    );
  start(0);
  assertEquals(counts, { underWay: 0, room: 0 });
  await Promise.resolve();
  assertEquals(said, [0], "while there is time, it is told of at once");
  const end = performance.now() + 20;
  while (performance.now() < end);
  for (const offset of [2, 1, 3]) start(offset);
  // That of the failure waits for nothing but to be told of.
  await Promise.resolve();
  assertEquals(counts, { underWay: 0, room: 0 });
  assertEquals(said, [0], "not before the others had their turn");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(said.toSorted(), [0, 2, 3, "failed"]);
  assertEquals(said.filter((one) => one !== "failed"), [0, 2, 3]);
});

test("transfers of native memory keep to maxInFlight", async () => {
  await using file = await scratch({ maxInFlight: { operations: 2 } });
  const buffers = Array.from({ length: 10 }, () => new AlignedBuffer(SECTOR));
  const writes = buffers.map(({ bytes }, i) =>
    file.write(bytes, { at: i * SECTOR })
  );
  assert(completionPort().pending <= 2);
  assertEquals(await Promise.all(writes), Array(10).fill(SECTOR));
  assertEquals(file.size(), 10 * SECTOR);
});

test("whole sectors and parts of them, written at once, do not get in each other's way", async () => {
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
    // In the order of the calls: the parts after the sector before them.
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

/** Counts who listens to a signal. */
function watch(signal: AbortSignal): Disposable & { listeners: number } {
  const { prototype } = AbortSignal;
  const { addEventListener, removeEventListener } = prototype;
  const watched = {
    listeners: 0,
    [Symbol.dispose]() {
      Object.assign(prototype, { addEventListener, removeEventListener });
    },
  };
  prototype.addEventListener = function (...args: unknown[]) {
    if (this === signal) watched.listeners++;
    Reflect.apply(addEventListener, this, args);
  };
  prototype.removeEventListener = function (...args: unknown[]) {
    if (this === signal) watched.listeners--;
    Reflect.apply(removeEventListener, this, args);
  };
  return watched;
}

test("a signal that is aborted during a transfer does no harm, and none stays listened to", async () => {
  await using file = await scratch({ unbuffered: true });
  using own = new AlignedBuffer(2 ** 20);
  const list = [own.bytes.subarray(2 ** 19), own.bytes.subarray(0, 2 ** 19)];
  for (let i = 0; i < 50; i++) {
    const controller = new AbortController();
    const { signal } = controller;
    using watched = watch(signal);
    const transfer = i % 2 === 0
      ? file.writeGather(list, { at: 0, signal })
      : file.write(own.bytes, { at: 0, signal });
    if (i % 3 === 0) await Promise.resolve();
    controller.abort(new Error("enough"));
    const outcome = await transfer.catch((error: Error) => error.message);
    assert(outcome === "enough" || Number(outcome) > 0, String(outcome));
    assert(watched.listeners <= 0, `${watched.listeners} listeners stay`);
  }
  assertEquals(completionPort().pending, 0);
});
