// portable

import "../../support/old_node.ts";
import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AlignedBuffer, Win32Error } from "../../../mod.ts";
import { MAX_COPIED, pooledMemory } from "../../../src/memory/pooled_memory.ts";
import { GATHER, SCATTER } from "../../../src/overlapped/transfer.ts";
import { inTurn, Transfers } from "../../../src/overlapped/transfers.ts";
import { SharedLock } from "../../../src/sectors/shared_lock.ts";
import { turns } from "../../support/event_loop.ts";
import { type Script, ScriptedHandle } from "../../support/scripted_handle.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

strictKernel(); // Its memory is native on every runtime.

const PAGE = 4096;
/** Of no power of two, and more than one operation copies. */
const LENGTH = 733 * PAGE;
const ERROR_DISK_FULL = 112;
const ERROR_OPERATION_ABORTED = 995;
const KINDS = ["read", "write"] as const;

/** Fails with a code what is longer than a length. */
function failingAbove(most: number, code: number): Script {
  return ({ length }) =>
    length > most ? { code, count: 0 } : { code: 0, count: length };
}

function on(handle: ScriptedHandle): Transfers {
  return new Transfers(handle.asHandle);
}

const sum = (lengths: number[]) => lengths.reduce((a, b) => a + b, 0);

test("read() and write() transfer JS memory in pieces on disks, by one operation on pipes", async () => {
  const bytes = new Uint8Array(8 * MAX_COPIED + 1000);
  for (const kind of KINDS) {
    const disk = new ScriptedHandle();
    assertEquals(await on(disk)[kind](bytes, 5, undefined), bytes.length);
    assertEquals(disk.lengths, [...Array(8).fill(MAX_COPIED), 1000]);
    assertEquals(
      disk.offsets,
      [0, 1, 2, 3, 4, 5, 6, 7, 8]
        .map((i) => 5 + i * MAX_COPIED),
    );
    const pipe = new ScriptedHandle(undefined, { isDisk: false });
    assertEquals(await on(pipe)[kind](bytes, 0, undefined), bytes.length);
    assertEquals(pipe.lengths, [bytes.length]);
  }
});

test("read() and write() transfer native memory of any length by one operation", async () => {
  using own = new AlignedBuffer(9 * MAX_COPIED);
  for (const kind of KINDS) {
    const disk = new ScriptedHandle();
    const result = await on(disk)[kind](own.bytes, 0, undefined);
    assertEquals(result, own.byteLength);
    assertEquals(disk.lengths, [own.byteLength]);
  }
});

test("pieces of one large transfer are in flight at once, and bounded together", async () => {
  const bytes = new Uint8Array(64 * MAX_COPIED);
  for (const kind of KINDS) {
    const disk = new ScriptedHandle(() => undefined);
    const result = on(disk)[kind](bytes, 0, undefined);
    let ended = 0;
    while (ended < 64) {
      const from = disk.started.length;
      // Each ends after those that were started after it.
      for (const operation of disk.started.slice(ended, from).reverse()) {
        operation.complete(0, operation.length);
      }
      ended = from;
      await turns();
    }
    assertEquals(await result, bytes.length);
    assert(disk.mostInFlight > 1, "one at a time");
    assert(disk.mostInFlight <= 8, `${disk.mostInFlight} MiB in flight`);
    assertEquals(disk.users, 0);
    assert(pooledMemory() <= 2 ** 24);
  }
});

test("what is appended in pieces is in flight one piece at a time", async () => {
  const bytes = new Uint8Array(4 * MAX_COPIED);
  const disk = new ScriptedHandle(() => undefined);
  const result = on(disk).write(bytes, -1, undefined);
  for (let i = 0; i < 4; i++) {
    await turns();
    assertEquals(disk.started.length, i + 1);
    assertEquals(disk.offsets[i], -1);
    disk.started[i]!.complete(0, MAX_COPIED);
  }
  assertEquals(await result, bytes.length);
});

