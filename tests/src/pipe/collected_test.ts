import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { connectPipe, listenPipe, type PipeListener } from "../../../mod.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { pipeName } from "../../support/pipes.ts";
import "../../support/windows_or_strict.ts";

/** Accepts a client, and drops its connection. */
async function acceptAndDrop(listener: PipeListener): Promise<void> {
  const connection = await listener.accept();
  await connection.write(new Uint8Array(1));
}

test("a connection that was dropped is closed, and makes room for another", async () => {
  const name = pipeName();
  const listener = listenPipe(name, { maxInstances: 1 });
  const first = await connectPipe(name);
  await acceptAndDrop(listener);
  let isConnected = false;
  const second = connectPipe(name, { timeout: 600_000 }).then((client) => {
    isConnected = true;
    return client;
  });
  while (!isConnected) {
    await nextJob();
    collectGarbage();
  }
  assertEquals(await first.read(new Uint8Array(2)), 1);
  assertEquals(await first.read(new Uint8Array(2)), null);
  await first.close();
  await (await second).close();
  await listener.close();
});

test("a connection with a read in flight is not collected", async () => {
  const name = pipeName();
  const listener = listenPipe(name);
  const client = await connectPipe(name);
  const read = (await listener.accept()).read(new Uint8Array(2));
  for (let i = 0; i < 5; i++) {
    await nextJob();
    collectGarbage();
  }
  await client.write(new Uint8Array(2));
  assertEquals(await read, 2);
  await client.close();
  await listener.close();
});
