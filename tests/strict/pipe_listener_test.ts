// portable

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connectPipe,
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_HANDLE,
  ERROR_NO_DATA,
  FileClosedError,
  listenPipe,
  openSync,
  type PipeConnection,
  type PipeListener,
  Win32Error,
} from "../../mod.ts";
import { kernel32 } from "../../src/raw.ts";
import { assertSettles, turns } from "../support/event_loop.ts";
import { fail } from "../support/strict_kernel/failure.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import type { PipeName } from "../support/strict_kernel/pipe_name.ts";
import {
  FOREIGN_PROCESS,
  THIS_PROCESS,
} from "../support/strict_kernel/process.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3, 4];
const NAME = "\\\\.\\pipe\\strict";

/** The code that an attempt to open the name fails with; "" if it succeeds. */
function openCode(): string {
  try {
    openSync(NAME, { read: true, write: true }).close();
    return "";
  } catch (error) {
    return (error as Win32Error).symbol;
  }
}

/** Notes the instances that are created, and the address of their SECURITY_ATTRIBUTES, until it is disposed of. */
function createdInstances(): Disposable & {
  readonly instances: unknown[];
  readonly security: bigint[];
} {
  const instances: unknown[] = [];
  const security: bigint[] = [];
  const replaced = replaceFunction(
    "CreateNamedPipeW",
    (original) => (kernel, ...words) => {
      security.push(words[7]!);
      const instance = original(kernel, ...words);
      instances.push(instance);
      return instance;
    },
  );
  return { ...replaced, instances, security };
}

async function closeAll(
  ...ends: (PipeConnection | PipeListener)[]
): Promise<void> {
  for (const end of ends) await end[Symbol.asyncDispose]();
}

strictTest(
  "`accept()` returns clients in the order in which they came",
  async () => {
    const listener = listenPipe(NAME, { mode: "message" });
    const clients: PipeConnection[] = [];
    for (let i = 0; i < 5; i++) {
      const client = await connectPipe(NAME, { timeout: 10_000 });
      await client.writeMessage(Uint8Array.of(i));
      clients.push(client);
    }
    for (let i = 0; i < 5; i++) {
      await using server = await listener.accept();
      assertEquals(await server.readMessage(), Uint8Array.of(i));
    }
    await closeAll(listener, ...clients);
  },
  SEEDS,
);

strictTest(
  "the name is there from `listenPipe()` to `close()`, whatever clients do",
  async (kernel) => {
    assertEquals(openCode(), "ERROR_FILE_NOT_FOUND");
    const listener = listenPipe(NAME, { maxInstances: 1 });
    // A client in a loop, at every call that the server makes.
    const codes = new Set<string>();
    const watched = ["CreateNamedPipeW", "CloseHandle", "ConnectNamedPipe"];
    const restored = watched.map((name) =>
      replaceFunction(name, (original) => (...args) => {
        codes.add(
          kernel.names.devices.has("pipe\\strict") ? "there" : "absent",
        );
        return original(...args);
      })
    );
    for (let i = 0; i < 20; i++) {
      const client = await connectPipe(NAME, { timeout: 10_000 });
      const server = await listener.accept();
      assertEquals(openCode(), "ERROR_PIPE_BUSY");
      await closeAll(...i % 2 ? [client, server] : [server, client]);
    }
    for (const replaced of restored) replaced[Symbol.dispose]();
    assertEquals([...codes], ["there"]);
    await listener.close();
    assertEquals(openCode(), "ERROR_FILE_NOT_FOUND");
  },
  SEEDS,
);

strictTest(
  "at the limit clients are told to wait, and the next one is served when a connection is closed",
  async () => {
    const listener = listenPipe(NAME, { maxInstances: 2 });
    const clients = [
      await connectPipe(NAME),
      await connectPipe(NAME, { timeout: 10_000 }),
    ];
    const servers = [await listener.accept(), await listener.accept()];
    assertEquals(openCode(), "ERROR_PIPE_BUSY");
    const third = connectPipe(NAME, { timeout: 10_000 });
    // A client that lingers does not count: its server's end is closed.
    await servers[0]!.close();
    const client = await third;
    const server = await listener.accept();
    await closeAll(listener, client, server, servers[1]!, ...clients);
  },
  SEEDS,
);

