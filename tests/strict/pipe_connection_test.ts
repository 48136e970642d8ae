// portable

import { inspect } from "node:util";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connectPipe,
  FileClosedError,
  listenPipe,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../mod.ts";
import { pipePair } from "../support/pipe_pair.ts";
import { assertSettles, turns } from "../support/event_loop.ts";
import { random } from "../support/random.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3, 4];
const NAME = "\\\\.\\pipe\\strict";

/** A message of some length, filled with its number. */
function message(number: number, length = 10): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(number);
}

async function symbolOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, Win32Error)).symbol;
}

strictTest("a connection is printed as its pipe and its state", async () => {
  await using ends = await pipePair(
    { mode: "message", direction: "out" },
    { direction: "in" },
  );
  const { client, server } = ends;
  const state = { path: client.path, closed: false, mode: "message" };
  const printed = { client: inspect(client), server: inspect(server) };
  assertEquals(printed, {
    client: `PipeConnection ${inspect({ ...state, direction: "in" })}`,
    server: `PipeConnection ${inspect({ ...state, direction: "out" })}`,
  });
  await client.close();
  assertEquals(inspect(client).includes("closed: true"), true);
});

strictTest("bytes of any length go both ways", async () => {
  await using ends = await pipePair({ bufferSize: 512 });
  const { client, server } = ends;
  const data = random(3).bytes(5000);
  for (const [from, to] of [[client, server], [server, client]] as const) {
    const got = new Uint8Array(data.length);
    await Promise.all([from.writeAll(data), to.readExactly(got)]);
    assertEquals(got, data);
  }
  const all = server.readAll();
  await client.writeAll(data);
  assertEquals(await client.write(new Uint8Array(0)), 0);
  await client.close();
  assertEquals(await all, data);
  assertEquals(await server.read(new Uint8Array(1)), null);
  assertEquals(await symbolOf(server.write(data)), "ERROR_NO_DATA");
}, SEEDS);

strictTest(
  "messages arrive as they were sent, empty ones and long ones too",
  async () => {
    await using ends = await pipePair({ mode: "message", bufferSize: 512 });
    const { client, server } = ends;
    const lengths = [0, 1, 4096, 0, 4097, 10_000, 65_536, 5];
    for (const [from, to] of [[client, server], [server, client]] as const) {
      const sent = lengths.map((length, i) => message(i, length));
      const writing = sent.map((each) => from.writeMessage(each));
      for (const each of sent) assertEquals(await to.readMessage(), each);
      await Promise.all(writing);
    }
    const gathered = client.writeGather([
      message(1, 3),
      message(2, 0),
      message(3, 2),
    ]);
    assertEquals(await server.readMessage(), Uint8Array.of(1, 1, 1, 3, 3));
    assertEquals(await gathered, 5);
    assertEquals(await client.writeGather([]), 0);
    assertEquals(await server.readMessage(), message(0, 0));
    assertEquals(await client.write(message(0, 0)), 0);
    assertEquals(await server.read(message(0)), 0);
    await client.close();
    assertEquals(await server.readMessage(), null);
  },
  SEEDS,
);

strictTest(
  "`messageComplete` is false while the rest of a message is to come",
  async () => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    assertEquals(server.messageComplete, true);
    await client.writeMessage(message(1, 5));
    await client.writeMessage(message(2, 4));
    const buffer = new Uint8Array(4);
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      seen.push([await server.read(buffer), server.messageComplete]);
    }
    assertEquals(seen, [[4, false], [1, true], [4, true]]);
    await client.writeMessage(message(3, 5));
    await server.read(buffer);
    // An aborted read does not change it.
    const signal = AbortSignal.abort(new Error("stop"));
    await assertRejects(() => server.read(buffer, { signal }), Error, "stop");
    assertEquals(server.messageComplete, false);
    assertEquals(await server.readMessage(), message(3, 1));
  },
  SEEDS,
);