test("a bigint offset goes on in bigints, above 2^32 and 2^53", async () => {
  const bytes = new Uint8Array(2 * MAX_COPIED + 1);
  for (const base of [2n ** 32n + 7n, 2n ** 60n]) {
    for (const kind of KINDS) {
      const disk = new ScriptedHandle();
      await on(disk)[kind](bytes, base, undefined);
      assertEquals(
        disk.offsets,
        [0n, 1n, 2n]
          .map((i) => base + i * BigInt(MAX_COPIED)),
      );
    }
  }
});

test("pieces count without a gap when one in the middle fails", async () => {
  const bytes = new Uint8Array(6 * MAX_COPIED);
  for (const kind of KINDS) {
    const disk = new ScriptedHandle((operation) =>
      operation.offset === 2 * MAX_COPIED
        ? { code: ERROR_DISK_FULL, count: 0 }
        : { code: 0, count: operation.length }
    );
    const error = await assertRejects(
      () => on(disk)[kind](bytes, 0, undefined),
      Win32Error,
    );
    assertEquals(error.win32, ERROR_DISK_FULL);
    // Those behind it count for nothing, though they have succeeded.
    assertEquals(error.bytesTransferred, 2 * MAX_COPIED);
    assertEquals(disk.users, 0);
  }
});

test("pieces count up to the end of the file, wherever they find it", async () => {
  const bytes = new Uint8Array(6 * MAX_COPIED);
  for (
    const [size, expected] of [
      [0, null],
      [1, 1],
      [2 * MAX_COPIED, 2 * MAX_COPIED],
      [2 * MAX_COPIED + 5, 2 * MAX_COPIED + 5],
      [5 * MAX_COPIED + 5, 5 * MAX_COPIED + 5],
    ] as const
  ) {
    const disk = new ScriptedHandle(({ offset, length }) => {
      const rest = Math.max(0, size - Number(offset));
      return rest === 0
        ? { code: 38, count: 0 }
        : { code: 0, count: Math.min(rest, length) };
    });
    assertEquals(await on(disk).read(bytes, 0, undefined), expected);
    assertEquals(disk.users, 0);
  }
});

test("pieces count up to the first that is not full, though those behind it are", async () => {
  const bytes = new Uint8Array(6 * MAX_COPIED);
  const disk = new ScriptedHandle(({ offset, length }) => ({
    code: 0,
    count: offset === 2 * MAX_COPIED ? 5 : length,
  }));
  const count = await on(disk).read(bytes, 0, undefined);
  assertEquals(count, 2 * MAX_COPIED + 5);
  assertEquals(disk.users, 0);
});

test("pieces wait for all that are in flight before the transfer rejects", async () => {
  const bytes = new Uint8Array(6 * MAX_COPIED);
  const disk = new ScriptedHandle(() => undefined);
  let ended = false;
  const result = on(disk).read(bytes, 0, undefined)
    .catch((error) => error)
    .finally(() => ended = true);
  await turns();
  const [first, ...others] = disk.started;
  first!.complete(ERROR_DISK_FULL, 0);
  await turns();
  assertEquals(ended, false, "the kernel still writes to the others' memory");
  for (const other of others) other.complete(0, other.length);
  assertEquals((await result).win32, ERROR_DISK_FULL);
  assertEquals(disk.users, 0);
  assertEquals(disk.started.length, 1 + others.length, "no further piece");
});

test("an abort between pieces counts what was transferred before it", async () => {
  const bytes = new Uint8Array(6 * MAX_COPIED);
  for (const kind of KINDS) {
    const controller = new AbortController();
    const disk = new ScriptedHandle(() => undefined);
    const result = on(disk)[kind](bytes, 0, controller.signal);
    await turns();
    disk.started[0]!.complete(0, MAX_COPIED);
    await turns();
    controller.abort(new Error("enough"));
    for (const operation of disk.started.slice(1)) {
      operation.complete(ERROR_OPERATION_ABORTED, 0);
    }
    assertEquals(await result, MAX_COPIED);
    assertEquals(disk.users, 0);
  }
});

