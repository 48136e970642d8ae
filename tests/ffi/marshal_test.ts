// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Handle } from "../../ffi/handle.ts";
import type { Kernel32 } from "../../ffi/kernel32.ts";
import { bindFunction, type BoundFunction } from "../../ffi/marshal.ts";
import { Thread } from "../../ffi/thread.ts";
import { FakeBackend } from "../support/fake_backend.ts";
import { survivors } from "../support/garbage.ts";
import { PROTOTYPES } from "../support/prototypes.ts";

const FILE = 0x84n as Handle;

/** Binds one function as one that takes anything. */
function bind(name: keyof Kernel32, thread: () => Thread): BoundFunction {
  return bindFunction(name, PROTOTYPES[name], thread);
}

/** Functions of kernel32 on a fake system on which all succeed. */
function fakeKernel32(
  name: keyof Kernel32,
  result: (...words: bigint[]) => bigint = () => 1n,
): {
  backend: FakeBackend;
  call: BoundFunction;
  /** How often the function was called. */
  count: () => number;
  /** The arguments of the last call. */
  words: () => bigint[];
} {
  const backend = new FakeBackend({ [name]: result });
  let thread: Thread | undefined;
  const call = bind(name, () => thread ??= new Thread(backend));
  const length = PROTOTYPES[name].length - 1;
  const words = () => {
    const last = backend.calls.at(-1);
    assertEquals(last?.name, name);
    return last!.words.slice(0, length);
  };
  return { backend, call, count: () => backend.count(name), words };
}

test("a bound function asks the system for nothing before its first call", () => {
  let asked = 0;
  const backend = new FakeBackend({ CloseHandle: () => 1n });
  const close = bind("CloseHandle", () => {
    asked++;
    return new Thread(backend);
  });
  assertEquals([asked, backend.bound.length], [0, 0]);
  close(FILE);
  close(FILE);
  assertEquals(asked, 1);
});

test("a bound function says which function this system's kernel32 lacks", () => {
  const thread = new Thread(new FakeBackend({}));
  const call = bind("GetOverlappedResultEx", () => thread);
  assertThrows(
    () => call(FILE, new Uint8Array(32), new Uint8Array(4), 0, false),
    Error,
    "kernel32.dll does not export GetOverlappedResultEx",
  );
});

test("u32 takes both ways to write a constant", () => {
  const { call, words } = fakeKernel32("WaitForSingleObject");
  for (
    const [value, expected] of [
      [0, 0n],
      [5, 5n],
      [0x8000_0000, 0x8000_0000n],
      [1 << 31, 0x8000_0000n],
      [0xFFFF_FFFF, 0xFFFF_FFFFn],
      [-1, 0xFFFF_FFFFn],
    ] as const
  ) {
    call(FILE, value);
    assertEquals(words(), [FILE, expected]);
  }
});

test("u32 and i32 refuse what is no integer of 32 bits", () => {
  const wait = fakeKernel32("WaitForSingleObject");
  const info = fakeKernel32("GetFileInformationByHandleEx");
  for (const value of [2 ** 32, -(2 ** 31) - 1, 0.5, NaN, Infinity]) {
    assertThrows(
      () => wait.call(FILE, value),
      RangeError,
      `dwMilliseconds of WaitForSingleObject must be an integer of 32 bits: got ${value}`,
    );
    assertThrows(
      () => info.call(FILE, value, new Uint8Array(8), 8),
      RangeError,
      "FileInformationClass of GetFileInformationByHandleEx must be",
    );
  }
  for (const value of [1n, "1", true, null, undefined, {}]) {
    assertThrows(
      () => wait.call(FILE, value),
      TypeError,
      "dwMilliseconds of WaitForSingleObject must be a number: got",
    );
  }
  assertEquals(wait.count(), 0);
});

