// portable

import { inspect } from "node:util";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  connectPipe,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_PIPE_NOT_CONNECTED,
  FileClosedError,
  listenPipe,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../mod.ts";
import { kernel32, PIPE_NOWAIT, PIPE_READMODE_MESSAGE } from "../../src/raw.ts";
import { pooledMemory } from "../../src/memory/pooled_memory.ts";
import { pipePair } from "../support/pipe_pair.ts";
import { assertSettles, turns } from "../support/event_loop.ts";
import { collectGarbage, nextJob } from "../support/garbage.ts";
import { random } from "../support/random.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { failFunction } from "../support/strict_kernel/replaced.ts";
import {
  STATUS_CANCELLED,
  STATUS_PIPE_BROKEN,
} from "../support/strict_kernel/status.ts";

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
  for (const mode of ["byte", "message"] as const) {
    await using ends = await pipePair(
      { mode, direction: "out" },
      { direction: "in" },
    );
    const { client, server } = ends;
    const state = { path: client.path, closed: false, mode };
    const printed = { client: inspect(client), server: inspect(server) };
    assertEquals(printed, {
      client: `PipeConnection ${inspect({ ...state, direction: "in" })}`,
      server: `PipeConnection ${inspect({ ...state, direction: "out" })}`,
    });
    await client.close();
    assertEquals(inspect(client).includes("closed: true"), true);
  }
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
    const unused = pooledMemory();
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
    assertEquals(pooledMemory(), unused);
  },
  SEEDS,
);

strictTest(
  "`messageComplete` is false while the rest of a message is to come",
  async (kernel) => {
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
    const controller = new AbortController();
    kernel.io.whenStarted = (operation) => operation.instead = () => undefined;
    const read = server.read(buffer, { signal: controller.signal });
    const aborted = assertRejects(() => read, Error, "stop");
    await turns();
    controller.abort(new Error("stop"));
    await aborted;
    kernel.io.whenStarted = undefined;
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
    const unused = pooledMemory();
    for (const length of [11, 4096, 5000, 200_000]) {
      const writing = [
        client.writeMessage(message(1, length)),
        client.writeMessage(message(2, 10)),
      ];
      const error = await assertRejects(
        () => server.readMessage({ maxLength: 10 }),
        Win32Error,
        "A message was longer than maxLength, 10 bytes, and has been discarded: the next one can be read.",
      );
      assertEquals([error.symbol, error.syscall, error.path], [
        "ERROR_MORE_DATA",
        "ReadFile",
        client.path,
      ]);
      assertEquals(server.messageComplete, true);
      assertEquals(await server.readMessage({ maxLength: 10 }), message(2, 10));
      await Promise.all(writing);
    }
    assertEquals(pooledMemory(), unused);
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
    for (
      const [count, isComplete] of [[4000, false], [96, false], [904, true]]
    ) {
      const buffer = new Uint8Array(4000);
      assertEquals(await server.read(buffer), count);
      assertEquals(buffer, message(1, 4000).fill(0, count as number));
      assertEquals(server.messageComplete, isComplete);
    }
  },
);

strictTest(
  "what an aborted `readMessage()` has read, and `read()` has not taken, comes first in the next one",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    const sent = random(5).bytes(5000);
    await client.writeMessage(sent);
    const controller = new AbortController();
    kernel.schedule.choose = ({ request }) => {
      if (request.kind !== "read") return undefined;
      controller.abort("stop");
      return "in call";
    };
    const { signal } = controller;
    const aborted = await server.readMessage({ signal }).catch((e) => e);
    assertEquals(aborted, "stop");
    kernel.schedule.choose = undefined;
    const buffer = new Uint8Array(100);
    assertEquals(await server.read(buffer), 100);
    assertEquals(buffer, sent.subarray(0, 100));
    assertEquals(
      await server.readMessage({ maxLength: 4900 }),
      sent.slice(100),
    );
  },
);