test("what the system is short of memory for is transferred in smaller pieces", async () => {
  // ERROR_NO_SYSTEM_RESOURCES, ERROR_INVALID_USER_BUFFER, ERROR_NOT_ENOUGH_QUOTA
  for (const code of [1450, 1784, 1816]) {
    using own = new AlignedBuffer(LENGTH);
    for (const bytes of [new Uint8Array(LENGTH), own.bytes]) {
      for (const kind of KINDS) {
        const disk = new ScriptedHandle(failingAbove(600_000, code));
        const count = await on(disk)[kind](bytes, 0, undefined);
        assertEquals(count, bytes.length);
        const done = disk.lengths.filter((length) => length <= 600_000);
        assertEquals(sum(done), bytes.length);
        assert(
          done.every((length) => length >= 2 ** 16 || length === done.at(-1)),
        );
      }
    }
    const disk = new ScriptedHandle(failingAbove(600_000, code));
    await on(disk).write(own.bytes, 0, undefined);
    const sizes = [LENGTH, 2 ** 21, 2 ** 20, 2 ** 19];
    assertEquals(disk.lengths.slice(0, 4), sizes);
    const error = await assertRejects(
      () =>
        on(new ScriptedHandle(failingAbove(0, code)))
          .write(new Uint8Array(10), 0, undefined),
      Win32Error,
    );
    assertEquals(error.win32, code);
    // A message cannot be split.
    const pipe = new ScriptedHandle(failingAbove(0, code), { isDisk: false });
    await assertRejects(
      () => on(pipe).write(own.bytes, 0, undefined),
      Win32Error,
    );
    assertEquals(pipe.lengths.length, 1);
  }
});

test("begin() transfers any number of pages by one operation, or one by one in a shortage", async () => {
  using own = new AlignedBuffer(16 * PAGE);
  const list = [own.bytes.subarray(0, PAGE), own.bytes.subarray(PAGE)];
  for (const kind of [SCATTER, GATHER]) {
    const disk = new ScriptedHandle();
    const lock = new SharedLock();
    assert(lock.tryShare());
    const count = await on(disk).begin(kind, list, 0, undefined, lock);
    assertEquals([count, disk.lengths], [16 * PAGE, [16 * PAGE]]);
    for (const code of [1450, 1784, 1816]) {
      const three = [0, 1, 2].map((i) =>
        own.bytes.subarray(i * PAGE, (i + 1) * PAGE)
      );
      const short = new ScriptedHandle(failingAbove(PAGE, code));
      assert(lock.tryShare());
      const all = await on(short).begin(kind, three, 0, undefined, lock);
      assertEquals(all, 3 * PAGE);
      assertEquals(short.lengths, [3 * PAGE, PAGE, PAGE, PAGE]);
      assertEquals(short.users, 0);
    }
    // All shares have been released.
    let isAlone = false;
    await lock.exclusive(() => Promise.resolve(void (isAlone = true)));
    assertEquals(isAlone, true);
  }
});

test("write() makes the rest of a short write on a disk, and says what it failed with", async () => {
  const bytes = new Uint8Array(100);
  const shortThen = (rest: { code: number; count: number }): Script => {
    let isFirst = true;
    return () => {
      if (!isFirst) return rest;
      isFirst = false;
      return { code: 0, count: 10 };
    };
  };
  const full = new ScriptedHandle(shortThen({ code: 0, count: 90 }));
  assertEquals(await on(full).write(bytes, 5, undefined), 100);
  assertEquals([full.lengths, full.offsets], [[100, 90], [5, 15]]);
  const failing = new ScriptedHandle(
    shortThen({ code: ERROR_DISK_FULL, count: 0 }),
  );
  const error = await assertRejects(
    () => on(failing).write(bytes, 5, undefined),
    Win32Error,
  );
  assertEquals([error.win32, error.bytesTransferred], [ERROR_DISK_FULL, 10]);
  // What was written before an abort counts.
  const aborted = new ScriptedHandle(
    shortThen({ code: ERROR_OPERATION_ABORTED, count: 0 }),
  );
  assertEquals(await on(aborted).write(bytes, 5, undefined), 10);
  // On a pipe that does not block, a part is all that it takes.
  const pipe = new ScriptedHandle(shortThen({ code: 0, count: 90 }), {
    isDisk: false,
  });
  assertEquals(await on(pipe).write(bytes, 0, undefined), 10);
});

