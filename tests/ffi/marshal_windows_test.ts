import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Handle } from "../../ffi/handle.ts";
import { selectBackend } from "../../ffi/select.ts";
import { AlignedBuffer } from "../../src/memory/aligned_buffer.ts";
import { getLastWin32Error, kernel32 } from "../../src/raw.ts";
import { survivors } from "../support/garbage.ts";
import { tempFolder } from "../support/temp_folder.ts";

const GENERIC_READ_WRITE = 0xC000_0000;
const OPEN_ALWAYS = 4;
const OVERLAPPED_FLAG = 0x4000_0000;
const INVALID_HANDLE_VALUE = 2n ** 64n - 1n;

test("CreateFileW gives what compares equal to INVALID_HANDLE_VALUE", () => {
  using folder = tempFolder();
  const file = kernel32.CreateFileW(
    folder.file("not there"),
    GENERIC_READ_WRITE,
    0,
    null,
    3,
    0,
    null,
  );
  assertEquals([file as bigint, getLastWin32Error()], [
    INVALID_HANDLE_VALUE,
    2,
  ]);
});

test("constants with the highest bit may be written either way", () => {
  using folder = tempFolder();
  for (const access of [0x8000_0000, 1 << 31]) {
    using file = open(folder.file("file"), { access });
    const byte = new Uint8Array(1);
    const count = new Uint32Array(1);
    assert(kernel32.ReadFile(file.handle, byte, 1, count, null));
    assert(!kernel32.WriteFile(file.handle, byte, 1, count, null));
    assertEquals(getLastWin32Error(), 5);
  }
});

test("WriteFile and ReadFile take views of any kind, wherever they begin", () => {
  using folder = tempFolder();
  const path = folder.file("file");
  using file = open(path);
  const memory = Uint8Array.from({ length: 64 }, (_, i) => i);
  const resizable = new ArrayBuffer(16, { maxByteLength: 32 });
  const shared = new SharedArrayBuffer(16);
  const views: [ArrayBufferView, number[]][] = [
    [memory.subarray(3, 6), [3, 4, 5]],
    [new DataView(memory.buffer, 7, 2), [7, 8]],
    [new Uint16Array(memory.buffer, 8, 1), [8, 9]],
    [new BigUint64Array(memory.buffer, 16, 1), [
      16,
      17,
      18,
      19,
      20,
      21,
      22,
      23,
    ]],
    [Float64Array.of(1), [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]],
    [new Uint8Array(resizable, 2, 2), [0, 0]],
    [new Uint8Array(shared, 2, 2), [0, 0]],
    [new Uint8Array(0), []],
    [new DataView(memory.buffer, 64), []],
    [new Uint8Array(100_000).fill(7, 99_999).subarray(99_998), [0, 7]],
  ];
  const count = new Uint32Array(1);
  for (const [view, expected] of views) {
    assert(kernel32.SetFilePointerEx(file.handle, 0n, null, 0));
    assert(kernel32.SetEndOfFile(file.handle));
    const { byteLength } = view;
    assert(kernel32.WriteFile(file.handle, view, byteLength, count, null));
    assertEquals([...readFileSync(path)], expected);
    assertEquals(count[0], byteLength);

    const Copy = view.constructor as new (length: number) => ArrayBufferView;
    const copy = view instanceof DataView
      ? new DataView(new ArrayBuffer(byteLength))
      : new Copy(byteLength / (view as Uint8Array).BYTES_PER_ELEMENT);
    assert(kernel32.SetFilePointerEx(file.handle, 0n, null, 0));
    assert(kernel32.ReadFile(file.handle, copy, byteLength, count, null));
    assertEquals(
      [...new Uint8Array(copy.buffer, copy.byteOffset, byteLength)],
      expected,
    );
  }
});

test("WriteFile and ReadFile take addresses, and null for the count", () => {
  using folder = tempFolder();
  using file = open(folder.file("file"));
  const page = kernel32.VirtualAlloc(null, 4096n, 0x3000, 0x04);
  assert(page !== 0n);
  const memory = new Uint8Array(selectBackend().memory(page, 4096));
  memory.set([5, 6, 7]);
  const count = page + 64n;
  assert(kernel32.WriteFile(file.handle, page, 3, count, null));
  assertEquals(memory[64], 3);
  assert(kernel32.SetFilePointerEx(file.handle, 0n, null, 0));
  assert(kernel32.ReadFile(file.handle, page + 16n, 64, count, null));
  assertEquals([...memory.subarray(16, 20), memory[64]], [5, 6, 7, 0, 3]);
  assert(kernel32.VirtualFree(page, 0n, 0x8000));
});

