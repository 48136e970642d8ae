// Aborts, before, during and after an operation.

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AlignedBuffer, open } from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { turns } from "../../support/event_loop.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

test("an operation whose signal is aborted before is not started", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  await client.write(bytes("kept"));
  const reason = new Error("too late");
  const signal = AbortSignal.abort(reason);
  const buffer = new Uint8Array(8);
  const error = await assertRejects(() => server.read(buffer, { signal }));
  assertEquals(error, reason);
  assertEquals([...buffer], [...new Uint8Array(8)]);
  assertEquals(await server.read(buffer), 4);
});

test("an operation that is aborted rejects with the signal's reason, whatever that is", async () => {
  await using pipe = await overlappedPipe();
  const { server } = pipe;
  for (const reason of [new Error("mine"), "a string", undefined, null, 0]) {
    const controller = new AbortController();
    const { signal } = controller;
    const read = server.read(new Uint8Array(8), { signal });
    await turns();
    controller.abort(reason);
    const { rejected } = await read.then(
      (count) => ({ rejected: `not, but read ${count}` as unknown }),
      (error) => ({ rejected: error }),
    );
    assertEquals(rejected, signal.reason);
  }
});

test("an abort in the same job as the start is heard", async () => {
  await using pipe = await overlappedPipe();
  const controller = new AbortController();
  const { signal } = controller;
  const reads = Array.from(
    { length: 10 },
    () => pipe.server.read(new Uint8Array(8), { signal }),
  );
  controller.abort("now");
  const results = await Promise.allSettled(reads);
  assertEquals(
    results,
    results.map(() => ({ status: "rejected" as const, reason: "now" })),
  );
});

test("AbortSignal.timeout() ends a read that waits for too long", async () => {
  await using pipe = await overlappedPipe();
  const signal = AbortSignal.timeout(20);
  const error = await assertRejects(
    () => pipe.server.read(new Uint8Array(8), { signal }),
  );
  assertEquals((error as Error).name, "TimeoutError");
});

test("an operation that has completed resolves, though it is aborted after", async () => {
  using folder = kernelFolder();
  await using file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  const controller = new AbortController();
  const { signal } = controller;
  const write = file.write(bytes("done"), { at: 0, signal });
  const count = await write;
  controller.abort();
  assertEquals(count, 4);
  assertEquals(await file.read(new Uint8Array(8), { at: 0 }), 4);
});

test(
  "an abort that comes too late finds the operation completed",
  OF_WINDOWS,
  async () => {
    await using pipe = await overlappedPipe();
    const { server, client } = pipe;
    let resolved = 0;
    for (let i = 0; i < 50; i++) {
      const controller = new AbortController();
      const { signal } = controller;
      const buffer = new Uint8Array(8);
      const read = server.read(buffer, { signal });
      // The pipe's end gives the bytes to the read at once.
      await client.write(bytes("complete"));
      controller.abort("late");
      const count = await read.catch((error) => error);
      assertEquals([count, text(buffer)], [8, "complete"]);
      resolved++;
    }
    assertEquals(resolved, 50);
  },
);

test("cancelled reads lose no bytes of what comes next", async () => {
  for (const message of [false, true]) {
    await using pipe = await overlappedPipe({ message });
    const { server, client } = pipe;
    let cancelled = 0;
    let received = "";
    let sent = "";
    for (let i = 0; i < 200; i++) {
      const controller = new AbortController();
      const { signal } = controller;
      const buffer = new Uint8Array(16);
      const read = server.read(buffer, { signal });
      if (i % 3 === 0) await Promise.resolve();
      const part = `message ${i};`;
      // Before, or after, or at the same time as the bytes come.
      if (i % 2 === 0) controller.abort("stop");
      sent += part;
      const write = client.write(bytes(part));
      if (i % 2 === 1) controller.abort("stop");
      let count = await read.catch((reason) => {
        assertEquals(reason, "stop");
        cancelled++;
        return null;
      });
      count ??= await server.read(buffer);
      await write;
      received += text(buffer.subarray(0, count!));
      assertEquals(received, sent);
    }
    assert(cancelled >= 50, `${cancelled} reads were cancelled`);
  }
});

test("an aborted operation leaves the others of the same signal's file alone", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  const controllers = Array.from({ length: 9 }, () => new AbortController());
  const reads = controllers.map(({ signal }, i) =>
    server.read(new Uint8Array(1), { signal }).catch(() => -i)
  );
  for (const i of [1, 4, 8]) controllers[i]!.abort();
  await Promise.all([1, 4, 8].map((i) => reads[i]));
  await client.write(new Uint8Array(6));
  assertEquals(await Promise.all(reads), [1, -1, 1, 1, -4, 1, 1, 1, -8]);
});

test("a late abort does not cancel another operation that has taken the OVERLAPPED over", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  for (let i = 0; i < 100; i++) {
    const old = new AbortController();
    const first = server.read(new Uint8Array(1), { signal: old.signal });
    await client.write(new Uint8Array(1));
    await first;
    const second = server.read(new Uint8Array(1));
    old.abort();
    await client.write(new Uint8Array(1));
    assertEquals(await second, 1);
  }
});

test("a write that is aborted half way tells how much was written", async () => {
  await using pipe = await overlappedPipe({ size: 4096 });
  const { server, client } = pipe;
  const controller = new AbortController();
  const { signal } = controller;
  const data = new Uint8Array(100_000).fill(7);
  const write = client.write(data, { signal });
  const buffer = new Uint8Array(10_000);
  let read = 0;
  for (let i = 0; i < 3; i++) read += (await server.read(buffer))!;
  controller.abort("enough");
  const outcome = await write.catch((reason) => reason);
  // Either the system says how much, or that none was: it never says all.
  if (outcome === "enough") return;
  assert(outcome >= read && outcome < data.length, `${outcome} of ${read}`);
});

/** Counts the listeners of a signal. */
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

test("an abort during a transfer does no harm, and leaves no listener behind", async () => {
  using folder = kernelFolder();
  await using file = await open(folder.file("a"), {
    write: true,
    create: true,
    unbuffered: true,
  });
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