strictTest(
  "a client that has left already does not keep others out",
  async () => {
    const listener = listenPipe(NAME, { maxInstances: 1 });
    for (let i = 0; i < 10; i++) {
      await (await connectPipe(NAME, { timeout: 10_000 })).close();
      const polite = connectPipe(NAME, { timeout: 10_000 });
      const written = polite.then((client) => client.write(Uint8Array.of(7)));
      for (let count: number | null = null; count === null;) {
        await using server = await listener.accept();
        count = await server.read(new Uint8Array(1));
      }
      await written;
      await (await polite).close();
    }
    await listener.close();
  },
  SEEDS,
);

strictTest(
  "an instance whose client has come and gone before ConnectNamedPipe is replaced",
  async () => {
    // Between CreateNamedPipeW and ConnectNamedPipe.
    let gone = 3;
    using _ = replaceFunction(
      "ConnectNamedPipe",
      (original) => (kernel, ...words) => {
        if (gone-- > 0) {
          const device = kernel.names.devices.get("pipe\\strict") as PipeName;
          device.listening!.connect(FOREIGN_PROCESS).closed(undefined as never);
        }
        return original(kernel, ...words);
      },
    );
    const listener = listenPipe(NAME, { maxInstances: 1 });
    const client = await connectPipe(NAME, { timeout: 10_000 });
    const server = await listener.accept();
    assertEquals(server.peerProcessId, THIS_PROCESS.id);
    await closeAll(listener, client, server);
  },
  SEEDS,
);

strictTest(
  "a client that is faster than the listener's own is the first connection",
  async (kernel) => {
    let done = false;
    let foreign: Promise<PipeConnection> | undefined;
    using _ = replaceFunction(
      "CreateNamedPipeW",
      (original) => (kernel, ...words) => {
        const instance = original(kernel, ...words);
        if (!done) {
          done = true;
          foreign = connectPipe(NAME);
        }
        return instance;
      },
    );
    const listener = listenPipe(NAME, { maxInstances: 1 });
    const client = await foreign!;
    const server = await listener.accept();
    assertEquals(openCode(), "ERROR_PIPE_BUSY");
    await client.write(Uint8Array.of(5));
    assertEquals(await server.read(new Uint8Array(9)), 1);
    await closeAll(client, server);
    assertEquals(openCode(), "");
    await listener.close();
    assert(!kernel.names.devices.has("pipe\\strict"));
  },
);

strictTest(
  "a second server of a name gets EADDRINUSE, and leaves the first alone",
  async () => {
    const listener = listenPipe(NAME);
    for (let i = 0; i < 3; i++) {
      const error = assertThrows(
        () => listenPipe(NAME),
        Win32Error,
        "Another server has the name, or clients of an earlier one still have connections.",
      );
      assertEquals([error.code, error.path], ["EADDRINUSE", NAME]);
    }
    const client = await connectPipe(NAME);
    const server = await listener.accept();
    await listener.close();
    // The name is there as long as a connection is.
    assertThrows(() => listenPipe(NAME), Win32Error);
    await closeAll(client, server);
    await listenPipe(NAME).close();
  },
  SEEDS,
);

strictTest(
  "a failing CreateNamedPipeW rejects the `accept()` that waits, and the next one tries again",
  async () => {
    const listener = listenPipe(NAME);
    let client: PipeConnection;
    let server: PipeConnection;
    {
      using _ = failFunction("CreateNamedPipeW", 1450);
      client = await connectPipe(NAME);
      server = await listener.accept();
      const error = await assertRejects(() => listener.accept(), Win32Error);
      assertEquals(error.symbol, "ERROR_NO_SYSTEM_RESOURCES");
      assertEquals(openCode(), "ERROR_PIPE_BUSY");
    }
    const accepted = listener.accept();
    const second = await connectPipe(NAME);
    await closeAll(listener, client, server, second, await accepted);
  },
  SEEDS,
);