test("64-bit integers take bigints of either sign", () => {
  const { call, words } = fakeKernel32("SetFilePointerEx");
  for (
    const [value, expected] of [
      [0n, 0n],
      [-1n, 2n ** 64n - 1n],
      [-(2n ** 63n), 2n ** 63n],
      [2n ** 64n - 1n, 2n ** 64n - 1n],
    ] as const
  ) {
    call(FILE, value, null, 0);
    assertEquals(words(), [FILE, expected, 0n, 0n]);
  }
});

test("64-bit integers, handles and addresses refuse what would be cut off", () => {
  const pointer = fakeKernel32("SetFilePointerEx");
  const allocate = fakeKernel32("VirtualAlloc");
  for (const value of [2n ** 64n, -(2n ** 63n) - 1n, 2n ** 64n + 0x84n]) {
    for (
      const [label, call] of [
        ["hFile of SetFilePointerEx", () => pointer.call(value, 0n, null, 0)],
        [
          "liDistanceToMove of SetFilePointerEx",
          () => pointer.call(FILE, value, null, 0),
        ],
        [
          "lpNewFilePointer of SetFilePointerEx",
          () => pointer.call(FILE, 0n, value, 0),
        ],
        ["dwSize of VirtualAlloc", () => allocate.call(null, value, 0, 0)],
      ] as const
    ) {
      assertThrows(
        call,
        RangeError,
        `${label} must be an integer of 64 bits: got ${value}`,
      );
    }
  }
  for (const value of [1, "1", true, null, undefined, new Uint8Array(8)]) {
    assertThrows(
      () => pointer.call(FILE, value, null, 0),
      TypeError,
      "liDistanceToMove of SetFilePointerEx must be a bigint: got",
    );
  }
  assertEquals(pointer.count(), 0);
});

test("handles are bigints, and null only where Microsoft allows NULL", () => {
  const { call, words } = fakeKernel32("CreateIoCompletionPort");
  call(2n ** 64n - 1n, null, 7n, 0);
  assertEquals(words(), [2n ** 64n - 1n, 0n, 7n, 0n]);
  for (const value of [null, 132, "132", new Uint8Array(8), undefined]) {
    assertThrows(
      () => call(value, null, 0n, 0),
      TypeError,
      "FileHandle of CreateIoCompletionPort must be a handle (bigint): got",
    );
  }
  assertThrows(
    () => call(FILE, 5, 0n, 0),
    TypeError,
    "ExistingCompletionPort of CreateIoCompletionPort must be a handle (bigint), or null: got 5 (number)",
  );
});

test("bool takes booleans only", () => {
  const { call, words } = fakeKernel32("CreateEventW");
  call(null, true, false, null);
  assertEquals(words(), [0n, 1n, 0n, 0n]);
  for (const value of [1, 1n, "true", null, undefined]) {
    assertThrows(
      () => call(null, value, false, null),
      TypeError,
      "bManualReset of CreateEventW must be a boolean: got",
    );
  }
});

test("buffers are views of any kind, and are passed where they begin", () => {
  const { backend, call, words } = fakeKernel32("GetFileSizeEx");
  const memory = new ArrayBuffer(64);
  const views = [
    new Uint8Array(memory, 3, 8),
    new DataView(memory, 5, 8),
    new BigInt64Array(memory, 8, 1),
    new Float64Array(memory, 16, 1),
  ];
  for (const view of views) {
    call(FILE, view);
    assertEquals(words(), [FILE, backend.addressOf(view)]);
  }
});

test("buffers are addresses, too", () => {
  const { call, words } = fakeKernel32("GetFileSizeEx");
  call(FILE, 0x7FFE_0000_1234n);
  assertEquals(words(), [FILE, 0x7FFE_0000_1234n]);
});

