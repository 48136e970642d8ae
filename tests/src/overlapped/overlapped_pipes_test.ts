import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  FileClosedError,
  open,
  Win32Error,
} from "../../../mod.ts";
import {
  acceptClient,
  clientEnd,
  overlappedPipe,
  serverEnd,
} from "../../support/overlapped_pipes.ts";
import { pipeName } from "../../support/pipes.ts";
import { random } from "../../support/random.ts";
import { tempFolder } from "../../support/temp_folder.ts";

test("a pipe of bytes takes and gives them in any lengths", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  const data = random(5).bytes(300_000);
  const writing = (async () => {
    for (let at = 0; at < data.length; at += 7777) {
      await client.writeAll(data.subarray(at, at + 7777));
    }
  })();
  const received = new Uint8Array(data.length);
  let done = 0;
  while (done < data.length) {
    const count = await server.read(received.subarray(done, done + 4321));
    assert(count! > 0, `${count}`);
    done += count!;
  }
  await writing;
  assert(received.every((byte, i) => byte === data[i]));
});

test("a pipe of messages keeps them apart, and the rest of a long one comes next", async () => {
  await using pipe = await overlappedPipe({ message: true });
  const { server, client } = pipe;
  const lengths = [10, 1, 25, 0, 10, 20];
  for (const length of lengths) {
    await client.writeAll(new Uint8Array(length).fill(length));
  }
  for (const memory of [() => new Uint8Array(10), ownMemory]) {
    for (const expected of [10, 1, 10, 10, 5, 10, 10, 10]) {
      const buffer = memory();
      const count = await server.read(buffer);
      assertEquals(count, expected);
    }
    if (memory === ownMemory) break;
    for (const length of lengths) {
      await client.writeAll(new Uint8Array(length).fill(length));
    }
  }
});

test("readScatter() of a pipe gives what has come, or one message, and waits for no more", async () => {
  for (const message of [false, true]) {
    await using pipe = await overlappedPipe({ message });
    const { server, client } = pipe;
    for (const memory of [() => new Uint8Array(2), () => ownMemory(2)]) {
      const buffers = [memory(), memory(), memory()];
      const contents = () => buffers.flatMap((buffer) => [...buffer]);
      await client.write(Uint8Array.of(1, 2, 3, 4));
      assertEquals(await server.readScatter(buffers), 4);
      assertEquals(contents(), [1, 2, 3, 4, 0, 0]);
      await client.write(Uint8Array.of(5, 6));
      if (message) await client.write(Uint8Array.of(7));
      assertEquals(await server.readScatter(buffers), 2);
      assertEquals(contents(), [5, 6, 3, 4, 0, 0]);
      if (message) assertEquals(await server.readScatter(buffers), 1);
      assertEquals(await server.readScatter([]), 0);
    }
    const waiting = server.readScatter([new Uint8Array(1)]);
    await client.close();
    assertEquals(await waiting, null);
  }
});

test("readScatter() of a pipe refuses memory that goes while it waits", async () => {
  await using pipe = await overlappedPipe();
  const bytes = new Uint8Array(2);
  const read = pipe.server.readScatter([bytes]);
  structuredClone(0, { transfer: [bytes.buffer] });
  await pipe.client.write(Uint8Array.of(1));
  await assertRejects(() => read, TypeError, "detached");
});

function ownMemory(length = 10): Uint8Array {
  return new AlignedBuffer(length).bytes;
}

test("a part of a message that was awaited is no failure either", async () => {
  await using pipe = await overlappedPipe({ message: true });
  const { server, client } = pipe;
  const buffers = [4, 4, 4].map((length) => new Uint8Array(length));
  const reads = buffers.map((buffer) => server.read(buffer));
  await client.writeAll(Uint8Array.from([1, 2, 3, 4, 5, 6]));
  await client.writeAll(Uint8Array.from([7]));
  assertEquals(await Promise.all(reads), [4, 2, 1]);
  assertEquals(buffers.map((buffer) => [...buffer]), [
    [1, 2, 3, 4],
    [5, 6, 0, 0],
    [7, 0, 0, 0],
  ]);
});

test("a message of any length stays one", async () => {
  const length = 2 ** 22 + 1000; // More than one operation copies on a disk.
  await using pipe = await overlappedPipe({ message: true });
  const { server, client } = pipe;
  const data = random(9).bytes(length);
  const write = client.write(data);
  const buffer = new Uint8Array(length + 5000);
  assertEquals(await server.read(buffer), length);
  assertEquals(await write, length);
  assert(data.every((byte, i) => byte === buffer[i]));
  // What fills the buffer is not mixed with the message after it.
  const writes = [client.write(data.subarray(0, 2 ** 22)), client.write(data)];
  assertEquals(await server.read(buffer), 2 ** 22);
  assertEquals(await server.read(buffer), length);
  await Promise.all(writes);
});