test("a gather and a scatter that are aborted after some bytes count them", async () => {
  using own = new AlignedBuffer(4 * PAGE);
  const aborted = { code: ERROR_OPERATION_ABORTED, count: PAGE };
  for (const kind of [SCATTER, GATHER]) {
    const controller = new AbortController();
    const disk = new ScriptedHandle(() => undefined);
    const lock = new SharedLock();
    assert(lock.tryShare());
    const { signal } = controller;
    const result = on(disk).begin(kind, [own.bytes], 0, signal, lock);
    controller.abort(new Error("enough"));
    disk.started[0]!.complete(aborted.code, aborted.count);
    assertEquals(await result, PAGE);
    assertEquals(disk.users, 0);
  }
});

test("a shortage does not divide what is 64 KiB long already", async () => {
  for (const kind of KINDS) {
    let calls = 0;
    const disk = new ScriptedHandle(({ length }) =>
      ++calls < 4 ? { code: 1450, count: 0 } : { code: 0, count: length }
    );
    const error = await assertRejects(
      () => on(disk)[kind](new Uint8Array(65_536), 0, undefined),
      Win32Error,
    );
    assertEquals([error.win32, disk.lengths], [1450, [65_536]]);
  }
});

test("a failure with a count is no short transfer", async () => {
  for (const kind of KINDS) {
    const disk = new ScriptedHandle(() => ({
      code: ERROR_DISK_FULL,
      count: 5,
    }));
    const error = await assertRejects(
      () => on(disk)[kind](new Uint8Array(10), 0, undefined),
      Win32Error,
    );
    assertEquals([error.win32, error.bytesTransferred], [ERROR_DISK_FULL, 5]);
    assertEquals(disk.lengths, [10]);
  }
  const whole = new ScriptedHandle(() => ({
    code: ERROR_DISK_FULL,
    count: 10,
  }));
  await assertRejects(
    () => on(whole).write(new Uint8Array(10), 0, undefined),
    Win32Error,
  );
});

test("a read of nothing is the end on a disk alone, and the end may come with bytes", async () => {
  const read = (code: number, count: number, isDisk: boolean) =>
    on(new ScriptedHandle(() => ({ code, count }), { isDisk }))
      .read(new Uint8Array(10), 0, undefined);
  assertEquals(await read(0, 0, true), null);
  assertEquals(await read(0, 0, false), 0);
  for (const code of [38, 109]) { // ERROR_HANDLE_EOF, ERROR_BROKEN_PIPE
    assertEquals(await read(code, 0, true), null);
    assertEquals(await read(code, 5, true), 5);
  }
});

test("pieces of which the first writes nothing, or is aborted, say so", async () => {
  const bytes = new Uint8Array(2 * MAX_COPIED);
  const nothing = new ScriptedHandle(() => ({ code: 0, count: 0 }));
  assertEquals(await on(nothing).write(bytes, 0, undefined), 0);
  const extending = on(nothing).write(new Uint8Array(9), 0, undefined, true);
  assertEquals(await extending, 0);
  for (const kind of KINDS) {
    const controller = new AbortController();
    const disk = new ScriptedHandle(() => undefined);
    const result = on(disk)[kind](bytes, 0, controller.signal);
    controller.abort(new Error("enough"));
    const rejected = assertRejects(() => result, Error, "enough");
    for (const operation of disk.started) {
      operation.complete(ERROR_OPERATION_ABORTED, 0);
    }
    await rejected;
  }
});

test("inTurn() stops behind a buffer that is not full", async () => {
  const list = [1, 2, 3].map(() => new Uint8Array(10));
  for (
    const [second, expected] of [[4, 14], [0, 10], [null, 10]] as const
  ) {
    const counts = [10, second, 10];
    const count = await inTurn(
      list,
      0,
      undefined,
      () => Promise.resolve(counts.shift()!),
    );
    assertEquals([count, counts], [expected, [10]]);
  }
  const end = await inTurn(list, 0, undefined, () => Promise.resolve(null));
  assertEquals(end, null);
});