test("buffers are nothing else", () => {
  const { call, count } = fakeKernel32("GetFileSizeEx");
  for (
    const [value, shown] of [
      [new ArrayBuffer(8), "[object ArrayBuffer]"],
      [[0], "[object Array]"],
      ["text", 'the string "text"'],
      [8, "8 (number)"],
      [null, "null"],
      [undefined, "undefined (undefined)"],
      [Symbol("s"), "Symbol(s) (symbol)"],
      [() => 0, "[object Function]"],
    ] as const
  ) {
    assertThrows(
      () => call(FILE, value),
      TypeError,
      `lpFileSize of GetFileSizeEx must be an ArrayBufferView or an address (bigint): got ${shown}`,
    );
  }
  assertEquals(count(), 0);
});

test("a buffer must be as large as the structure that it receives", () => {
  const { call, count } = fakeKernel32("GetFileSizeEx");
  assertThrows(
    () => call(FILE, new Uint8Array(7)),
    RangeError,
    "lpFileSize of GetFileSizeEx must have at least 8 bytes: got 7",
  );
  assertEquals(count(), 0);
  call(FILE, new Uint8Array(8));
});

test("a buffer must be as large as the parameter beside it says", () => {
  const { backend, call, count, words } = fakeKernel32("DeviceIoControl");
  const input = new Uint8Array(4);
  const output = new Uint8Array(6);
  const control = (inputSize: number, outputSize: number) =>
    call(FILE, 1, input, inputSize, output, outputSize, null, null);
  assertThrows(
    () => control(5, 6),
    RangeError,
    "lpInBuffer of DeviceIoControl must have at least 5 bytes: got 4",
  );
  assertThrows(
    () => control(4, 0xFFFF_FFFF),
    RangeError,
    "lpOutBuffer of DeviceIoControl must have at least 4294967295 bytes: got 6",
  );
  assertThrows(() => control(4, -1), RangeError, "at least 4294967295 bytes");
  assertEquals(count(), 0);
  control(4, 6);
  assertEquals(words().slice(2, 6), [
    backend.addressOf(input),
    4n,
    backend.addressOf(output),
    6n,
  ]);
});

test("an array of segments must have an element for each page", () => {
  for (const name of ["ReadFileScatter", "WriteFileGather"] as const) {
    const { call, count } = fakeKernel32(name);
    const start = (length: number, size: number) =>
      call(FILE, new Uint8Array(size), length, null, new Uint8Array(32));
    for (
      const [length, needed] of [
        [1, 8],
        [4096, 8],
        [4097, 16],
        [3 * 4096, 24],
        [0xFFFF_F000, 8 * 0xF_FFFF],
      ] as const
    ) {
      assertThrows(
        () => start(length, needed - 1),
        RangeError,
        `aSegmentArray of ${name} must have at least ${needed} bytes: got ${
          needed - 1
        }`,
      );
    }
    assertEquals(count(), 0);
    start(3 * 4096, 24);
    start(3 * 4096, 32);
    assertEquals(count(), 2);
  }
});

test("a buffer must have room for as many characters and entries as are announced", () => {
  for (
    const [name, args, needed, given] of [
      ["GetVolumePathNameW", ["C:\\", new Uint16Array(9), 10], 20, 18],
      ["GetFullPathNameW", ["a", 10, new Uint16Array(9), null], 20, 18],
      [
        "FormatMessageW",
        [0x1200, null, 5, 0, new Uint16Array(9), 10, null],
        20,
        18,
      ],
      [
        "GetQueuedCompletionStatusEx",
        [FILE, new Uint8Array(64), 3, new Uint8Array(4), 0, false],
        96,
        64,
      ],
    ] as const
  ) {
    const { call, count } = fakeKernel32(name);
    assertThrows(
      () => call(...args),
      RangeError,
      `of ${name} must have at least ${needed} bytes: got ${given}`,
    );
    assertEquals(count(), 0);
    call(...args.map((arg) => arg === 10 ? 9 : arg === 3 ? 2 : arg));
    assertEquals(count(), 1);
  }
});

