// portable

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  AlignedBuffer,
  ctlCode,
  ERROR_INVALID_FUNCTION,
  ERROR_MORE_DATA,
  FileClosedError,
  kernel32,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import {
  FSCTL_SET_SPARSE,
  FSCTL_SET_ZERO_DATA,
  IOCTL_DISK_GET_LENGTH_INFO,
  IOCTL_STORAGE_QUERY_PROPERTY,
} from "../../src/raw.ts";
import { pooledMemory } from "../../src/memory/pooled_memory.ts";
import { assertSettles } from "../support/event_loop.ts";
import {
  CharacterDevice,
  type CharacterDriver,
} from "../support/strict_kernel/device.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import { replaceFunction } from "../support/strict_kernel/replaced.ts";
import {
  STATUS_BUFFER_OVERFLOW,
  STATUS_CANCELLED,
} from "../support/strict_kernel/status.ts";

const SEEDS = [1, 2, 3];
const THING = "\\\\.\\thing";

/** Answers 1 with three bytes, 2 with a part, 3 with what it got, 4 never. */
function thing(kernel: StrictKernel, more: CharacterDriver = {}): void {
  const device = new CharacterDevice({
    control(code, input) {
      if (code === 1) return Uint8Array.of(7, 8, 9);
      if (code === 2) {
        return { bytes: Uint8Array.of(7, 8), status: STATUS_BUFFER_OVERFLOW };
      }
      if (code === 3) return input;
      return code === 4 ? undefined : 0xC000_0010;
    },
    ...more,
  });
  kernel.names.devices.set("thing", device);
}

strictTest("ctlCode() composes the codes of the headers", () => {
  assertEquals(ctlCode(9, 49, 0, 0), FSCTL_SET_SPARSE);
  assertEquals(ctlCode(9, 50, 0, 2), FSCTL_SET_ZERO_DATA);
  assertEquals(ctlCode(7, 0x17, 0, 1), IOCTL_DISK_GET_LENGTH_INFO);
  assertEquals(ctlCode(0x2D, 0x500, 0, 0), IOCTL_STORAGE_QUERY_PROPERTY);
  assertEquals(ctlCode(0xFFFF, 0xFFF, 3, 3), 0xFFFF_FFFF);
  for (
    const wrong of [[-1, 0, 0, 0], [0, 4096, 0, 0], [0, 0, 4, 0], [0, 0, 0, .5]]
  ) {
    const [type, code, method, access] = wrong as [
      number,
      number,
      number,
      number,
    ];
    assertThrows(() => ctlCode(type, code, method, access), RangeError);
  }
});

strictTest(
  "deviceIoControl() returns what the driver returned",
  async (kernel) => {
    thing(kernel);
    using synchronous = openSync(THING, { read: true });
    await using overlapped = await open(THING, { read: true });
    for (const file of [synchronous, overlapped]) {
      assertEquals(
        await file.deviceIoControl(1, { outputLength: 10 }),
        Uint8Array.of(7, 8, 9),
      );
      const output = new Uint32Array(2);
      const bytes = await file.deviceIoControl(1, { output });
      assertStrictEquals(bytes.buffer, output.buffer);
      assertEquals([bytes.length, output[0]], [3, 0x0009_0807]);
      const input = Uint16Array.of(0x0201, 0x0403).subarray(1);
      assertEquals(
        await file.deviceIoControl(3, { input, outputLength: 2 }),
        Uint8Array.of(3, 4),
      );
      assertEquals(await file.deviceIoControl(3), new Uint8Array(0));
      const none = await file.deviceIoControl(3, { outputLength: 0 });
      assertEquals(none, new Uint8Array(0));
    }
  },
  SEEDS,
);

