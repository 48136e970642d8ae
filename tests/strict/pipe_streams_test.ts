// portable

import { assertEquals } from "@std/assert";
import { turns } from "../support/event_loop.ts";
import { pipePair } from "../support/pipe_pair.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3, 4];

/** A message of some length, filled with its number. */
function message(number: number, length = 10): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(number);
}

strictTest(
  "streams go both ways, and neither closes the other or the connection",
  async () => {
    await using ends = await pipePair({ bufferSize: 512 });
    const { client, server } = ends;
    const serving = server.readable.pipeTo(server.writable);
    const writer = client.writable.getWriter();
    const reader = client.readable.getReader();
    for (let i = 1; i < 5; i++) {
      const written = writer.write(message(i, 700));
      for (let left = 700; left > 0;) {
        left -= (await reader.read()).value!.length;
      }
      await written;
    }
    await writer.close();
    await reader.cancel();
    reader.releaseLock();
    assertEquals(client.closed, false);
    await client.writeAll(message(9));
    const buffer = message(0);
    await client.readExactly(buffer);
    assertEquals(buffer, message(9));
    await client.close();
    await serving;
    assertEquals(server.closed, false);
  },
  SEEDS,
);

strictTest(
  "each chunk of a stream is a message, also one without bytes",
  async () => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    const writer = client.writable.getWriter();
    for (const length of [3, 0, 5000]) {
      await writer.write(
        message(length % 7, length),
      );
    }
    for (const length of [3, 0, 5000]) {
      assertEquals((await server.readMessage())!.length, length);
    }
    // A stream of bytes has no chunks without bytes.
    for (const length of [3, 0, 2]) {
      await client.writeMessage(message(7, length));
    }
    const reader = server.readable.getReader();
    assertEquals((await reader.read()).value, message(7, 3));
    assertEquals((await reader.read()).value, message(7, 2));
  },
  SEEDS,
);

strictTest(
  "a stream ends with its signal, and the next one goes on",
  async () => {
    await using ends = await pipePair();
    const { client, server } = ends;
    const controller = new AbortController();
    const reader = server.createReadable({ signal: controller.signal })
      .getReader();
    const read = reader.read();
    controller.abort("stop");
    assertEquals(await read.catch((reason) => reason), "stop");
    await client.write(message(2));
    const next = server.createReadable({ chunkSize: 4 }).getReader();
    assertEquals((await next.read()).value, message(2, 4));
    // The read that was cancelled has taken nothing.
    const cancelled = client.createReadable().getReader();
    const pending = cancelled.read();
    await turns();
    await cancelled.cancel();
    assertEquals(await pending, { done: true, value: undefined });
    await server.write(message(5));
    assertEquals(await client.read(message(0)), 10);
    const stop = new AbortController();
    const writer = server.createWritable({ signal: stop.signal }).getWriter();
    writer.closed.catch(() => {});
    stop.abort("no more");
    const written = writer.write(message(3));
    assertEquals(await written.catch((reason) => reason), "no more");
    const other = new AbortController();
    const full = server.createWritable({ signal: other.signal }).getWriter();
    full.closed.catch(() => {});
    const waits = full.write(message(4, 2 ** 20));
    await turns();
    other.abort("no room");
    assertEquals(await waits.catch((reason) => reason), "no room");
  },
  SEEDS,
);