test("WriteFile goes to an offset with an OVERLAPPED in JS memory", () => {
  using folder = tempFolder();
  const path = folder.file("file");
  using file = open(path);
  const overlapped = new Uint8Array(32);
  new DataView(overlapped.buffer).setUint32(16, 4, true);
  const count = new Uint32Array(1);
  const bytes = Uint8Array.of(1, 2);
  assert(kernel32.WriteFile(file.handle, bytes, 2, count, overlapped));
  assertEquals([...readFileSync(path)], [0, 0, 0, 0, 1, 2]);
});

test("wrong arguments are refused as the general rule has it, and no call is made", () => {
  using folder = tempFolder();
  const path = folder.file("file");
  using file = open(path);
  const bytes = new Uint8Array(4);
  const count = new Uint32Array(1);
  kernel32.SetLastError(1234);
  const write = kernel32.WriteFile as (...args: unknown[]) => unknown;
  for (
    const [args, error, message] of [
      [
        [1, bytes, 4, count, null],
        TypeError,
        "hFile of WriteFile must be a handle",
      ],
      [
        [file.handle, "text", 4, count, null],
        TypeError,
        "lpBuffer of WriteFile",
      ],
      [
        [file.handle, bytes, 5, count, null],
        RangeError,
        "at least 5 bytes: got 4",
      ],
      [[file.handle, bytes, 1.5, count, null], RangeError, "got 1.5"],
      [[file.handle, bytes, 4n, count, null], TypeError, "must be a number"],
      [
        [file.handle, bytes, 4, new Uint8Array(3), null],
        RangeError,
        "lpNumberOfBytesWritten of WriteFile must have at least 4 bytes: got 3",
      ],
      [
        [file.handle, bytes, 4, count, new Uint8Array(31)],
        RangeError,
        "lpOverlapped of WriteFile must have at least 32 bytes: got 31",
      ],
      [[file.handle, bytes, 4, count], TypeError, "lpOverlapped of WriteFile"],
    ] as const
  ) {
    assertThrows(() => write(...args), error, message);
  }
  assertEquals(getLastWin32Error(), 1234);
  assertEquals(readFileSync(path).length, 0);
  assert(kernel32.WriteFile(file.handle, bytes, 4, count, null));
});

test("GetDiskFreeSpaceW fills all four of its numbers", () => {
  const numbers = Array.from({ length: 4 }, () => new Uint32Array(1));
  const [perCluster, perSector, free, total] = numbers;
  assert(
    kernel32.GetDiskFreeSpaceW("C:\\", perCluster!, perSector!, free!, total!),
  );
  assert(numbers.every(([number]) => number! > 0), `${numbers}`);
  assert(free![0]! <= total![0]!);
});

test("DeviceIoControl takes its eight arguments", () => {
  using volume = open("\\\\.\\C:", { access: 0 });
  const count = new Uint32Array(1);
  const number = new Uint32Array(4).fill(0xEEEE_EEEE);
  const IOCTL_STORAGE_GET_DEVICE_NUMBER = 0x002D_1080;
  const ok = kernel32.DeviceIoControl(
    volume.handle,
    IOCTL_STORAGE_GET_DEVICE_NUMBER,
    null,
    0,
    number,
    16,
    count,
    new Uint8Array(32),
  );
  assertEquals([ok, ok ? 0 : getLastWin32Error()], [true, 0]);
  // STORAGE_DEVICE_NUMBER, of a FILE_DEVICE_DISK, has three numbers.
  assertEquals([count[0], number[0], number[3]], [12, 7, 0xEEEE_EEEE]);
});

test("text goes there and back unharmed, be it long or strange", () => {
  const result = new Uint16Array(33_000);
  for (
    const text of [
      "C:\\Größe\\日本語\\🐟",
      "C:\\\uD800",
      `\\\\?\\C:\\${"x".repeat(200)}`,
      `C:${"\\long folder".repeat(2_000)}`,
    ]
  ) {
    const length = kernel32.GetFullPathNameW(text, 33_000, result, null);
    assertEquals(String.fromCharCode(...result.subarray(0, length)), text);
  }
});