strictTest(
  "deviceIoControl() gives the part that fitted with its error",
  async (kernel) => {
    thing(kernel);
    using synchronous = openSync(THING, { read: true });
    await using overlapped = await open(THING, { read: true });
    for (const file of [synchronous, overlapped]) {
      const send = async (code: number) =>
        await file.deviceIoControl(code, { outputLength: 2 });
      const error = await assertRejects(() => send(2), Win32Error);
      assertEquals([error.win32, error.syscall], [
        ERROR_MORE_DATA,
        "DeviceIoControl",
      ]);
      assertEquals(error.output, Uint8Array.of(7, 8));
      assertEquals(error.bytesTransferred, 2);
      for (const code of [5, 0xFFFF_FFFF]) {
        const refused = await assertRejects(() => send(code), Win32Error);
        assertEquals(refused.win32, ERROR_INVALID_FUNCTION);
        assertEquals(refused.output, undefined);
        assertEquals(refused.path, THING);
      }
    }
  },
  SEEDS,
);

strictTest(
  "a signal and close() end a control code that is pending",
  async (kernel) => {
    thing(kernel);
    const file = await open(THING, { read: true });
    const controller = new AbortController();
    const reason = new Error("enough");
    const { signal } = controller;
    const input = new Uint8Array(100);
    const pending = file.deviceIoControl(4, { input, outputLength: 9, signal });
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => pending), reason);
    assertStrictEquals(
      await assertRejects(() => file.deviceIoControl(4, { signal })),
      reason,
    );
    const last = file.deviceIoControl(4);
    const closed = assertRejects(() => last, FileClosedError);
    await file.close();
    await closed;
    await assertRejects(() => file.deviceIoControl(1), FileClosedError);
  },
  SEEDS,
);

strictTest(
  "what a caller does to its memory meanwhile harms nothing",
  async (kernel) => {
    const answers: Uint8Array[] = [];
    thing(kernel, { control: () => answers.shift() });
    await using file = await open(THING, { read: true });
    const output = new Uint8Array(3);
    const pending = file.deviceIoControl(1, { output });
    structuredClone(output.buffer, { transfer: [output.buffer] });
    answers.push(Uint8Array.of(1, 2, 3));
    kernel.io.pending.retry();
    await assertRejects(() => pending, TypeError, "output");
    const longer = new Uint8Array(5);
    const next = file.deviceIoControl(1, { output: longer });
    longer.fill(9);
    answers.push(Uint8Array.of(1, 2, 3));
    kernel.io.pending.retry();
    assertEquals((await next).length, 3);
    assertEquals(longer, Uint8Array.of(1, 2, 3, 9, 9));
  },
  SEEDS,
);

strictTest(
  "deviceIoControl() refuses what is wrong before any call",
  async (kernel) => {
    let calls = 0;
    thing(kernel, { control: () => (calls++, new Uint8Array(0)) });
    using synchronous = openSync(THING, { read: true });
    await using overlapped = await open(THING, { read: true });
    calls = 0;
    // deno-lint-ignore no-explicit-any -- what callers without types may pass
    const wrong: [any, any, RegExp][] = [
      ["1", {}, /code must be a number/],
      [-1, {}, /got -1, which is 4294967295 after >>> 0$/],
      [-(2 ** 31), {}, /got -2147483648, which is 2147483648 after >>> 0$/],
      [-(2 ** 31) - 1, {}, /code must be a whole number .*: got -2147483649$/],
      [
        2 ** 32,
        {},
        /code must be a whole number from 0 to .*: got 4294967296$/,
      ],
      [0.5, {}, /code must be a whole number from 0 to 2\^32-1: got 0.5$/],
      [-0.5, {}, /: got -0.5$/],
      [0x80002000 | 0, {}, /got -2147475456, which is 2147491840 after >>> 0/],
      [1, null, /options of deviceIoControl\(\) must be an object/],
      [1, new Uint8Array(4), /an object that may have input, .*Uint8Array/],
      [
        1,
        { in: new Uint8Array(4) },
        /"in" is no option of deviceIoControl\(\)/,
      ],
      [1, { input: "text" }, /input must be a Uint8Array/],
      [1, { output: [1] }, /output must be a Uint8Array/],
      [1, { outputLength: -1 }, /outputLength must be a whole number/],
      [1, { outputLength: 2n }, /outputLength must be a number/],
      [
        1,
        { output: new Uint8Array(1), outputLength: 1 },
        /exclude each other: leave out outputLength, the output has a length of its own$/,
      ],
    ];
    for (const file of [synchronous, overlapped]) {
      for (const [code, options, message] of wrong) {
        const error = await assertRejects(
          async () => await file.deviceIoControl(code, options),
          Error,
        );
        assert(message.test(error.message), error.message);
      }
    }
    await assertRejects(
      () => overlapped.deviceIoControl(1, { signal: {} as AbortSignal }),
      TypeError,
      "signal",
    );
    assertEquals(calls, 0);
  },
);

