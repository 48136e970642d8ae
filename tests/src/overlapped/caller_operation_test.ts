// portable

import { assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_OPERATION_ABORTED,
  FileClosedError,
  kernel32,
  open,
  type OverlappedFile,
  Win32Error,
} from "../../../mod.ts";
import { assertSettles } from "../../support/event_loop.ts";
import { newFile } from "../../support/overlapped_strict.ts";
import {
  CharacterDevice,
  type CharacterDriver,
} from "../../support/strict_kernel/device.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import { STATUS_CANCELLED } from "../../support/strict_kernel/status.ts";

/** Opens a device of which reads stay pending, unless told otherwise. */
function openThing(
  kernel: StrictKernel,
  driver: CharacterDriver = { read: () => undefined },
): Promise<OverlappedFile> {
  kernel.schedule.choose = () => "in call";
  kernel.names.devices.set("thing", new CharacterDevice(driver));
  const options = { read: true, maxInFlight: { operations: 1 } };
  return open("\\\\.\\thing", options);
}

/** Makes a call that reads to a buffer. */
function readTo({ address, byteLength }: AlignedBuffer) {
  return (overlapped: bigint, handle: OverlappedFile["handle"]) =>
    kernel32.ReadFile(handle, address, byteLength, null, overlapped);
}

strictTest(
  "callOverlapped() reads its list of buffers once, and checks what is left then",
  async () => {
    await using file = await newFile();
    using buffer = new AlignedBuffer(16);
    const freed = new AlignedBuffer(16);
    const list = [freed, buffer];
    Object.defineProperty(list, 1, {
      get() {
        freed.free();
        return buffer;
      },
    });
    list.map = () => {
      throw new Error("of the list");
    };
    await assertRejects(
      () => file.callOverlapped(() => true, { buffers: list }),
      RangeError,
      "one of buffers has been freed",
    );
  },
);

strictTest(
  "callOverlapped() does not take a buffer's word for having memory",
  async () => {
    await using file = await newFile();
    const [first, second] = [new AlignedBuffer(16), new AlignedBuffer(16)];
    Object.defineProperty(second, "byteLength", {
      get() {
        first.free();
        return 16;
      },
    });
    let calls = 0;
    const run = () =>
      file.callOverlapped(() => ++calls > 0, { buffers: [first, second] });
    await run();
    second.free();
    await assertRejects(run, RangeError, "one of buffers has been freed");
    const none = Object.create(AlignedBuffer.prototype) as AlignedBuffer;
    await assertRejects(
      () => file.callOverlapped(() => ++calls > 0, { buffers: [none] }),
      TypeError,
    );
    assertEquals(calls, 1);
    first.free();
  },
);

strictTest(
  "callOverlapped() does not take a call's word for what the kernel has",
  async (kernel) => {
    const file = await openThing(kernel);
    using buffer = new AlignedBuffer(16);
    const calls: ((overlapped: bigint) => boolean)[] = [
      (overlapped) => {
        const result = readTo(buffer)(overlapped, file.handle);
        kernel32.SetLastError(0); // as another call may
        return result;
      },
      (overlapped) => !readTo(buffer)(overlapped, file.handle),
    ];
    for (const call of calls) {
      const { win32 } = await assertRejects(
        () => file.callOverlapped(call, { buffers: [buffer] }),
        Win32Error,
      );
      assertEquals(win32, ERROR_OPERATION_ABORTED);
      assertEquals(kernel.io.inFlight.length, 0);
    }
    await file.close();
  },
);

strictTest(
  "callOverlapped() names the argument that is wrong, and makes no call",
  async () => {
    await using file = await newFile();
    const buffer = new AlignedBuffer(16);
    let calls = 0;
    const call = () => ++calls > 0;
    const wrong: [unknown, unknown, string][] = [
      ["ReadFile", {}, "call must be a function that takes the address of an"],
      [call, null, "options of callOverlapped() must be an object"],
      [call, { buffer }, '"buffer" is no option of callOverlapped()'],
      [call, { name: 5 }, "name must be a string: got 5"],
      [call, { at: "0" }, "at must be a number or a bigint"],
      [call, { at: -1 }, "at must be a whole number"],
      [call, { signal: {} }, "signal must be an AbortSignal"],
      [call, { buffers: buffer }, "buffers must be a list of AlignedBuffers"],
      [call, { buffers: [buffer.bytes] }, "each of buffers must be an Aligned"],
    ];
    for (const [call, options, message] of wrong) {
      const run = () => file.callOverlapped(call as never, options as never);
      await assertRejects(run, Error, message);
    }
    buffer.free();
    await assertRejects(
      () => file.callOverlapped(call, { buffers: [buffer] }),
      RangeError,
      "one of buffers has been freed",
    );
    assertEquals(calls, 0);
  },
);

strictTest(
  "callOverlapped() gives errors the name of the function, or its own",
  async (kernel) => {
    const file = await openThing(kernel, {});
    using buffer = new AlignedBuffer(16);
    const names: string[] = [];
    for (const options of [{}, { name: "ReadFile" }]) {
      const run = () => file.callOverlapped(readTo(buffer), options);
      const { syscall, path } = await assertRejects(run, Win32Error);
      names.push(`${syscall} ${path}`);
    }
    const path = "\\\\.\\thing";
    assertEquals(names, [`callOverlapped ${path}`, `ReadFile ${path}`]);
    await file.close();
  },
);

strictTest(
  "callOverlapped() takes no room of the transfers, and ends with close()",
  async (kernel) => {
    let answers = 0;
    const file = await openThing(kernel, {
      read: () => answers-- > 0 ? Uint8Array.of(1) : undefined,
    });
    using buffer = new AlignedBuffer(16);
    const pending = file.callOverlapped(readTo(buffer), { buffers: [buffer] });
    const closed = assertRejects(
      () => pending,
      FileClosedError,
      "callOverlapped() needs an open file",
    );
    answers = 1;
    const read = file.read(new Uint8Array(1));
    await assertSettles(read);
    assertEquals(await read, 1);
    await file.close();
    await closed;
  },
);

strictTest(
  "callOverlapped() counts what came before an abort, and then releases the memory",
  async (kernel) => {
    const file = await openThing(kernel);
    const { allocations } = kernel.memory;
    const buffer = new AlignedBuffer(16);
    const controller = new AbortController();
    const { signal } = controller;
    const options = { buffers: [buffer], signal };
    const pending = file.callOverlapped(readTo(buffer), options);
    buffer.free();
    assertEquals(kernel.memory.allocations, allocations + 1);
    const [operation] = kernel.io.inFlight;
    kernel.io.pending.endNow(operation!, STATUS_CANCELLED, new Uint8Array(3));
    controller.abort();
    assertEquals(await pending, 3);
    assertEquals(kernel.memory.allocations, allocations);
    await file.close();
  },
);
