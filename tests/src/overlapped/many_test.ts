// Large numbers: what is left when all is done.

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { FileClosedError } from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { pooledMemory } from "../../../src/memory/pooled_memory.ts";
import { open } from "../../../src/open/open.ts";
import { assertNoHandleLeftBy } from "../../support/handles.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

test("close() ends 10,000 reads of a pipe at once", async () => {
  const count = 10_000;
  const limit = { operations: count };
  const { server, client } = await overlappedPipe({ limit });
  const reads = Array.from(
    { length: count },
    () => server.read(new Uint8Array(16)),
  );
  assertEquals(completionPort().pending, count);
  const [, ...outcomes] = await Promise.all([
    server.close(),
    ...reads.map((read) => read.catch((error) => error)),
  ]);
  assertEquals(outcomes.length, count);
  assert(outcomes.every((outcome) => outcome instanceof FileClosedError));
  assertEquals(completionPort().pending, 0);
  assert(pooledMemory() <= 2 ** 24, `${pooledMemory()} bytes are pooled`);
  await client.close();
});

test("1,000 files have an operation under way each", async () => {
  const count = 1000;
  using folder = tempFolder();
  await assertNoHandleLeftBy(async () => {
    const files = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        open(folder.file(`${i}`), {
          read: true,
          write: true,
          create: true,
          deleteOnClose: true,
        })),
    );
    const writes = files.map((file, i) =>
      file.write(new Uint8Array(100).fill(i), { at: 0 })
    );
    assertEquals(new Set(await Promise.all(writes)), new Set([100]));
    const buffers = files.map(() => new Uint8Array(100));
    await Promise.all(files.map((file, i) => file.read(buffers[i]!)));
    buffers.forEach((buffer, i) =>
      assert(buffer.every((byte) => byte === (i & 255)))
    );
    await Promise.all(files.map((file) => file.close()));
  }, { rounds: 2, most: count / 2 });
});

test("200 pipes with a read under way each are closed at once", async () => {
  await assertNoHandleLeftBy(async () => {
    const pipes = await Promise.all(
      Array.from({ length: 200 }, () => overlappedPipe()),
    );
    const reads = pipes.map(({ server }) =>
      server.read(new Uint8Array(1)).catch((error) => error)
    );
    await Promise.all(pipes.map(({ server }) => server.close()));
    for (const outcome of await Promise.all(reads)) {
      assert(outcome instanceof FileClosedError);
    }
    await Promise.all(pipes.map(({ client }) => client.close()));
  }, { rounds: 3, most: 200 });
});