strictTest("deviceIoControl() reads each option once", async (kernel) => {
  thing(kernel);
  await using file = await open(THING, { read: true });
  const reads: string[] = [];
  const options = new Proxy({
    input: Uint8Array.of(5),
    output: new Uint8Array(1),
    outputLength: undefined,
    signal: new AbortController().signal,
  }, {
    get(target, name) {
      reads.push(String(name));
      return Reflect.get(target, name);
    },
  });
  assertEquals(await file.deviceIoControl(3, options), Uint8Array.of(5));
  assertEquals(reads, ["input", "output", "outputLength", "signal"]);
});

strictTest(
  "callOverlapped() makes an operation of one's own call",
  async () => {
    await using file = await open("C:\\a", {
      read: true,
      write: true,
      create: true,
    });
    using buffer = new AlignedBuffer(4096);
    buffer.bytes.fill(5);
    const { bytes } = buffer;
    const write = (at: number, length: number) =>
      file.callOverlapped(
        (overlapped, handle) =>
          kernel32.WriteFile(handle, bytes, length, null, overlapped),
        { buffers: [buffer], at, name: "WriteFile" },
      );
    assertEquals(await Promise.all([write(0, 100), write(100, 50)]), [100, 50]);
    assertEquals(file.size(), 150);
    const read = (at: number) =>
      file.callOverlapped(
        (overlapped, handle) =>
          kernel32.ReadFile(handle, bytes, 4096, null, overlapped),
        { buffers: [buffer], at: BigInt(at), name: "ReadFile" },
      );
    assertEquals(await read(140), 10);
    const error = await assertRejects(() => read(150), Win32Error);
    assertEquals([error.symbol, error.syscall], [
      "ERROR_HANDLE_EOF",
      "ReadFile",
    ]);
  },
  SEEDS,
);

strictTest(
  "memory named to callOverlapped() stays until the kernel has ended",
  async (kernel) => {
    const answers: Uint8Array[] = [];
    thing(kernel, { read: () => answers.shift() });
    const file = await open(THING, { read: true });
    const buffer = new AlignedBuffer(4096);
    const read = (signal?: AbortSignal) =>
      file.callOverlapped(
        (overlapped, handle) =>
          kernel32.ReadFile(handle, buffer.address, 16, null, overlapped),
        { buffers: [buffer], signal },
      );
    const controller = new AbortController();
    const aborted = read(controller.signal);
    controller.abort();
    assertEquals(
      (await assertRejects(() => aborted, Error)).name,
      "AbortError",
    );
    const pending = read();
    buffer.free();
    answers.push(Uint8Array.of(1));
    kernel.io.pending.retry();
    assertEquals(await pending, 1);
    await assertRejects(() => read(), RangeError, "freed");
    await file.close();
  },
  SEEDS,
);