strictTest(
  "`close()` rejects the calls that wait, closes clients that were not accepted, and leaves the accepted ones",
  async () => {
    const listener = listenPipe(NAME);
    const client = await connectPipe(NAME);
    const server = await listener.accept();
    const waiting = [listener.accept(), listener.accept()];
    const rejected = waiting.map((each) =>
      assertRejects(() => each, FileClosedError, "accept() needs an open file")
    );
    await listener.close();
    await Promise.all(rejected);
    assertEquals(listener.closed, true);
    await client.write(Uint8Array.of(1));
    assertEquals(await server.read(new Uint8Array(2)), 1);
    await assertRejects(() => listener.accept(), FileClosedError);
    await assertRejects(() => listener.close(), FileClosedError);
    await closeAll(listener, client, server);

    const next = listenPipe(NAME);
    const unseen = await connectPipe(NAME);
    await turns();
    await next.close();
    assertEquals(await unseen.read(new Uint8Array(1)), null);
    await unseen.close();
  },
  SEEDS,
);

strictTest(
  "an aborted `accept()` takes no client away from the next one",
  async () => {
    const listener = listenPipe(NAME);
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const aborted = listener.accept({ signal: controller.signal });
      const rejected = assertRejects(() => aborted, Error, "no more");
      const next = listener.accept();
      controller.abort(new Error("no more"));
      await rejected;
      const client = await connectPipe(NAME, { timeout: 10_000 });
      await closeAll(client, await next);
    }
    await assertRejects(
      () => listener.accept({ signal: AbortSignal.abort(new Error("before")) }),
      Error,
      "before",
    );
    await listener.close();
  },
  SEEDS,
);

strictTest(
  "a failing CreateNamedPipeW rejects what waits, when a client has come",
  async () => {
    const listener = listenPipe(NAME);
    const accepts = [listener.accept(), listener.accept()] as const;
    const rejected = assertRejects(() => accepts[1], Win32Error);
    using _ = failFunction("CreateNamedPipeW", 1450);
    const client = await connectPipe(NAME);
    const server = await accepts[0];
    assertEquals((await rejected).syscall, "CreateNamedPipeW");
    await closeAll(listener, client, server);
  },
  SEEDS,
);

strictTest(
  "a failing ConnectNamedPipe rejects the `accept()` that waits, and the next one tries again",
  async () => {
    const listener = listenPipe(NAME);
    {
      using _ = failFunction("ConnectNamedPipe", ERROR_ACCESS_DENIED);
      const client = await connectPipe(NAME);
      await closeAll(await listener.accept(), client);
      await turns();
      const error = await assertRejects(() => listener.accept(), Win32Error);
      assertEquals([error.symbol, error.syscall, error.path], [
        "ERROR_ACCESS_DENIED",
        "ConnectNamedPipe",
        NAME,
      ]);
    }
    // The client has gone already, and the handle cannot be closed.
    let left: bigint | undefined;
    using _gone = failFunction("ConnectNamedPipe", ERROR_NO_DATA, (handle) => {
      if (left !== undefined) return false;
      left = handle;
      return true;
    });
    using _close = replaceFunction(
      "CloseHandle",
      (original) => (...args) => {
        const result = original(...args);
        return args[1] === left ? fail(ERROR_INVALID_HANDLE) : result;
      },
    );
    const error = await assertRejects(() => listener.accept(), Win32Error);
    assertEquals(error.syscall, "CloseHandle");
    const accepted = listener.accept();
    const client = await connectPipe(NAME);
    await closeAll(listener, client, await accepted);
  },
  SEEDS,
);

strictTest(
  "the iterator throws what `accept()` does, be the listener closed meanwhile",
  async () => {
    const listener = listenPipe(NAME);
    const client = await connectPipe(NAME);
    const iterator = listener[Symbol.asyncIterator]();
    using _ = failFunction("CreateNamedPipeW", 1450);
    const { value: server } = await iterator.next();
    const failed = listener[Symbol.asyncIterator]();
    await assertRejects(() => failed.next(), Win32Error);
    const next = iterator.next();
    const closed = listener.close();
    await assertRejects(() => next, Win32Error);
    await closed;
    await closeAll(client, server!);
  },
);

strictTest("a name may have 256 characters", async () => {
  const name = NAME.padEnd(256, "x");
  const listener = listenPipe(name);
  await closeAll(await connectPipe(name), listener);
});

