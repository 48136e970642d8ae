import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  getLastWin32Error,
  type Handle,
  kernel32,
} from "../../../mod.ts";
import {
  CREATE_ALWAYS,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
} from "../../../src/raw.ts";
import {
  CompletionPort,
  completionPort,
} from "../../../src/overlapped/completion_port.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const ERROR_HANDLE_EOF = 38;

/** How an operation ended. */
type Ended = { code: number; count: number } | { error: unknown };

function openedPort(): CompletionPort {
  const port = new CompletionPort();
  port.open();
  return port;
}

/** A file that is bound to a port of its own. */
class BoundFile implements Disposable {
  readonly port = openedPort();
  readonly memory = new AlignedBuffer(4096);
  readonly handle: Handle;
  readonly skips: boolean;
  /** The OVERLAPPEDs that calls were given, in order. */
  readonly addresses: bigint[] = [];
  readonly #folder = tempFolder();
  readonly #key: number;

  constructor(skips: boolean) {
    const path = this.#folder.file("a");
    this.handle = kernel32.CreateFileW(
      path,
      GENERIC_READ | GENERIC_WRITE,
      7,
      null,
      CREATE_ALWAYS,
      FILE_FLAG_OVERLAPPED,
      null,
    );
    this.#key = this.port.bind(this.handle, path);
    this.skips = skips && this.port.skipOnSuccess(this.handle);
  }

  /** Starts an operation, and waits for its end. */
  run(call: (overlapped: bigint) => boolean, offset = 0): Promise<Ended> {
    return new Promise((resolve) => {
      const pending = this.port.start(this.#key, this.skips, offset, {
        call: (overlapped) => {
          this.addresses.push(overlapped);
          return call(overlapped);
        },
        cancel: (overlapped) => kernel32.CancelIoEx(this.handle, overlapped),
        complete: (code, count) => resolve({ code, count }),
        fail: (error) => resolve({ error }),
      });
      assertEquals(pending ?? this.addresses.at(-1), this.addresses.at(-1));
    });
  }

  write(length: number): Promise<Ended> {
    const { handle, memory: { address } } = this;
    return this.run((overlapped) =>
      kernel32.WriteFile(handle, address, length, null, overlapped)
    );
  }

  read(offset: number): Promise<Ended> {
    const { handle, memory: { address } } = this;
    return this.run(
      (overlapped) => kernel32.ReadFile(handle, address, 10, null, overlapped),
      offset,
    );
  }

  [Symbol.dispose]() {
    kernel32.CloseHandle(this.handle);
    this.memory.free();
    this.#folder[Symbol.dispose]();
  }
}

for (const skips of [false, true]) {
  const kind = skips ? "without" : "with";

  test(`CompletionPort completes operations ${kind} a packet for success in the call`, async () => {
    using file = new BoundFile(skips);
    for (let i = 1; i <= 200; i++) {
      assertEquals(await file.write(i), { code: 0, count: i });
      assertEquals(await file.read(i), { code: ERROR_HANDLE_EOF, count: 0 });
    }
    assertEquals(file.port.pending, 0);
  });

  test(`CompletionPort reuses an OVERLAPPED ${kind} a packet for success in the call, whenever that comes`, async () => {
    using file = new BoundFile(skips);
    for (let i = 0; i < 5000; i++) {
      assertEquals(await file.write(1), { code: 0, count: 1 });
    }
    assertEquals(file.port.pending, 0);
    const slabs = new Set(file.addresses.map((address) => address >> 16n));
    assertEquals(slabs.size, 1, `${slabs.size} slabs of 2048 OVERLAPPEDs`);
  });
}

test("CompletionPort completes a failed start at once, and reuses the OVERLAPPED", async () => {
  using file = new BoundFile(true);
  for (let i = 0; i < 5000; i++) {
    const code = [5, 87, 1450, 6][i % 4]!;
    const ended = file.run(() => {
      kernel32.SetLastError(code);
      return false;
    });
    assertEquals(await ended, { code, count: 0 });
  }
  const slabs = new Set(file.addresses.map((address) => address >> 16n));
  assertEquals(slabs.size, 1);
  assertEquals(file.port.pending, 0);
});

test("CompletionPort throws what a start throws, and reuses the OVERLAPPED", () => {
  using file = new BoundFile(true);
  const addresses = new Set<bigint>();
  const operation = {
    call(overlapped: bigint): never {
      addresses.add(overlapped >> 16n);
      throw new RangeError("of the call");
    },
    cancel: (overlapped: bigint) =>
      kernel32.CancelIoEx(file.handle, overlapped),
    complete() {},
    fail() {},
  };
  for (let i = 0; i < 3000; i++) {
    assertThrows(
      () => file.port.start(1, file.skips, 0, operation),
      RangeError,
      "of the call",
    );
  }
  assertEquals(addresses.size, 1);
  assertEquals(file.port.pending, 0);
});

test("CompletionPort gives nested operations an OVERLAPPED each", () => {
  using file = new BoundFile(true);
  const nested = (depth: number): void => {
    void file.run(() => {
      if (depth > 1) nested(depth - 1);
      kernel32.SetLastError(87);
      return false;
    });
  };
  const count = 500;
  for (let round = 0; round < 2; round++) {
    file.addresses.length = 0;
    nested(count);
    assertEquals(new Set(file.addresses).size, count);
  }
});

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

test("afterShortage() resolves with the next completion or after a short time", async () => {
  await using ends = await overlappedPipe();
  const { server, client } = ends;
  const read = server.read(new Uint8Array(8));
  // Nothing completes: another process may have released resources.
  await completionPort().afterShortage();
  const next = completionPort().afterShortage();
  await client.write(new Uint8Array(8));
  await Promise.all([read, next]);
});

test("operations complete in bursts that start when none is in flight", async () => {
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

test("operations that end in their call let go of packets that are owed, many at a time", async () => {
  await using ends = await overlappedPipe();
  const { server, client } = ends;
  const buffers = Array.from({ length: 500 }, () => new Uint8Array(1));
  for (let round = 0; round < 3; round++) {
    const writes = buffers.map((bytes) => client.write(bytes));
    const reads = buffers.map((bytes) => server.read(bytes));
    assertEquals(await Promise.all(writes), Array(500).fill(1));
    assertEquals(await Promise.all(reads), Array(500).fill(1));
    assert(completionPort().pending === 0);
  }
});