strictTest(
  "a `read()` whose memory has gone takes nothing of what an aborted `readMessage()` has read",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    const sent = random(5).bytes(5000);
    await client.writeMessage(sent);
    const controller = new AbortController();
    kernel.schedule.choose = ({ request }) => {
      if (request.kind !== "read") return undefined;
      controller.abort("stop");
      return "in call";
    };
    const { signal } = controller;
    const aborted = server.readMessage({ signal }).catch((e) => e);
    const buffer = new Uint8Array(100);
    const read = server.read(buffer);
    structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
    assertEquals(await aborted, "stop");
    kernel.schedule.choose = undefined;
    await assertRejects(
      () => read,
      TypeError,
      "buffer is a view of a detached",
    );
    assertEquals(await server.readMessage(), sent);
  },
);

strictTest(
  "`readMessage()` reads a message in fewer parts after one as long",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    let reads = 0;
    kernel.io.whenStarted = ({ request }) => {
      if (request.kind === "read") reads++;
    };
    const counts: number[] = [];
    for (const length of [10, 5000, 5000, 65_536, 65_536]) {
      reads = 0;
      const written = client.writeMessage(message(1, length));
      assertEquals(await server.readMessage(), message(1, length));
      await written;
      counts.push(reads);
    }
    // 4 KiB at first, and the next power of two behind what has come.
    assertEquals(counts, [1, 2, 1, 8, 1]);
  },
);

strictTest(
  "an abort while a long message is discarded leaves the pipe in order",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message", bufferSize: 512 });
    const { client, server } = ends;
    const rests = [
      // The rest is short enough, and is discarded all the same.
      () => server.readMessage({ maxLength: 2 ** 20 }),
      () => server.read(message(0)),
    ];
    for (const readRest of rests) {
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
      const error = await assertRejects(
        readRest,
        Win32Error,
        "longer than maxLength, 10 bytes",
      );
      assertEquals(error.symbol, "ERROR_MORE_DATA");
      assertEquals(await server.readMessage(), message(2));
      await Promise.all(writing);
    }
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
    const bytes = message(1);
    const calls: Record<string, () => unknown> = {
      write: () => to.write(bytes),
      writeAll: () => to.writeAll(bytes),
      writeGather: () => to.writeGather([bytes]),
      writeMessage: () => to.writeMessage(bytes),
      createWritable: () => to.createWritable(),
      read: () => from.read(bytes),
      readExactly: () => from.readExactly(bytes),
      readAll: () => from.readAll(),
      readMessage: () => from.readMessage(),
      createReadable: () => from.createReadable(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const has = /writ/i.test(name)
        ? `'${to.path}' has direction "in" and only reads`
        : `'${from.path}' has direction "out" and only writes`;
      await assertRejects(
        async () => await call(),
        TypeError,
        `${name}() needs another direction: this end of ${has}`,
      );
    }
    assertThrows(() => to.writable, TypeError);
    assertThrows(() => from.readable, TypeError);
  }
  const listener = listenPipe(NAME, { direction: "in" });
  assertEquals(await symbolOf(connectPipe(NAME)), "ERROR_ACCESS_DENIED");
  await listener.close();
});

strictTest("a pipe of bytes has no messages", async () => {
  await using ends = await pipePair();
  for (const end of [ends.server, ends.client]) {
    await assertRejects(
      () => end.readMessage(),
      TypeError,
      "readMessage() is for pipes of messages, and ",
    );
    await assertRejects(
      () => end.writeMessage(message(1)),
      TypeError,
      `writeMessage() is for pipes of messages, and '${end.path}' carries bytes: have the server listen with mode: "message"`,
    );
  }
});