strictTest("the iterator ends when the listener is closed", async () => {
  const listener = listenPipe(NAME);
  let count = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      count++;
      await connection.close();
    }
  })();
  for (let i = 0; i < 3; i++) {
    await using client = await connectPipe(NAME, { timeout: 10_000 });
    assertEquals(await client.read(new Uint8Array(1)), null);
  }
  await listener.close();
  await assertSettles(serving);
  assertEquals(count, 3);
}, SEEDS);

strictTest(
  "`connectPipe()` waits without blocking, for a time or until its signal",
  async (kernel) => {
    const listener = listenPipe(NAME, { maxInstances: 1 });
    const first = await connectPipe(NAME);
    const error = await assertRejects(
      () => connectPipe(NAME, { timeout: 25 }),
      Win32Error,
    );
    assertEquals([error.symbol, error.code, error.path], [
      "ERROR_TIMEOUT",
      "ETIMEDOUT",
      NAME,
    ]);
    const reason = new Error("stop");
    const controller = new AbortController();
    const waiting = connectPipe(NAME, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 15);
    assertEquals(await waiting.catch((error) => error), reason);
    await closeAll(listener, first);

    const early = connectPipe(NAME, { wait: true, timeout: 10_000 });
    await turns();
    const second = listenPipe(NAME);
    await closeAll(await early, second);
    assertEquals(kernel.jsThreadWaits, []);
  },
);

strictTest("what cannot be listened to leaves nothing behind", (kernel) => {
  using created = createdInstances();
  for (
    const name of [
      "CreateNamedPipeW",
      "CreateFileW",
      "DisconnectNamedPipe",
      "CreateIoCompletionPort",
    ]
  ) {
    using _ = failFunction(name, 1450);
    const { syscall, path, code } = assertThrows(
      () => listenPipe(NAME),
      Win32Error,
    );
    const isTaken = name === "DisconnectNamedPipe";
    assertEquals(
      [syscall, path, code === "EADDRINUSE"],
      [name, NAME, isTaken],
    );
  }
  for (const address of created.security) {
    assertEquals(kernel.memory.region(address), undefined);
  }
  assertEquals(kernel.names.devices.has("pipe\\strict"), false);
});

strictTest(
  "what fails when a client connects leaves nothing behind",
  async () => {
    for (const name of ["SetNamedPipeHandleState", "CreateIoCompletionPort"]) {
      const listener = listenPipe(NAME, { mode: "message" });
      using _ = failFunction(name, 1450);
      const error = await assertRejects(() => connectPipe(NAME), Win32Error);
      assertEquals([error.win32, error.syscall], [1450, name]);
      await listener.close();
    }
  },
);

strictTest(
  "`close()` closes and frees all, also where one handle has been closed by others",
  async (kernel) => {
    // The instance that keeps the name, and the one that listens.
    for (const failing of [0, 1]) {
      using created = createdInstances();
      const listener = listenPipe(NAME);
      const { instances, security } = created;
      assertEquals(security.map(isAllocated), [true, true]);
      using _ = replaceFunction(
        "CloseHandle",
        (original) => (...args) => {
          const result = original(...args);
          const isFailing = args[1] === instances[failing];
          return isFailing ? fail(ERROR_INVALID_HANDLE) : result;
        },
      );
      const error = await assertRejects(() => listener.close(), Win32Error);
      assertEquals([error.syscall, error.path], ["CloseHandle", NAME]);
      assertEquals(security.map(isAllocated), [false, false]);
    }

    function isAllocated(address: bigint): boolean {
      return kernel.memory.region(address) !== undefined;
    }
  },
);

strictTest("`maxInstances` is the listener's own limit", async (kernel) => {
  const listener = listenPipe(NAME, { maxInstances: 3, bufferSize: 100 });
  const { options } = kernel.names.devices.get("pipe\\strict") as PipeName;
  assertEquals(options.maxInstances, Infinity);
  assertEquals([options.inQuota, options.outQuota], [100, 100]);
  const count = new Uint32Array(1);
  const client = await connectPipe(NAME);
  kernel32.GetNamedPipeHandleStateW(
    client.handle,
    null,
    count,
    null,
    null,
    null,
    0,
  );
  // The holder, the client's, and at most one that listens.
  assert(count[0]! <= 3, `${count[0]}`);
  await closeAll(listener, client);
});
