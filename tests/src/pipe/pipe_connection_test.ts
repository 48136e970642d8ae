// Pipes between the ends of one process. Other processes: tests/host/pipes_test.ts.

import { Buffer } from "node:buffer";
import process from "node:process";
import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  connectPipe,
  FileClosedError,
  listenPipe,
  open,
  openSync,
  type PipeConnection,
  type PipeListener,
  Win32Error,
} from "../../../mod.ts";
import { assertNoHandleLeftBy } from "../../support/handles.ts";
import { pipePair } from "../../support/pipe_pair.ts";
import { pipeName } from "../../support/pipes.ts";
import { random } from "../../support/random.ts";

/** Answers each message with itself, until the client leaves. */
async function echo(connection: PipeConnection): Promise<void> {
  await using client = connection;
  for (let message; (message = await client.readMessage()) !== null;) {
    await client.writeMessage(message);
  }
}

/** Serves a listener until it is closed. */
async function serve(listener: PipeListener): Promise<void> {
  for await (const connection of listener) {
    echo(connection).catch((error) => console.error(String(error)));
  }
}

test("bytes of all lengths go both ways at once", async () => {
  await using ends = await pipePair();
  const { client, server } = ends;
  const data = random(5).bytes(300_000);
  const got = [new Uint8Array(data.length), new Uint8Array(data.length)];
  const native = new AlignedBuffer(data.length);
  native.bytes.set(data);
  await Promise.all([
    client.writeAll(data),
    server.writeAll(native.bytes),
    server.readExactly(got[0]!),
    client.readExactly(got[1]!),
  ]);
  assertEquals(Buffer.compare(got[0]!, data), 0);
  assertEquals(Buffer.compare(got[1]!, data), 0);
});

test("messages of all lengths stay what they were", async () => {
  await using ends = await pipePair({ mode: "message" });
  const { client, server } = ends;
  const { bytes } = random(9);
  const sent = [0, 1, 4095, 4096, 4097, 0, 65_536, 300_000, 2].map((length) =>
    bytes(length)
  );
  const writing = (async () => {
    for (const message of sent) await client.writeMessage(message);
  })();
  for (const message of sent) {
    const got = await server.readMessage({ maxLength: 2 ** 20 });
    assertEquals(Buffer.compare(got!, message), 0);
  }
  await writing;
});

test("a message that is too long is discarded, and the next one is read", async () => {
  await using ends = await pipePair({ mode: "message" });
  const { client, server } = ends;
  for (const length of [11, 5000, 200_000]) {
    const writing = client.writeMessage(new Uint8Array(length));
    const error = await assertRejects(
      () => server.readMessage({ maxLength: 10 }),
      Win32Error,
    );
    assertEquals(error.symbol, "ERROR_MORE_DATA");
    await writing;
    await client.writeMessage(Uint8Array.of(length % 7));
    assertEquals(await server.readMessage(), Uint8Array.of(length % 7));
  }
});

test("`messageComplete` knows the end of a message without being asked", async () => {
  await using ends = await pipePair({ mode: "message" });
  const { client, server } = ends;
  await server.writeMessage(new Uint8Array(8));
  await server.writeMessage(new Uint8Array(4));
  const buffer = new Uint8Array(4);
  const seen = [];
  for (let i = 0; i < 3; i++) {
    await client.read(buffer);
    seen.push(client.messageComplete);
  }
  // The first message is of two buffers, so that only the system knows.
  assertEquals(seen, [false, true, true]);
});