strictTest(
  "reads that go on go on across messages, empty ones too",
  async () => {
    const ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    await ends.listener.close();
    for (const [from, to] of [[client, server], [server, client]] as const) {
      const lengths = [3, 0, 2, 0];
      for (const length of lengths) await from.writeMessage(message(7, length));
      const buffer = message(0, 5);
      await to.readExactly(buffer);
      assertEquals(buffer, message(7, 5));
      assertEquals(await to.readMessage(), message(7, 0));
    }
    for (const length of [0, 4]) await client.writeMessage(message(8, length));
    await client.close();
    assertEquals(await server.readAll(), message(8, 4));
    await server.close();
  },
);

strictTest(
  "nothing is no message of a pipe of bytes, and makes no call",
  async () => {
    await using ends = await pipePair();
    const { client, server } = ends;
    {
      using _ = failFunction("WriteFile", ERROR_NO_SYSTEM_RESOURCES);
      assertEquals(await client.write(message(1, 0)), 0);
      assertEquals(await client.writeGather([]), 0);
      assertEquals(await client.writeGather([message(1, 0), message(1, 0)]), 0);
      await client.writeAll(message(1, 0));
      assertEquals(await server.read(message(1, 0)), 0);
    }
    assertEquals(await client.writeGather([message(1, 2), message(2, 1)]), 3);
    const buffer = message(0, 3);
    await server.readExactly(buffer);
    assertEquals(buffer, Uint8Array.of(1, 1, 2));
  },
);

