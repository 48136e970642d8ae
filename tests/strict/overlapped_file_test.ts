// portable

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileClosedError, open, Win32Error } from "../../mod.ts";
import { turns } from "../support/event_loop.ts";
import { overlappedPipe } from "../support/overlapped_pipes.ts";
import { endByHand } from "../support/overlapped_strict.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

strictTest(
  "OverlappedFile writes and reads a file of the strict kernel",
  async (kernel) => {
    await using file = await open("C:\\a", {
      read: true,
      write: true,
      create: true,
    });
    await file.writeAll(new Uint8Array(100_000).fill(7), { at: 0 });
    assertEquals(file.size(), 100_000);
    const reads = Array.from({ length: 20 }, async (_, i) => {
      const bytes = new Uint8Array(1000);
      assertEquals(await file.read(bytes, { at: i * 5000 }), 1000);
      assertEquals(bytes.every((byte) => byte === 7), true);
    });
    await Promise.all(reads);
    assertEquals(await file.read(new Uint8Array(5), { at: 100_000 }), null);
    assertEquals(kernel.jsThreadWaits.length > 0, true);
  },
  [1, 2, 3, 4, 5],
);

strictTest(
  "what has no bytes is a message on a message pipe, and makes no call elsewhere",
  async () => {
    let [writes, questions] = [0, 0];
    using _writes = replaceFunction("WriteFile", (original) => (...args) => {
      writes++;
      return original(...args);
    });
    using _types = replaceFunction(
      "GetNamedPipeInfo",
      (original) => (...args) => {
        questions++;
        return original(...args);
      },
    );
    const none = new Uint8Array(0);
    for (const message of [false, true]) {
      await using pipe = await overlappedPipe({ message });
      const { client, server } = pipe;
      [writes, questions] = [0, 0];
      assertEquals(await client.writeGather([]), 0);
      assertEquals(await client.writeGather([none, none]), 0);
      assertEquals(await client.write(none), 0);
      assertEquals([writes, questions], [message ? 3 : 0, 1]);
      if (!message) continue;
      const buffer = new Uint8Array(9);
      for (let i = 0; i < 3; i++) assertEquals(await server.read(buffer), 0);
    }
    await using file = await open("C:\\a", { append: true, create: true });
    [writes, questions] = [0, 0];
    assertEquals(await file.writeGather([none]), 0);
    assertEquals(await file.write(none), 0);
    assertEquals([writes, questions], [0, 0]);
  },
);

strictTest(
  "a pipe is read in parts, until the buffer is full or the other end is closed",
  async () => {
    const { client, server } = await overlappedPipe();
    const buffer = new Uint8Array(6);
    const exactly = server.readExactly(buffer);
    for (const part of [[1, 2], [3], [4, 5, 6, 7]]) {
      await client.writeAll(Uint8Array.from(part));
      await turns();
    }
    await exactly;
    assertEquals([...buffer], [1, 2, 3, 4, 5, 6]);
    const all = server.readAll();
    await client.writeAll(Uint8Array.of(8, 9));
    await turns();
    await client.close();
    assertEquals([...await all], [7, 8, 9]);
    await server.close();
  },
  [1, 2, 3, 4, 5],
);

strictTest(
  "a stream to an unbuffered file writes whole chunks, and reads nothing",
  async () => {
    const calls: [string, bigint][] = [];
    const watched = ["ReadFile", "WriteFile"].map((name) =>
      replaceFunction(name, (original) => (kernel, ...words) => {
        calls.push([name, BigInt.asUintN(32, words[2]!)]);
        return original(kernel, ...words);
      })
    );
    const options = { write: true, read: true, create: true, unbuffered: true };
    await using file = await open("C:\\a", options);
    const stream = file.createWritable({ chunkSize: 4096, keepOpen: true });
    const writer = stream.getWriter();
    for (let i = 0; i < 5; i++) await writer.write(new Uint8Array(1000));
    await writer.close();
    for (const one of watched) one[Symbol.dispose]();
    assertEquals(calls[0], ["WriteFile", 4096n]);
    assertEquals(calls.filter(([name]) => name === "ReadFile"), []);
    assertEquals(calls.reduce((sum, [, length]) => sum + length, 0n), 5120n);
    assertEquals(file.size(), 5000);
  },
);

