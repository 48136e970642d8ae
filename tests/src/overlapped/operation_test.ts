// Cancelling and closing: what becomes of operations that are under way.

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AlignedBuffer, FileClosedError } from "../../../mod.ts";
import { open } from "../../../src/open/open.ts";
import { collectGarbage } from "../../support/garbage.ts";
import { isStillThere, mark } from "../../support/memory.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

/** Waits until the event loop has gone round. */
const nextJob = () => new Promise((resolve) => setTimeout(resolve, 5));

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
    await nextJob();
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
  using folder = tempFolder();
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

test("an abort that comes too late finds the operation completed", async () => {
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
});

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

test("close() ends the operations under way with a FileClosedError", async () => {
  const pipe = await overlappedPipe();
  const { server, client } = pipe;
  const reads = Array.from(
    { length: 20 },
    () => server.read(new Uint8Array(8)),
  );
  const failures = Promise.all(
    reads.map((read) => assertRejects(() => read, FileClosedError)),
  );
  await nextJob();
  const closing = server.close();
  await assertRejects(
    () => server.read(new Uint8Array(8)),
    FileClosedError,
    "has been closed",
  );
  await assertRejects(() => server.close(), FileClosedError);
  assertEquals(server.closed, false);
  await closing;
  assertEquals(server.closed, true);
  await failures;
  assertEquals(await client.read(new Uint8Array(8)), null);
  await server[Symbol.asyncDispose]();
  await client.close();
});

test("close() ends those that wait for their turn or for room, too", async () => {
  const pipe = await overlappedPipe({ limit: { operations: 2 } });
  const { server } = pipe;
  const reads = Array.from(
    { length: 10 },
    () => assertRejects(() => server.read(new Uint8Array(8)), FileClosedError),
  );
  await server.close();
  await Promise.all(reads);
  await pipe.client.close();

  for (const unbuffered of [false, true]) {
    using folder = tempFolder();
    const file = await open(folder.file("a"), {
      write: true,
      create: true,
      unbuffered,
    });
    const writes = Array.from(
      { length: 10 },
      () => file.write(new Uint8Array(1000)),
    );
    const closing = file.close();
    const outcomes = await Promise.allSettled(writes);
    await closing;
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") assertEquals(outcome.value, 1000);
      else {assert(
          outcome.reason instanceof FileClosedError,
          `${outcome.reason}`,
        );}
      // Those that come after one that was refused are refused as well.
      if (i > 0 && outcome.status === "fulfilled") {
        assertEquals(outcomes[i - 1]!.status, "fulfilled");
      }
    }
  }
});

test("await using closes a file with operations under way", async () => {
  const { server, client } = await overlappedPipe();
  let read: Promise<unknown>;
  {
    await using closed = server;
    read = assertRejects(
      () => closed.read(new Uint8Array(8)),
      FileClosedError,
    );
  }
  await read;
  await client.close();
});

test("an operation waits for room, and is aborted while it waits", async () => {
  await using pipe = await overlappedPipe({ limit: { operations: 1 } });
  const { server, client } = pipe;
  const first = server.read(new Uint8Array(4));
  const controller = new AbortController();
  const { signal } = controller;
  const second = server.read(new Uint8Array(4), { signal });
  const third = server.read(new Uint8Array(4));
  const fourth = assertRejects(
    () =>
      server.read(new Uint8Array(4), { signal: AbortSignal.abort("before") }),
  );
  // The first is under way: nothing has come.
  await fourth;
  controller.abort("waiting");
  assertEquals(await second.catch((reason) => reason), "waiting");
  await client.write(bytes("12345678"));
  assertEquals(await Promise.all([first, third]), [4, 4]);
});

test("reads of a pipe keep their order when they wait for room", async () => {
  await using pipe = await overlappedPipe({ limit: { operations: 3 } });
  const { server, client } = pipe;
  const buffers = Array.from({ length: 300 }, () => new Uint8Array(1));
  const rounds: Promise<unknown>[] = [];
  // Some are started at once, others by those that end.
  let next = 0;
  const read = async (): Promise<void> => {
    if (next === buffers.length) return;
    await server.read(buffers[next++]!);
    await Promise.resolve();
    await Promise.all([read(), read()]);
  };
  for (let i = 0; i < 10; i++) rounds.push(read());
  for (let i = 0; i < 300; i += 20) {
    await client.write(Uint8Array.from({ length: 20 }, (_, j) => i + j));
  }
  await Promise.all(rounds);
  assertEquals(buffers.map(([byte]) => byte), buffers.map((_, i) => i & 255));
});

test("a freed AlignedBuffer stays until the kernel has let go of it", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  const buffer = new AlignedBuffer(65_536);
  const { address } = buffer;
  mark(buffer.bytes);
  const read = assertRejects(() => server.read(buffer.bytes), TypeError);
  buffer.free();
  assertEquals(isStillThere(address), true);
  const sent = new Uint8Array(100);
  mark(sent);
  await client.write(sent);
  await read;
  assertEquals(isStillThere(address), false);
});

test("operations keep their file, though nobody else does", async () => {
  const pipe = await overlappedPipe();
  const { client } = pipe;
  const buffer = new Uint8Array(4);
  const read = ((server) => server.read(buffer))(pipe.server);
  Object.assign(pipe, { server: undefined });
  for (let i = 0; i < 5; i++) {
    await nextJob();
    collectGarbage();
  }
  await client.write(bytes("here"));
  assertEquals([await read, text(buffer)], [4, "here"]);
  await client.close();
});