test("pages that go one by one keep their share of the lock until the last", async () => {
  using own = new AlignedBuffer(2 * PAGE);
  const list = [own.bytes.subarray(0, PAGE), own.bytes.subarray(PAGE)];
  const disk = new ScriptedHandle(({ length }) =>
    length > PAGE ? { code: 1450, count: 0 } : undefined
  );
  const lock = new SharedLock();
  assert(lock.tryShare());
  const result = on(disk).begin(GATHER, list, 0, undefined, lock);
  let isAlone = false;
  const alone = lock.exclusive(() => Promise.resolve(void (isAlone = true)));
  for (const started of [2, 3]) {
    await turns();
    assertEquals([disk.started.length, isAlone], [started, false]);
    disk.started.at(-1)!.complete(0, PAGE);
  }
  assertEquals(await result, 2 * PAGE);
  await alone;
});

test("begin() makes pages one by one where a last part of a page is refused, and nowhere else", async () => {
  using own = new AlignedBuffer(2 * PAGE);
  const lock = new SharedLock();
  for (const kind of [SCATTER, GATHER]) {
    for (
      const [length, code] of [
        [PAGE + 512, 87], // ERROR_INVALID_PARAMETER
        [2 * PAGE, 87],
        [PAGE + 512, ERROR_DISK_FULL],
      ] as const
    ) {
      const disk = new ScriptedHandle(failingAbove(PAGE, code));
      const list = [
        own.bytes.subarray(0, PAGE),
        own.bytes.subarray(PAGE, length),
      ];
      assert(lock.tryShare());
      const transfer = on(disk).begin(kind, list, 0, undefined, lock);
      if (length === 2 * PAGE || code !== 87) {
        const error = await assertRejects(() => transfer, Win32Error);
        assertEquals([error.win32, disk.lengths], [code, [length]]);
      } else {
        assertEquals(await transfer, length);
        assertEquals(disk.lengths, [length, PAGE, 512]);
      }
    }
  }
});

test("read() of a pipe asks for no more than 1 GiB, write() for all of it in pieces", async () => {
  using own = new AlignedBuffer(2 ** 30 + PAGE);
  const pipe = new ScriptedHandle(({ length }) => ({
    code: 0,
    count: Math.min(length, 2 ** 30),
  }), { isDisk: false });
  assertEquals(await on(pipe).read(own.bytes, 0, undefined), 2 ** 30);
  const written = await on(pipe).write(own.bytes, 0, undefined);
  assertEquals(written, own.byteLength);
  assertEquals(pipe.lengths, [2 ** 30, 2 ** 30, PAGE]);
  assertEquals(pipe.mostInFlight, 0);
});

test("what is appended is one call up to 64 MiB", async () => {
  for (const [extra, calls] of [[0, 1], [1, 2 ** 26 / MAX_COPIED + 1]]) {
    const disk = new ScriptedHandle();
    const bytes = new Uint8Array(2 ** 26 + extra!);
    assertEquals(await on(disk).write(bytes, -1, undefined), bytes.length);
    assertEquals(disk.lengths.length, calls);
  }
});

test("more than one call appends is in flight one piece at a time", async () => {
  const disk = new ScriptedHandle(() => undefined);
  const bytes = new Uint8Array(65 * MAX_COPIED);
  const result = on(disk).write(bytes, -1, undefined);
  for (let i = 0; i < 65; i++) {
    await turns();
    assertEquals(disk.started.length, i + 1);
    disk.started[i]!.complete(0, MAX_COPIED);
  }
  assertEquals(await result, bytes.length);
  assertEquals(disk.mostInFlight, 1);
});

test("memory that goes between pieces is named, when those in flight have ended", async () => {
  const cases = [
    ["read", "buffer is a view of a detached ArrayBuffer"],
    ["write", "data is a view of a detached ArrayBuffer"],
  ] as const;
  for (const [kind, message] of cases) {
    const disk = new ScriptedHandle(() => undefined);
    const bytes = new Uint8Array(8 * MAX_COPIED);
    const result = on(disk)[kind](bytes, 0, undefined);
    const refused = assertRejects(() => result, TypeError, message);
    await turns();
    const inFlight = [...disk.started];
    const [first, ...others] = inFlight;
    first!.complete(0, first!.length);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    for (const operation of others) operation.complete(0, operation.length);
    await refused;
    assertEquals([disk.users, disk.started.length], [0, inFlight.length]);
  }
});