test("aborts at many points lose no message", async () => {
  await using ends = await pipePair({ mode: "message", bufferSize: 4096 });
  const { client, server } = ends;
  const { below } = random(11);
  const sent = Array.from(
    { length: 60 },
    (_, i) => new Uint8Array(below(20_000)).fill(i),
  );
  const writing = (async () => {
    for (const message of sent) {
      if (below(3) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await client.writeMessage(message);
    }
  })();
  let aborts = 0;
  for (const message of sent) {
    for (;;) {
      const controller = new AbortController();
      const read = server.readMessage({ signal: controller.signal });
      const turns = below(3);
      for (let i = 0; i < turns; i++) await Promise.resolve();
      if (below(2) === 0) controller.abort("stop");
      const got = await read.catch((reason) => assertEquals(reason, "stop"));
      if (got === undefined) {
        aborts++;
        continue;
      }
      assertEquals(Buffer.compare(got!, message), 0);
      break;
    }
  }
  await writing;
  assert(aborts > 0);
});

test("200 clients at once are all served", async () => {
  const name = pipeName();
  const listener = listenPipe(name, { mode: "message" });
  const serving = serve(listener);
  const ask = async (number: number) => {
    await using client = await connectPipe(name, { timeout: 600_000 });
    for (let round = 0; round < 3; round++) {
      const question = Uint8Array.of(number & 0xFF, number >> 8, round);
      await client.writeMessage(question);
      assertEquals(await client.readMessage(), question);
    }
  };
  await Promise.all(Array.from({ length: 200 }, (_, i) => ask(i)));
  await listener.close();
  await serving;
});

test("1,000 clients one after the other find the name each time", async () => {
  // At the limit of one, each waits until the one before has been seen off.
  for (const [maxInstances, clients] of [[Infinity, 900], [1, 100]]) {
    const name = pipeName();
    const listener = listenPipe(name, { mode: "message", maxInstances });
    const serving = serve(listener);
    for (let i = 0; i < clients!; i++) {
      // Without `wait`: an absent name would fail at once.
      const client = await connectPipe(name, { timeout: 600_000 });
      await client.writeMessage(Uint8Array.of(i & 0xFF));
      assertEquals(await client.readMessage(), Uint8Array.of(i & 0xFF));
      await client.close();
    }
    await listener.close();
    await serving;
  }
});

test("a listener and its connections leave no handle behind", async () => {
  await assertNoHandleLeftBy(async () => {
    const ends = await pipePair({ mode: "message", maxInstances: 2 });
    assertThrows(
      () => listenPipe(ends.listener.path, { mode: "byte" }),
      Win32Error,
    );
    await ends.client.writeMessage(new Uint8Array(10));
    await ends[Symbol.asyncDispose]();
  }, { rounds: 50, most: 25 });
});

for (const first of ["server", "client"] as const) {
  test(`\`close()\` of the ${first} returns with everything pending at both ends`, async () => {
    const large = new Uint8Array(2 ** 20);
    const pairs = [await pipePair(), await pipePair({ mode: "message" })];
    const second = first === "server" ? "client" : "server";
    const [writing, reading] = pairs.map((pair) => pair[first]);
    const [writingPeer, readingPeer] = pairs.map((pair) => pair[second]);
    const pending = [
      pairs[0]!.listener.accept(),
      writing!.write(large),
      writing!.writeAll(large),
      reading!.readMessage(),
      reading!.read(large),
      reading!.readAll(),
    ].map((promise) => promise.then(() => undefined, (error) => error));
    // These may end as the peer is closed, or as the writes before are cancelled.
    const others = Promise.allSettled([
      writing!.flush(),
      writingPeer!.write(large),
      readingPeer!.readExactly(large),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const pair of pairs) {
      await Promise.all([pair.listener.close(), pair[first].close()]);
    }
    const errors = await Promise.all(pending);
    assert(
      errors.every((error) => error instanceof FileClosedError),
      errors.join("\n"),
    );
    for (const pair of pairs) await pair[second].close();
    await others;
  });
}

test("flushes of clients that never read end with `close()`, and others wait in line", async () => {
  const name = pipeName();
  const listener = listenPipe(name);
  const all = [];
  for (let i = 0; i < 5; i++) {
    const client = await connectPipe(name, { timeout: 600_000 });
    const server = await listener.accept();
    await server.write(Uint8Array.of(i));
    all.push({ client, server, flushed: server.flush() });
  }
  const polite = all.pop()!;
  assertEquals(await polite.client.read(new Uint8Array(2)), 1);
  for (const { client, server, flushed } of all) {
    const rejected = assertRejects(() => flushed, FileClosedError);
    await server.close();
    await rejected;
    await client.close();
  }
  await polite.flushed;
  await polite.client.close();
  await polite.server.close();
  await listener.close();
});

test("`disconnect()` cuts off a client that never reads", async () => {
  await using ends = await pipePair();
  const { client, server } = ends;
  const writing = assertRejects(
    () => server.writeAll(new Uint8Array(2 ** 20)),
    Win32Error,
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.disconnect();
  await writing;
  const error = await assertRejects(
    () => client.read(new Uint8Array(4)),
    Win32Error,
  );
  assertEquals(error.symbol, "ERROR_PIPE_NOT_CONNECTED");
});

test("both ends know the process of the other", async () => {
  await using ends = await pipePair();
  assertEquals(ends.client.peerProcessId, process.pid);
  assertEquals(ends.server.peerProcessId, process.pid);
});

test("a server of the same user is trusted, for each kind of access", async () => {
  for (
    const allow of [
      "current-user",
      "everyone",
      { sddl: "D:P(A;;FA;;;WD)" },
    ] as const
  ) {
    await using _ends = await pipePair({ allow }, { server: "current-user" });
  }
});

test("a second server of a name gets EADDRINUSE", async () => {
  await using ends = await pipePair();
  const error = assertThrows(() => listenPipe(ends.listener.path), Win32Error);
  assertEquals(error.code, "EADDRINUSE");
});

test("an absent server fails at once, or is waited for", async () => {
  const name = pipeName();
  const error = await assertRejects(() => connectPipe(name), Win32Error);
  assertEquals([error.symbol, error.code], ["ERROR_FILE_NOT_FOUND", "ENOENT"]);
  const second = await assertRejects(
    () => connectPipe(name, { wait: true, timeout: 30 }),
    Win32Error,
  );
  assertEquals([second.symbol, second.code], ["ERROR_TIMEOUT", "ETIMEDOUT"]);
  const connected = connectPipe(name, { wait: true });
  await new Promise((resolve) => setTimeout(resolve, 30));
  await using _listener = listenPipe(name);
  await (await connected).close();
});

test("the streams of a connection carry an RPC, and leave it open", async () => {
  await using ends = await pipePair();
  const { client, server } = ends;
  const serving = server.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(
      new TransformStream<string, string>({
        transform: (text, controller) => controller.enqueue(text.toUpperCase()),
      }),
    )
    .pipeThrough(new TextEncoderStream())
    .pipeTo(server.writable);
  const writer = client.writable.getWriter();
  const reader = client.readable.pipeThrough(new TextDecoderStream())
    .getReader();
  for (const word of ["one", "two", "three"]) {
    await writer.write(new TextEncoder().encode(word));
    assertEquals((await reader.read()).value, word.toUpperCase());
  }
  await writer.close();
  assertEquals([client.closed, server.closed], [false, false]);
  await reader.cancel();
  await client.close();
  await serving;
  assertEquals(server.closed, false);
});

test("files of both kinds send a message of no bytes, and one for a list of buffers", async () => {
  const name = pipeName();
  await using listener = listenPipe(name, { mode: "message" });
  const list = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  {
    await using client = await open(name, { read: true, write: true });
    await using server = await listener.accept();
    assertEquals(await client.write(new Uint8Array(0)), 0);
    assertEquals(await client.writeGather(list), 3);
    assertEquals(await client.writeGather([]), 0);
    assertEquals(await server.readMessage(), new Uint8Array(0));
    assertEquals(await server.readMessage(), Uint8Array.of(1, 2, 3));
    assertEquals(await server.readMessage(), new Uint8Array(0));
  }
  await (await connectPipe(name, { timeout: 600_000 })).close();
  await (await listener.accept()).close();
  using client = openSync(name, { read: true, write: true });
  await using server = await listener.accept();
  assertEquals(client.write(new Uint8Array(0)), 0);
  assertEquals(client.writeGather(list), 3);
  assertEquals(await server.readMessage(), new Uint8Array(0));
  assertEquals(await server.readMessage(), Uint8Array.of(1, 2, 3));
});