test("a function is not called by what its own arguments do", () => {
  const { call, count, words } = fakeKernel32("ReadFile");
  const errors: unknown[] = [];
  const callAgain = () => {
    try {
      call(FILE, new Uint8Array(1000), 1000, new Uint8Array(4), null);
    } catch (error) {
      errors.push(error);
    }
  };
  const counter = new DataView(new ArrayBuffer(4));
  Object.setPrototypeOf(counter, Uint32Array.prototype);
  Object.defineProperty(counter, 0, { get: callAgain, set() {} });
  const proxied = new Uint8Array(4);
  Object.setPrototypeOf(
    proxied,
    new Proxy(Uint8Array.prototype, {
      getPrototypeOf(target) {
        callAgain();
        return Object.getPrototypeOf(target);
      },
    }),
  );
  for (const lying of [counter, proxied]) {
    errors.length = 0;
    const calls = count();
    call(FILE, new Uint8Array(4), 4, lying, null);
    assertEquals([count(), words()[2]], [calls + 1, 4n]);
    assert(errors.length > 0);
    for (const error of errors) {
      assertEquals(
        (error as Error).message,
        "ReadFile must not call itself",
      );
    }
  }
  assertThrows(() => call(FILE, new Uint8Array(4), 5, null, null), RangeError);
  call(FILE, new Uint8Array(4), 4, null, null);
});

test("a detached buffer is one without bytes", () => {
  const { call } = fakeKernel32("GetFileSizeEx");
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  assertThrows(() => call(FILE, view), RangeError, "at least 8 bytes: got 0");
});

test("strings arrive in UTF-16 with a NUL behind them", () => {
  const { backend, call, words } = fakeKernel32("DeleteFileW");
  for (
    const text of [
      "",
      "a",
      "C:\\Größe\\日本語\\🐟.txt",
      "\uD800",
      "x".repeat(32_766),
    ]
  ) {
    call(text);
    assertEquals(backend.textAt(words()[0]!), text);
  }
});

test("strings without a NUL are refused, and so is what is no string", () => {
  const { call, count } = fakeKernel32("DeleteFileW");
  assertThrows(
    () => call("a\0b"),
    TypeError,
    'lpFileName of DeleteFileW must not contain the character NUL, which ends a string in Windows: got "a\\u0000b"',
  );
  for (const value of [null, 5, undefined, new String("a"), true]) {
    assertThrows(
      () => call(value),
      TypeError,
      "lpFileName of DeleteFileW must be a string, an ArrayBufferView or an address (bigint): got",
    );
  }
  assertEquals(count(), 0);
});

test("text may be a view or an address, or null where Microsoft allows NULL", () => {
  const { backend, call, words } = fakeKernel32("CreateEventW");
  const name = Uint16Array.of(0x65, 0);
  call(null, true, true, name);
  assertEquals(words()[3], backend.addressOf(name));
  call(null, true, true, 0x7FFE_0000n);
  assertEquals(words()[3], 0x7FFE_0000n);
  call(null, true, true, null);
  assertEquals(words()[3], 0n);
});

test("text in a view must have its NUL, behind which the system would read on", () => {
  const { call, count } = fakeKernel32("DeleteFileW");
  const unaligned = new DataView(new ArrayBuffer(5), 1);
  const detached = Uint16Array.of(0x65, 0);
  structuredClone(detached, { transfer: [detached.buffer] });
  for (
    const text of [
      new Uint16Array(0),
      Uint16Array.of(0x65),
      Uint16Array.of(0x65, 0, 0x65).subarray(2),
      Uint8Array.of(0x65, 0, 0, 0x65, 0),
      Uint8Array.of(0),
      new DataView(Uint8Array.of(1, 1, 0, 0, 1).buffer, 1),
      detached,
    ]
  ) {
    assertThrows(
      () => call(text),
      TypeError,
      "lpFileName of DeleteFileW must be UTF-16 with a NUL: got [object ",
    );
  }
  assertEquals(count(), 0);
  unaligned.setUint16(0, 0x65);
  call(unaligned);
  call(Uint16Array.of(0x65, 0, 0x65));
  call(new Uint16Array(new SharedArrayBuffer(2)));
  assertEquals(count(), 3);
});