strictTest(
  "callOverlapped() survives a call that does not say how it went",
  async (kernel) => {
    thing(kernel, { read: () => undefined });
    await using file = await open(THING, { read: true });
    using buffer = new AlignedBuffer(4096);
    const call = (result: unknown) => (overlapped: bigint) => {
      kernel32.ReadFile(file.handle, buffer.bytes, 16, null, overlapped);
      return result as boolean;
    };
    for (const result of [undefined, 1, Promise.resolve(true)]) {
      await assertRejects(
        () => file.callOverlapped(call(result), { buffers: [buffer] }),
        TypeError,
        "call must return",
      );
    }
    const reason = new Error("mine");
    const throwing = () => {
      throw reason;
    };
    assertStrictEquals(
      await assertRejects(() => file.callOverlapped(throwing)),
      reason,
    );
    await assertRejects(
      // deno-lint-ignore no-explicit-any -- what callers without types may pass
      () => file.callOverlapped("ReadFile" as any),
      TypeError,
      "call must be a function",
    );
    await assertRejects(
      // deno-lint-ignore no-explicit-any -- what callers without types may pass
      () => file.callOverlapped(() => true, { buffers: [buffer.bytes] as any }),
      TypeError,
      "AlignedBuffer",
    );
  },
  SEEDS,
);

strictTest(
  "a driver gets the input and the output as they are, aligned, or NULL",
  async (kernel) => {
    thing(kernel);
    await using file = await open(THING, { read: true });
    const calls: (readonly [input: number[], output: number[], at: bigint])[] =
      [];
    using _ = replaceFunction(
      "DeviceIoControl",
      (original) => (kernel, ...words) => {
        const bytes = (address: bigint, length: bigint) => {
          if (address === 0n) return [];
          const count = Number(length & 0xFFFF_FFFFn);
          const view = kernel.memory.view(address, count);
          return Array.from({ length: count }, (_, i) => view.getUint8(i));
        };
        const [, , input, inputLength, output, outputLength] = words;
        calls.push([
          bytes(input!, inputLength!),
          bytes(output!, outputLength!),
          output! % 16n,
        ]);
        assertEquals([input === 0n, output === 0n], [
          inputLength === 0n,
          outputLength === 0n,
        ]);
        return original(kernel, ...words);
      },
    );
    const before = pooledMemory();
    const input = Uint8Array.of(1, 2, 3);
    const output = Uint8Array.of(4, 5, 6, 9);
    await file.deviceIoControl(1, { input, output });
    await file.deviceIoControl(1, { output });
    await file.deviceIoControl(3, { input });
    await file.deviceIoControl(3);
    assertEquals(calls, [
      [[1, 2, 3], [4, 5, 6, 9], 0n],
      [[], [7, 8, 9, 9], 0n],
      [[1, 2, 3], [], 0n],
      [[], [], 0n],
    ]);
    calls.length = 0;
    using synchronous = openSync(THING, { read: true });
    const empty = new Uint8Array(0);
    for (const one of [file, synchronous]) {
      await one.deviceIoControl(3, { input: empty, output: empty });
      await one.deviceIoControl(3, { outputLength: 0 });
    }
    assertEquals(calls, Array(4).fill([[], [], 0n]));
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    await file.deviceIoControl(1, { output: shared });
    assertEquals([...shared], [7, 8, 9, 0]);
    assertEquals(pooledMemory(), before);
  },
  SEEDS,
);

strictTest(
  "a control code that is pending takes no room of the transfers, and names its method",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    thing(kernel, { read: () => Uint8Array.of(1) });
    const limit = { maxInFlight: { operations: 1 } };
    const file = await open(THING, { read: true, ...limit });
    const cancelled = assertRejects(() => file.deviceIoControl(4), Win32Error);
    const closed = assertRejects(
      () => file.deviceIoControl(4),
      FileClosedError,
      "deviceIoControl() needs an open file",
    );
    const read = file.read(new Uint8Array(1));
    await assertSettles(read);
    assertEquals(await read, 1);
    const [operation] = kernel.io.inFlight;
    kernel.io.pending.endNow(operation!, STATUS_CANCELLED);
    const { syscall, symbol, path } = await cancelled;
    const expected = ["DeviceIoControl", "ERROR_OPERATION_ABORTED", THING];
    assertEquals([syscall, symbol, path], expected);
    await Promise.all([file.close(), closed]);
  },
);