strictTest(
  "a connection that is closed refuses all, and names what was called",
  async () => {
    const ends = await pipePair({ mode: "message" });
    const { listener, client, server } = ends;
    assertEquals([client.closed, listener.closed], [false, false]);
    await ends[Symbol.asyncDispose]();
    assertEquals([client.closed, listener.closed], [true, true]);
    const bytes = message(1);
    const calls: Record<string, () => unknown> = {
      "get handle": () => client.handle,
      "get peerProcessId": () => client.peerProcessId,
      read: () => client.read(bytes),
      readExactly: () => client.readExactly(bytes),
      readAll: () => client.readAll(),
      readMessage: () => client.readMessage(),
      write: () => client.write(bytes),
      writeAll: () => client.writeAll(bytes),
      writeGather: () => client.writeGather([bytes]),
      writeMessage: () => client.writeMessage(bytes),
      createReadable: () => client.createReadable(),
      createWritable: () => client.createWritable(),
      flush: () => client.flush(),
      disconnect: () => server.disconnect(),
      close: () => client.close(),
      accept: () => listener.accept(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await assertRejects(
        async () => await call(),
        FileClosedError,
        `${name}() needs an open file, and '${client.path}' has been closed`,
      );
      assertEquals(error.path, client.path);
    }
    await assertRejects(
      () => listener.close(),
      FileClosedError,
      "close() needs an open file",
    );
  },
);

/** Connects two ends, and drops them and the listener. */
async function connectAndDrop(): Promise<void> {
  const { listener, client } = await pipePair();
  await client.write(message(1));
  await listener.close();
}

strictTest(
  "both ends of a pipe are closed when they have been dropped, and the port with them",
  async (kernel) => {
    const handles = () => [...kernel.handles.entries()].length;
    const before = handles();
    await connectAndDrop();
    assert(handles() > before);
    for (let i = 0; i < 1000 && handles() > before; i++) {
      await nextJob();
      collectGarbage();
    }
    assertEquals(handles(), before);
  },
);

strictTest("a message is not divided, be it that memory is short", async () => {
  const ends = await pipePair({ mode: "message", bufferSize: 2 ** 20 });
  await ends.listener.close();
  const { client, server } = ends;
  using memory = new AlignedBuffer(2 ** 30 + 1);
  const largest = 2 ** 16;
  {
    using _ = failFunction(
      "WriteFile",
      ERROR_NO_SYSTEM_RESOURCES,
      (...[, , length]) => Number(BigInt.asUintN(32, length!)) > largest,
    );
    for (const end of [client, server]) {
      for (const length of [2 * largest, 2 ** 30]) {
        assertEquals(
          await symbolOf(end.writeMessage(memory.bytes.subarray(0, length))),
          "ERROR_NO_SYSTEM_RESOURCES",
        );
      }
      await end.writeMessage(message(2));
    }
  }
  for (const end of [client, server]) {
    assertEquals(await end.readMessage(), message(2));
    await assertRejects(
      () => end.writeMessage(memory.bytes),
      RangeError,
      "A message must have at most 1073741824 bytes: got 1073741825",
    );
  }
  await client.close();
  await server.close();
});

strictTest("a message that was written in part is an error", async (kernel) => {
  await using ends = await pipePair({ mode: "message", bufferSize: 100 });
  const { client, path } = { client: ends.client, path: ends.listener.path };
  const controller = new AbortController();
  const { signal } = controller;
  kernel.schedule.choose = () => "later";
  kernel.io.whenStarted = (operation) => {
    if (operation.request.kind !== "write") return;
    operation.instead = () => {
      controller.abort("stop");
      return { status: STATUS_CANCELLED, count: 3 };
    };
  };
  assertEquals(
    await client.writeMessage(message(1), { signal }).catch((reason) => reason),
    "stop",
  );
  kernel.io.whenStarted = undefined;
  // As of a pipe that does not block, and has no room left.
  const mode = Uint32Array.of(PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
  kernel32.SetNamedPipeHandleState(client.handle, mode, null, null);
  const error = await assertRejects(
    () => client.writeMessage(message(1, 101)),
    Win32Error,
  );
  const { symbol, syscall, bytesTransferred } = error;
  assertEquals([symbol, syscall, error.path, bytesTransferred], [
    "ERROR_NO_DATA",
    "WriteFile",
    path,
    0,
  ]);
});

strictTest(
  "a message whose rest does not come is an error, and then the pipe is at its end",
  async (kernel) => {
    await using ends = await pipePair({ mode: "message" });
    const { client, server } = ends;
    await client.writeMessage(message(1, 5000));
    let reads = 0;
    kernel.io.whenStarted = (operation) => {
      if (operation.request.kind !== "read" || ++reads < 2) return;
      operation.instead = () => ({ status: STATUS_PIPE_BROKEN, count: 0 });
    };
    const error = await assertRejects(
      () => server.readMessage(),
      Win32Error,
      "The pipe ended in the middle of a message.",
    );
    const { symbol, syscall, path, bytesTransferred } = error;
    assertEquals([symbol, syscall, path, bytesTransferred], [
      "ERROR_BROKEN_PIPE",
      "ReadFile",
      server.path,
      4096,
    ]);
    assertEquals(await server.readMessage(), null);
  },
);

strictTest(
  "what the system does not know of an end names the function",
  async () => {
    await using ends = await pipePair();
    const { client, server } = ends;
    const failed = (run: () => unknown) => {
      const { syscall, symbol, path } = assertThrows(run, Win32Error);
      return [syscall, symbol, path];
    };
    const { path } = server;
    const expected = (syscall: string) => [
      syscall,
      "ERROR_PIPE_NOT_CONNECTED",
      path,
    ];
    server.disconnect();
    assertEquals(
      failed(() => server.disconnect()),
      expected("DisconnectNamedPipe"),
    );
    assertEquals(
      failed(() => server.peerProcessId),
      expected("GetNamedPipeClientProcessId"),
    );
    using _ = failFunction(
      "GetNamedPipeServerProcessId",
      ERROR_PIPE_NOT_CONNECTED,
    );
    assertEquals(
      failed(() => client.peerProcessId),
      expected("GetNamedPipeServerProcessId"),
    );
  },
);

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
  ].map((promise) => assertRejects(() => promise, FileClosedError));
  const flush = () => server.flush();
  pending.push(assertRejects(flush, FileClosedError, "flush() needs an open"));
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
    assertThrows(
      () => client.disconnect(),
      TypeError,
      `disconnect() is for the server's end, and this is a client's of '${client.path}': use close()`,
    );
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
