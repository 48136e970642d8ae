// Closing: what becomes of operations in flight, and of their memory.

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AlignedBuffer, FileClosedError, open } from "../../../mod.ts";
import { turns } from "../../support/event_loop.ts";
import { collectGarbage } from "../../support/garbage.ts";
import { isStillThere, mark } from "../../support/memory.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

test("close() ends the operations in flight with a FileClosedError", async () => {
  const pipe = await overlappedPipe();
  const { server, client } = pipe;
  const reads = Array.from(
    { length: 20 },
    () => server.read(new Uint8Array(8)),
  );
  const failures = Promise.all(
    reads.map((read) => assertRejects(() => read, FileClosedError)),
  );
  await turns();
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

test("close() ends operations that wait for their turn or for room, too", async () => {
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
    using folder = kernelFolder();
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

test("await using closes a file with operations in flight", async () => {
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

test(
  "a freed AlignedBuffer stays until the kernel has ended with it",
  OF_WINDOWS,
  async () => {
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
  },
);

test("operations keep their file, though the program does not", async () => {
  const pipe = await overlappedPipe();
  const { client } = pipe;
  const buffer = new Uint8Array(4);
  const read = ((server) => server.read(buffer))(pipe.server);
  Object.assign(pipe, { server: undefined });
  for (let i = 0; i < 5; i++) {
    await turns();
    collectGarbage();
  }
  await client.write(bytes("here"));
  assertEquals([await read, text(buffer)], [4, "here"]);
  await client.close();
});