test("reads end when the other side closes, and writes fail", async () => {
  for (const side of ["server", "client"] as const) {
    for (const message of [false, true]) {
      const pipe = await overlappedPipe({ message });
      const other = pipe[side];
      const own = side === "server" ? pipe.client : pipe.server;
      await other.writeAll(new Uint8Array(3));
      const reads = [own.read(new Uint8Array(8)), own.read(new Uint8Array(8))];
      await other.close();
      assertEquals(await Promise.all(reads), [3, null]);
      assertEquals(await own.read(new Uint8Array(8)), null);
      const error = await assertRejects(
        () => own.writeAll(new Uint8Array(8)),
        Win32Error,
      );
      assertEquals([error.code, error.bytesTransferred], ["EPIPE", 0]);
      await own.close();
    }
  }
});

test("writes that fail one after the other are rejections that somebody handles", async () => {
  const { server, client } = await overlappedPipe();
  await client.close();
  // Longer than one may go on without a turn of the event loop.
  const end = performance.now() + 40;
  while (performance.now() < end) {
    await assertRejects(() => server.write(new Uint8Array(8)), Win32Error);
  }
  await server.close();
});

test("a write that waits for its reader fails when the reader closes", async () => {
  const { server, client } = await overlappedPipe({ size: 1024 });
  const write = assertRejects(
    () => client.writeAll(new Uint8Array(1_000_000)),
    Win32Error,
  );
  await server.read(new Uint8Array(512));
  await server.close();
  assertEquals((await write).code, "EPIPE");
  await client.close();
});

test("readExactly() on a pipe waits for all of it, or says how much there was", async () => {
  const { server, client } = await overlappedPipe();
  const buffer = new Uint8Array(10);
  const read = server.readExactly(buffer);
  for (let i = 0; i < 10; i++) await client.write(Uint8Array.of(i));
  await read;
  assertEquals([...buffer], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const short = assertRejects(
    () => server.readExactly(buffer),
    Error,
    "ended after 4 of the 10 bytes",
  );
  await client.write(new Uint8Array(4));
  await client.close();
  await short;
  await server.close();
});

test("connect() waits for a client, or takes the one that is there", async () => {
  const name = pipeName();
  const first = serverEnd(name);
  let connected = false;
  const waiting = first.connect().then(() => connected = true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(connected, false);
  const client = await clientEnd(name);
  await waiting;
  const second = serverEnd(name);
  const early = await clientEnd(name);
  await second.connect();
  await early.write(Uint8Array.of(9));
  assertEquals(await second.read(new Uint8Array(4)), 1);
  await Promise.all([first, client, second, early].map((file) => file.close()));
});

test("connect() ends with its signal and with close(), and another wait can begin", async () => {
  const name = pipeName();
  const server = serverEnd(name);
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = server.connect({ signal });
  await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort("enough");
  assertEquals(await waiting.catch((reason) => reason), "enough");
  const reason = await server.connect({ signal }).catch((reason) => reason);
  assertEquals(reason, "enough");
  const again = server.connect();
  const client = await clientEnd(name);
  await again;
  await client.close();
  const gone = await assertRejects(() => server.connect(), Win32Error);
  assertEquals(gone.symbol, "ERROR_NO_DATA");
  await server.close();
  const other = serverEnd(name);
  const ended = assertRejects(() => other.connect(), FileClosedError);
  await other.close();
  await ended;
});

test("connect() wants a server's end of a pipe", async () => {
  const { server, client } = await overlappedPipe();
  const error = await assertRejects(() => client.connect(), Win32Error);
  assertEquals(error.syscall, "ConnectNamedPipe");
  using folder = tempFolder();
  const file = await open(folder.file("a"), { write: true, create: true });
  await assertRejects(() => file.connect(), TypeError, "is no pipe");
  await file.close();
  // @ts-expect-error: a wrong type, on purpose
  const wrong = server.connect({ signal: 1 });
  await assertRejects(() => wrong, TypeError, "signal must be");
  await client.close();
  await server.close();
});

test("many clients of one pipe name are served at once", async () => {
  const name = pipeName();
  const count = 100;
  const accepted = Array.from({ length: count }, () => acceptClient(name));
  const clients = await Promise.all(
    Array.from({ length: count }, () => clientEnd(name)),
  );
  const servers = await Promise.all(accepted);
  const served = servers.map(async (server) => {
    const buffer = new Uint8Array(4);
    await server.readExactly(buffer);
    await server.writeAll(buffer.map((byte) => byte + 1));
  });
  const answers = await Promise.all(clients.map(async (client, i) => {
    const buffer = new Uint8Array(4).fill(i);
    await client.writeAll(buffer);
    await client.readExactly(buffer);
    return buffer;
  }));
  await Promise.all(served);
  assertEquals(
    answers.map((answer) => [...answer]),
    answers.map((_, i) => Array(4).fill(i + 1)),
  );
  await Promise.all([...clients, ...servers].map((file) => file.close()));
});