strictTest(
  "a message that is too long is discarded, and the next one is read",
  async () => {
    await using ends = await pipePair({ mode: "message", bufferSize: 512 });
    const { client, server } = ends;
    for (const length of [11, 4096, 5000, 200_000]) {
      const writing = [
        client.writeMessage(message(1, length)),
        client.writeMessage(message(2, 10)),
      ];
      const error = await assertRejects(
        () => server.readMessage({ maxLength: 10 }),
        Win32Error,
        "longer than maxLength, 10 bytes",
      );
      assertEquals([error.symbol, error.path], [
        "ERROR_MORE_DATA",
        client.path,
      ]);
      assertEquals(server.messageComplete, true);
      assertEquals(await server.readMessage({ maxLength: 10 }), message(2, 10));
      await Promise.all(writing);
    }
  },
  SEEDS,
);

strictTest(
  "aborts at every point lose no byte of a message",
  async (_, seed) => {
    await using ends = await pipePair({ mode: "message", bufferSize: 512 });
    const { client, server } = ends;
    const { below } = random(seed);
    const sent = Array.from(
      { length: 30 },
      (_, i) => message(i, below(12_000)),
    );
    const writing = (async () => {
      for (const each of sent) {
        await client.writeMessage(each);
      }
    })();
    let aborts = 0;
    for (const each of sent) {
      for (;;) {
        const controller = new AbortController();
        const { signal } = controller;
        const read = server.readMessage({ signal });
        for (let i = below(4); i > 0; i--) await Promise.resolve();
        if (below(2) === 0) await turns();
        if (below(4) > 0) controller.abort("stop");
        const got = await read.catch((reason) => {
          assertEquals(reason, "stop");
          aborts++;
          return undefined;
        });
        if (got === undefined) continue;
        assertEquals(got?.length, each.length);
        assertEquals(got, each);
        break;
      }
    }
    await writing;
    assert(aborts > 0, "nothing was aborted");
  },
  SEEDS,
);

strictTest(
  "what an aborted `readMessage()` has read comes first in `read()`",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    await client.writeMessage(message(1, 5000));
    const controller = new AbortController();
    // The second part of the message is read when the signal is aborted.
    kernel.schedule.choose = ({ request }) => {
      if (request.kind !== "read") return undefined;
      controller.abort("stop");
      return "in call";
    };
    assertEquals(
      await server.readMessage({ signal: controller.signal })
        .catch((reason) => reason),
      "stop",
    );
    kernel.schedule.choose = undefined;
    const buffer = new Uint8Array(4000);
    assertEquals([await server.read(buffer), server.messageComplete], [
      4000,
      false,
    ]);
    assertEquals([await server.read(buffer), server.messageComplete], [
      96,
      false,
    ]);
    assertEquals([await server.read(buffer), server.messageComplete], [
      904,
      true,
    ]);
  },
);

strictTest(
  "an abort while a long message is discarded leaves the pipe in order",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message", bufferSize: 512 });
    const { client, server } = ends;
    const writing = [
      client.writeMessage(message(1, 300_000)),
      client.writeMessage(message(2)),
    ];
    const controller = new AbortController();
    let reads = 0;
    kernel.schedule.choose = ({ request }) => {
      if (request.kind === "read" && ++reads === 3) controller.abort("stop");
      return undefined;
    };
    const { signal } = controller;
    assertEquals(
      await server.readMessage({ maxLength: 10, signal }).catch((e) => e),
      "stop",
    );
    assertEquals(await symbolOf(server.readMessage()), "ERROR_MORE_DATA");
    assertEquals(await server.readMessage(), message(2));
    await Promise.all(writing);
  },
  SEEDS,
);

strictTest(
  "reads are in the order of the calls, and an aborted one in between takes nothing",
  async () => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    const controller = new AbortController();
    const reads = [
      server.readMessage(),
      server.readMessage({ signal: controller.signal }),
      server.readMessage(),
    ];
    const aborted = reads[1]!.catch((reason) => reason);
    controller.abort("stop");
    assertEquals(await aborted, "stop");
    await client.writeMessage(message(1));
    await client.writeMessage(message(2));
    assertEquals(await Promise.all([reads[0], reads[2]]), [
      message(1),
      message(2),
    ]);
  },
  SEEDS,
);