test("a pending operation keeps its JS memory, which neither moves nor goes", async () => {
  using pipe = connectedPipe();
  // Small enough to lie in the collector's own memory, and held by nobody here.
  const lent = (() => {
    const bytes = new Uint8Array(16);
    const count = new Uint32Array(1);
    const overlapped = new Uint8Array(32);
    assert(!kernel32.ReadFile(pipe.server, bytes, 16, count, overlapped));
    assertEquals(getLastWin32Error(), 997);
    return [bytes, overlapped].map((view) => new WeakRef(view));
  })();
  for (let i = 0; i < 5; i++) {
    assertEquals(await survivors(lent), 2);
    // Whoever looks at the buffer makes Bun move a small typed array.
    for (const view of lent) assertEquals(view.deref()?.buffer.detached, false);
    Array.from({ length: 10_000 }, () => new Uint8Array(16).fill(0xEE));
  }
  const [bytes, overlapped] = lent.map((view) => view.deref()!);
  const count = new Uint32Array(1);
  const sent = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
  assert(kernel32.WriteFile(pipe.client, sent, 16, count, null));
  assert(kernel32.GetOverlappedResult(pipe.server, overlapped!, count, true));
  assertEquals([bytes, count[0]], [sent, 16]);
});

test("a pending operation whose OVERLAPPED is native memory keeps its buffer, which does not move", async () => {
  using pipe = connectedPipe();
  using overlapped = new AlignedBuffer(32);
  const count = new Uint32Array(1);
  const lent = (() => {
    const bytes = new Uint8Array(16);
    const { address } = overlapped;
    assert(!kernel32.ReadFile(pipe.server, bytes, 16, null, address));
    assertEquals(getLastWin32Error(), 997);
    return [new WeakRef(bytes)];
  })();
  assertEquals(await survivors(lent), 1);
  const bytes = lent[0]!.deref()!;
  assertEquals(bytes.buffer.detached, false);
  const sent = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
  assert(kernel32.WriteFile(pipe.client, sent, 16, count, null));
  const { address } = overlapped;
  assert(kernel32.GetOverlappedResult(pipe.server, address, count, true));
  assertEquals([bytes, count[0]], [sent, 16]);
});

test("addressOf() gives an address that stays, for views of any size", () => {
  const backend = selectBackend();
  let moved = 0;
  for (let i = 0; i < 50_000; i++) {
    const view = new Uint8Array(1 + i % 2_000);
    const address = backend.addressOf(view);
    view[0] = i;
    new Uint8Array(view.buffer)[0] = i + 1;
    if (backend.addressOf(view) !== address) moved++;
  }
  assertEquals(moved, 0);
});

test("memory() is the memory itself", () => {
  const backend = selectBackend();
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  const same = new Uint8Array(backend.memory(backend.addressOf(bytes), 100));
  assertEquals(same, bytes);
  same[50] = 1;
  assertEquals(bytes[50], 1);
});

/** Opens or makes a file; it is closed when the scope ends. */
function open(
  path: string,
  { access = GENERIC_READ_WRITE, flags = 0 } = {},
): Disposable & { handle: Handle } {
  const handle = kernel32.CreateFileW(
    path,
    access,
    7,
    null,
    path.startsWith("\\\\.\\") ? 3 : OPEN_ALWAYS,
    flags,
    null,
  );
  assert(handle as bigint !== INVALID_HANDLE_VALUE, `${getLastWin32Error()}`);
  return {
    handle,
    [Symbol.dispose]: () => void kernel32.CloseHandle(handle),
  };
}

let pipes = 0;

/** The two ends of a pipe; the server's is overlapped. */
function connectedPipe(): Disposable & { server: Handle; client: Handle } {
  const path = `\\\\.\\pipe\\kernel32-io-test-${Date.now()}-${pipes++}`;
  const server = kernel32.CreateNamedPipeW(
    path,
    0x3 | OVERLAPPED_FLAG, // PIPE_ACCESS_DUPLEX
    0,
    1,
    4096,
    4096,
    0,
    null,
  );
  assert(server as bigint !== INVALID_HANDLE_VALUE, `${getLastWin32Error()}`);
  const client = open(path);
  return {
    server,
    client: client.handle,
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      kernel32.CloseHandle(server);
    },
  };
}

test("a call gets no memory that a later argument has taken away", () => {
  const memory = new ArrayBuffer(8);
  const [sectors, bytes] = [new Int32Array(1), new Int32Array(memory)];
  let moved: Int32Array | undefined;
  // A DataView that passes for an Uint32Array, whose element is asked for.
  const claims = Object.setPrototypeOf(
    new DataView(new ArrayBuffer(4)),
    Uint32Array.prototype,
  );
  Object.defineProperty(claims, 0, {
    get() {
      moved ??= new Int32Array(structuredClone(memory, { transfer: [memory] }));
      return 0;
    },
    set() {},
  });
  kernel32.GetDiskFreeSpaceW("C:\\", sectors, bytes, claims, null);
  assertEquals([...moved!], [0, 0]);
});
