import { after, test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  getLastWin32Error,
  type Handle,
  kernel32,
} from "../../../mod.ts";
import {
  CompletionPort,
  completionPort,
} from "../../../src/overlapped/completion_port.ts";
import { yieldTurn } from "../../../src/file/event_loop.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { pipe } from "../../support/pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const CREATE_ALWAYS = 2;
const FILE_FLAG_OVERLAPPED = 0x4000_0000;
const ERROR_HANDLE_EOF = 38;

const words = pipe();
after(() => words[Symbol.dispose]());

/** A file that is bound to a port of its own. */
interface Bound extends Disposable {
  readonly port: CompletionPort;
  readonly handle: Handle;
  readonly memory: AlignedBuffer;
  readonly skips: boolean;
}

function bound(skips: boolean): Bound {
  const folder = tempFolder();
  const path = folder.file("a");
  const handle = kernel32.CreateFileW(
    path,
    GENERIC_READ | GENERIC_WRITE,
    7,
    null,
    CREATE_ALWAYS,
    FILE_FLAG_OVERLAPPED,
    null,
  );
  const port = new CompletionPort();
  port.bind(handle, path);
  const memory = new AlignedBuffer(4096);
  return {
    port,
    handle,
    memory,
    skips: skips && port.skipOnSuccess(handle),
    [Symbol.dispose]() {
      kernel32.CloseHandle(handle);
      memory.free();
      folder[Symbol.dispose]();
    },
  };
}

test("CompletionPort tells how operations ended, whether they sent a packet or not", async () => {
  for (const skips of [false, true]) {
    using file = bound(skips);
    const { port, handle, memory } = file;
    const { address } = memory;
    for (let i = 0; i < 200; i++) {
      const length = 1 + i;
      const write = port.start(
        file.skips,
        0,
        0,
        (overlapped) =>
          kernel32.WriteFile(handle, address, length, null, overlapped),
      );
      assertEquals(await write.outcome, { code: 0, count: length });
      if (write.outcome instanceof Promise) port.recycle(write.overlapped);
      const end = port.start(
        file.skips,
        length,
        0,
        (overlapped) =>
          kernel32.ReadFile(handle, address, 10, null, overlapped),
      );
      assertEquals(await end.outcome, { code: ERROR_HANDLE_EOF, count: 0 });
      if (end.outcome instanceof Promise) port.recycle(end.overlapped);
    }
    assertEquals(port.pending, 0);
  }
});

test("CompletionPort uses an OVERLAPPED again when its packet has come, however late", async () => {
  using file = bound(false);
  const { port, handle, memory } = file;
  const places = new Set<bigint>();
  for (let i = 0; i < 5000; i++) {
    await yieldTurn();
    const { overlapped, outcome } = port.start(
      file.skips,
      i,
      0,
      (overlapped) =>
        kernel32.WriteFile(handle, memory.address, 1, null, overlapped),
    );
    places.add(overlapped);
    assertEquals(await outcome, { code: 0, count: 1 });
    if (outcome instanceof Promise) port.recycle(overlapped);
  }
  assertEquals(port.pending, 0);
  assert(places.size < 1000, `${places.size} OVERLAPPED structures`);
});

test("CompletionPort tells of a failed start at once, and uses the OVERLAPPED again", () => {
  using file = bound(true);
  const { port } = file;
  const places = new Set<bigint>();
  for (const code of [5, 87, 1450, 6]) {
    const { overlapped, outcome } = port.start(file.skips, 1, 2, () => {
      kernel32.SetLastError(code);
      return false;
    });
    assertEquals(outcome, { code, count: 0 });
    places.add(overlapped);
  }
  assertEquals(places.size, 1);
  assertEquals(port.pending, 0);
});

test("CompletionPort passes on what a start throws, and uses the OVERLAPPED again", () => {
  using file = bound(true);
  const { port } = file;
  const places = new Set<bigint>();
  for (let i = 0; i < 3; i++) {
    assertThrows(
      () =>
        port.start(file.skips, 0, 0, (overlapped) => {
          places.add(overlapped);
          throw new RangeError("of the call");
        }),
      RangeError,
      "of the call",
    );
  }
  assertEquals(places.size, 1);
  assertEquals(port.pending, 0);
});

const STATUS_PENDING = 0x103;

test("CompletionPort gives every operation an OVERLAPPED of its own, pending and zeroed but for the offset", () => {
  using file = bound(true);
  const { port } = file;
  const seen = new Map<bigint, string>();
  const expected = (depth: number) =>
    [STATUS_PENDING, 0n, BigInt(depth) | 7n << 32n, 0n].join();
  const nested = (depth: number): void => {
    port.start(file.skips, depth, 7, (overlapped) => {
      seen.set(overlapped, `${depth}: ${wordsAt(overlapped)}`);
      if (depth > 1) nested(depth - 1);
      kernel32.SetLastError(87);
      return false;
    });
  };
  const count = 2100; // More than one slab has.
  for (let round = 0; round < 2; round++) {
    seen.clear();
    nested(count);
    assertEquals(
      [...seen.values()],
      Array.from({ length: count }, (_, i) => {
        const depth = count - i;
        return `${depth}: ${expected(depth)}`;
      }),
    );
  }
});

/** The words of an OVERLAPPED, as the system sees them: it writes them to a pipe. */
function wordsAt(overlapped: bigint): bigint[] {
  const count = new Uint32Array(1);
  const { server, client } = words;
  kernel32.WriteFile(client.handle, overlapped, 32, count, null);
  const bytes = new Uint8Array(32);
  server.readExactly(bytes);
  return [...new BigUint64Array(bytes.buffer)];
}

test("the last error stays that of the program's calls while operations complete", async () => {
  await using ends = await overlappedPipe();
  const { server, client } = ends;
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController();
    const { signal } = controller;
    const read = server.read(new Uint8Array(8));
    const other = server.read(new Uint8Array(8), { signal });
    await client.write(new Uint8Array(8));
    kernel32.SetLastError(4711);
    await read;
    assertEquals(getLastWin32Error(), 4711);
    await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(getLastWin32Error(), 4711);
    controller.abort("stop");
    assertEquals(await other.catch((reason) => reason), "stop");
    assertEquals(getLastWin32Error(), 4711);
  }
});

test("next() resolves with the next completion", async () => {
  await using ends = await overlappedPipe();
  const { server, client } = ends;
  const read = server.read(new Uint8Array(8));
  let completed = false;
  const next = completionPort().next().then(() => completed = true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(completed, false);
  await client.write(new Uint8Array(8));
  await Promise.all([read, next]);
});

test("operations complete in bursts that start when none is under way", async () => {
  await using ends = await overlappedPipe();
  const { server, client } = ends;
  for (let i = 0; i < 400; i++) {
    const count = 1 + i % 5;
    const reads = Array.from(
      { length: count },
      () => server.read(new Uint8Array(1)),
    );
    // The wait is begun in some rounds, and not in others.
    if (i % 3 === 0) await Promise.resolve();
    if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await client.write(new Uint8Array(count));
    assertEquals(await Promise.all(reads), Array(count).fill(1));
    assertEquals(completionPort().pending, 0);
  }
});