strictTest(
  "connect() is for pipes, and says what the system has against it",
  async () => {
    await using file = await open("C:\\a", { write: true, create: true });
    await assertRejects(
      () => file.connect(),
      TypeError,
      "'C:\\a' is no pipe, so that no client can come",
    );
    const unknown = { wait: true } as never;
    await assertRejects(() => file.connect(unknown), TypeError, "connect()");
    await using pipe = await overlappedPipe();
    using _ = failFunction("ConnectNamedPipe", 1);
    const error = await assertRejects(() => pipe.server.connect(), Win32Error);
    assertEquals([error.syscall, error.win32], ["ConnectNamedPipe", 1]);
  },
);

strictTest(
  "streams refuse offsets where a file is only appended to, or has none",
  async () => {
    const options = { read: true, append: true, create: true };
    await using file = await open("C:\\a", options);
    await file.writeAll(Uint8Array.of(1, 2, 3));
    const readable = file.createReadable({ start: 1, keepOpen: true });
    assertEquals([...await new Response(readable).bytes()], [2, 3]);
    assertThrows(
      () => file.createWritable({ at: 0 }),
      TypeError,
      "open for appending",
    );
    await using pipe = await overlappedPipe();
    const { client } = pipe;
    const refused = "has no offsets";
    assertThrows(() => client.createReadable({ start: 0 }), TypeError, refused);
    assertThrows(() => client.createReadable({ end: 9 }), TypeError, refused);
    assertThrows(() => client.createWritable({ at: 0 }), TypeError, refused);
  },
);

strictTest("a stream of a file that has been closed says so", async () => {
  const file = await open("C:\\a", { read: true, write: true, create: true });
  const writer = file.createWritable({ keepOpen: true }).getWriter();
  const reader = file.createReadable({ keepOpen: true }).getReader();
  writer.closed.catch(() => {});
  await writer.write(new Uint8Array(1));
  await file.close();
  const writes = async () => {
    await writer.write(new Uint8Array(1));
    await writer.close();
  };
  const message = "write() needs an open file";
  await assertRejects(writes, FileClosedError, message);
  await assertRejects(() => reader.read(), FileClosedError);
});

strictTest(
  "a flush that waits for the other end of a pipe ends with close()",
  async () => {
    const { client, server } = await overlappedPipe();
    await client.writeAll(Uint8Array.of(1));
    const flush = assertRejects(
      () => client.flush(),
      FileClosedError,
      "flush() needs an open file",
    );
    await turns();
    await client.close();
    await flush;
    await server.close();
  },
  [1, 2, 3],
);

strictTest("a message without bytes is no end of a pipe", async () => {
  await using pipe = await overlappedPipe({ message: true });
  const { client, server } = pipe;
  for (const message of [[1], [], [2, 3]]) {
    await client.write(Uint8Array.from(message));
  }
  const buffer = new Uint8Array(3);
  await server.readExactly(buffer);
  assertEquals([...buffer], [1, 2, 3]);
});

strictTest(
  "seek() checks its arguments before the transfers that it waits for have ended",
  async (kernel) => {
    await using file = await open("C:\\a", { write: true, create: true });
    await file.write(new Uint8Array(10));
    await file.seek(0);
    endByHand(kernel);
    const write = file.write(new Uint8Array(10));
    await turns();
    const errors: unknown[] = [];
    for (
      const [offset, origin] of [[0.5, 0], [null, 1], [0, 3]] as never[][]
    ) file.seek(offset!, origin).catch((error) => errors.push(error.name));
    await turns();
    const early = [...errors];
    kernel.io.pending.endScheduled();
    assertEquals(await write, 10);
    assertEquals(early, ["RangeError", "TypeError", "TypeError"]);
  },
);

strictTest(
  "OverlappedFile counts its position to the byte behind 2^53",
  async (kernel) => {
    const last = 2 ** 53 - 1;
    const starts: bigint[] = [];
    kernel.io.whenStarted = (operation) => {
      const { length, overlapped } = operation.request;
      starts.push(kernel.memory.view(overlapped, 32).getBigUint64(16, true));
      operation.instead = () => ({ status: 0, count: length });
    };
    const options = { read: true, write: true, create: true };
    await using file = await open("C:\\a", options);
    await file.seek(last);
    await file.write(new Uint8Array(2));
    await file.read(new Uint8Array(1));
    await assertRejects(
      () => file.seek(0, "current"),
      RangeError,
      "0 from the current would be 9007199254740994",
    );
    assertEquals(await file.seek(-3, "current"), last);
    assertEquals(starts, [BigInt(last), BigInt(last) + 2n]);
  },
);