test("a call may have more buffers than are passed as such", () => {
  const { backend, call, words } = fakeKernel32("GetDiskFreeSpaceW");
  const numbers = Array.from({ length: 4 }, () => new Int32Array(1));
  for (let given = 0; given <= 4; given++) {
    const pointers = numbers.map((view, i) => i < given ? view : null);
    call("C:\\", ...pointers);
    assertEquals(backend.textAt(words()[0]!), "C:\\");
    assertEquals(
      words().slice(1),
      pointers.map((view) => view === null ? 0n : backend.addressOf(view)),
    );
  }
});

test("nothing of a refused call is left for the next one", () => {
  const { backend, call, words } = fakeKernel32("GetDiskFreeSpaceW");
  const [a, b, c] = Array.from({ length: 3 }, () => new Int32Array(1));
  assertThrows(() => call("C:\\", a, b, c, "no"), TypeError);
  assertThrows(() => call("C:\\", a, "no"), TypeError);
  call(null, null, null, null, c);
  assertEquals(words(), [0n, 0n, 0n, 0n, backend.addressOf(c!)]);
  call(null, 0x1000n, null, b, null);
  assertEquals(words(), [0n, 0x1000n, 0n, backend.addressOf(b!), 0n]);
});

test("nothing of a call that the runtime ended is left for the next one", () => {
  let broken = true;
  const { backend, call, words } = fakeKernel32("GetDiskFreeSpaceW", () => {
    if (broken) throw new Error("broken");
    return 1n;
  });
  const a = new Int32Array(1);
  assertThrows(() => call("C:\\", a, a, a, a), Error, "broken");
  broken = false;
  call(null, null, a, null, null);
  assertEquals(words(), [0n, 0n, backend.addressOf(a), 0n, 0n]);
});

test("the size of an earlier buffer is no measure for an address", () => {
  const { call, words } = fakeKernel32("PeekNamedPipe");
  call(FILE, new Uint8Array(4), 4, null, null, null);
  call(FILE, 0x1000n, 400, null, null, null);
  assertEquals(words().slice(1, 3), [0x1000n, 400n]);
  call(FILE, null, 400, null, null, null);
  assertEquals(words().slice(1, 3), [0n, 400n]);
});

test("results are what the prototype says, whatever stands in the upper bits", () => {
  const high = 0xABCD_EF01_0000_0000n;
  for (
    const [name, args, result, expected] of [
      ["CloseHandle", [FILE], high, false],
      ["CloseHandle", [FILE], high | 0xFFFF_FFFFn, true],
      ["GetFileType", [FILE], high | 0xFFFF_FFFFn, 0xFFFF_FFFF],
      ["GetStdHandle", [-11], 2n ** 64n - 1n, 2n ** 64n - 1n],
      ["VirtualAlloc", [null, 1n, 0, 0], 0x7FFE_0001_0000n, 0x7FFE_0001_0000n],
      ["SetLastError", [5], high, undefined],
    ] as const
  ) {
    const { call } = fakeKernel32(name, () => result);
    assertEquals(call(...args), expected, name);
  }
});

test("memory of a pending operation is retained until its OVERLAPPED serves again", async () => {
  const { backend, call } = fakeKernel32("DeviceIoControl", () => {
    backend.lastError = 997;
    return 0n;
  });
  const overlapped = 0x5000n;
  const start = (isPending: boolean) => {
    const views = Array.from({ length: 3 }, () => new Uint8Array(8));
    call(
      FILE,
      1,
      views[0],
      8,
      views[1],
      8,
      views[2],
      isPending ? overlapped : null,
    );
    return views.map((view) => new WeakRef(view));
  };
  const first = start(true);
  assertEquals(await survivors(first), 3);
  const second = start(true);
  assertEquals(await survivors(second), 3);
  assertEquals(await survivors(first), 0);
});