strictTest("a pipe that goes one way refuses the other", async () => {
  for (const direction of ["in", "out"] as const) {
    const other = direction === "in" ? "out" : "in";
    await using ends = await pipePair({ direction, mode: "message" }, {
      direction: other,
    });
    const { client, server } = ends;
    const [from, to] = direction === "in" ? [client, server] : [server, client];
    await from.writeMessage(message(4));
    assertEquals(await to.readMessage(), message(4));
    await assertRejects(
      () => to.write(message(1)),
      TypeError,
      'direction "in" and only reads',
    );
    await assertRejects(
      () => from.read(message(1)),
      TypeError,
      'direction "out" and only writes',
    );
    assertThrows(() => to.writable, TypeError);
    assertThrows(() => from.readable, TypeError);
  }
  const listener = listenPipe(NAME, { direction: "in" });
  assertEquals(await symbolOf(connectPipe(NAME)), "ERROR_ACCESS_DENIED");
  await listener.close();
});

strictTest("a pipe of bytes has no messages", async () => {
  await using ends = await pipePair();
  const { server } = ends;
  await assertRejects(() => server.readMessage(), TypeError, 'mode: "message"');
  await assertRejects(
    () => server.writeMessage(message(1)),
    TypeError,
    "carries bytes",
  );
});

strictTest("`close()` returns with everything pending", async () => {
  const ends = await pipePair({ bufferSize: 100 });
  await ends.listener.close();
  const { client, server } = ends;
  const pending = [
    server.read(message(0)),
    server.readExactly(message(0)),
    server.readAll(),
    server.write(message(1, 1000)),
    server.writeAll(message(1, 1000)),
    server.flush(),
  ].map((promise) => assertRejects(() => promise, FileClosedError));
  await turns();
  await server.close();
  await Promise.all(pending);
  await assertRejects(() => server.read(message(0)), FileClosedError);
  await assertRejects(() => server.flush(), FileClosedError);
  await assertRejects(() => server.close(), FileClosedError);
  for (
    const use of ["handle", "readable", "writable", "peerProcessId"] as const
  ) {
    assertThrows(() => server[use], FileClosedError);
  }
  assertThrows(() => server.disconnect(), FileClosedError);
  await client.close();
}, SEEDS);

strictTest(
  "`disconnect()` discards what the client has not read, `close()` does not",
  async () => {
    {
      await using ends = await pipePair();
      await ends.server.write(message(1));
      await ends.server.close();
      assertEquals(await ends.client.read(message(0)), 10);
      assertEquals(await ends.client.read(message(0)), null);
    }
    await using ends = await pipePair();
    const { client, server } = ends;
    await server.write(message(1));
    server.disconnect();
    assertEquals(
      await symbolOf(client.read(message(0))),
      "ERROR_PIPE_NOT_CONNECTED",
    );
    assertEquals(
      await symbolOf(client.write(message(0))),
      "ERROR_PIPE_NOT_CONNECTED",
    );
    assertEquals(
      await symbolOf(server.read(message(0))),
      "ERROR_PIPE_NOT_CONNECTED",
    );
    assertThrows(() => client.disconnect(), TypeError, "use close()");
  },
  SEEDS,
);

strictTest(
  "`flush()` waits for the client, and never for the threads of files",
  async () => {
    const listener = listenPipe(NAME);
    const all = [];
    for (let i = 0; i < 4; i++) {
      const client = await connectPipe(NAME, { timeout: 10_000 });
      const server = await listener.accept();
      await server.write(message(i));
      all.push({ client, server, flushed: server.flush() });
    }
    await listener.close();
    await turns();
    for (const { client, server, flushed } of all) {
      assertEquals(await client.read(message(0)), 10);
      await assertSettles(flushed);
      await flushed;
      await client.close();
      await server.close();
    }
  },
  SEEDS,
);

strictTest("`readExactly()` says how far it came", async () => {
  await using ends = await pipePair();
  const { client, server } = ends;
  await client.write(message(6, 3));
  await client.close();
  const buffer = message(0);
  const error = await assertRejects(
    () => server.readExactly(buffer),
    UnexpectedEndOfFileError,
  );
  assertEquals([error.bytesTransferred, buffer[2], buffer[3]], [3, 6, 0]);
});