test("memory of an operation that is not pending is not retained", async () => {
  const { call } = fakeKernel32("DeviceIoControl");
  const views = (() => {
    const views = Array.from({ length: 3 }, () => new Uint8Array(8));
    call(FILE, 1, views[0], 8, views[1], 8, views[2], 0x5000n);
    call(FILE, 1, null, 0, null, 0, null, null);
    return views.map((view) => new WeakRef(view));
  })();
  assertEquals(await survivors(views), 0);
});

test("the first count in a Uint32Array is written by way of native memory", () => {
  const counts: bigint[] = [];
  const { backend, call, words } = fakeKernel32("WriteFile", (...words) => {
    const count = backend.at(words[3]!);
    counts.push(BigInt(count.getUint32(0, true)));
    if (words[0] === FILE) count.setUint32(0, Number(words[2]), true);
    return words[0] === FILE ? 1n : 0n;
  });
  const bytes = new Uint8Array(8);
  const count = Uint32Array.of(77);
  const overlapped = new Uint8Array(32);
  for (const at of [null, overlapped]) {
    assertEquals(call(FILE, bytes, 5, count, at), true);
    assertEquals(count[0], 5);
    assertEquals(words().slice(0, 3), [FILE, backend.addressOf(bytes), 5n]);
    assertEquals(words()[4], at === null ? 0n : backend.addressOf(at));
  }
  // What the function does not write stays as it was.
  count[0] = 9;
  assertEquals(call(0n, bytes, 5, count, null), false);
  assertEquals([count[0], counts], [9, [77n, 5n, 9n]]);
});

test("a count in other memory than a Uint32Array is written there", () => {
  const { backend, call, words } = fakeKernel32("WriteFile");
  for (const count of [new Uint8Array(4), new DataView(new ArrayBuffer(4))]) {
    call(FILE, new Uint8Array(8), 8, count, null);
    assertEquals(words()[3], backend.addressOf(count));
  }
  call(FILE, new Uint8Array(8), 8, null, null);
  assertEquals(words()[3], 0n);
});

test("a count is refused that has no room for it", () => {
  const { call, count } = fakeKernel32("WriteFile");
  for (const view of [new Uint32Array(0), new Uint8Array(3)]) {
    assertThrows(
      () => call(FILE, new Uint8Array(8), 8, view, null),
      RangeError,
      "lpNumberOfBytesWritten of WriteFile must have at least 4 bytes",
    );
  }
  assertEquals(count(), 0);
});

test("a view is not believed about its own length, type or buffer", () => {
  const { call, count } = fakeKernel32("WriteFile");
  const larger = { value: 4096 };
  class Larger extends Uint8Array {
    override get byteLength(): number {
      return 4096;
    }
  }
  const views = [
    Object.defineProperties(new Uint8Array(16), {
      byteLength: larger,
      length: larger,
    }),
    new Larger(16),
    Object.setPrototypeOf(new Uint8Array(16), DataView.prototype),
    Object.defineProperty(
      new DataView(new ArrayBuffer(16)),
      "byteLength",
      larger,
    ),
  ];
  const counts = new Uint32Array(1);
  for (const view of views) {
    assertThrows(
      () => call(FILE, view, 4096, counts, null),
      RangeError,
      "lpBuffer of WriteFile must have at least 4096 bytes: got 16",
    );
  }
  assertEquals(count(), 0);
  for (const view of views) {
    assertEquals(call(FILE, view, 16, null, null), true);
  }
  const proxy = new Proxy(new Uint8Array(16), {});
  assertThrows(() => call(FILE, proxy, 16, null, null), TypeError);
});

test("memory that is written after the call is passed itself, also where it is one number", () => {
  let mask = 0n;
  const { backend, call } = fakeKernel32("WaitCommEvent", (_, address) => {
    mask = address!;
    return 0n;
  });
  const events = new Uint32Array(1);
  call(FILE, events, new Uint8Array(32));
  backend.at(mask).setUint32(0, 0x40, true);
  assertEquals(events[0], 0x40);
});
