// portable

import { assertEquals, assertRejects } from "@std/assert";
import { thread } from "../../../ffi/thread.ts";
import { FileClosedError, openSerial, Win32Error } from "../../../mod.ts";
import { pooledMemory } from "../../../src/memory/pooled_memory.ts";
import { assertSettles } from "../../support/event_loop.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";
import { plugIn } from "../../support/strict_kernel/serial_port.ts";

const FAST = { baudRate: 115_200 };

strictTest(
  "calls that wait for one before them end with `close()`, and name their method",
  async (kernel) => {
    plugIn(kernel, "COM3");
    const port = await openSerial("COM3", FAST);
    const first = port.getSignals();
    const waiting: [string, Promise<unknown>][] = [
      ["reconfigure", port.reconfigure({ baudRate: 300 })],
      ["reconfigure", port.reconfigure({ bufferSize: 9 })],
      ["setSignals", port.setSignals({ break: true })],
      ["getSignals", port.getSignals()],
      ["discard", port.discard()],
    ];
    const refused = waiting.map(([name, call]) =>
      assertRejects(() => call, FileClosedError, `${name}() needs an open file`)
    );
    await port.close();
    assertEquals((await first).clearToSend, true);
    await Promise.all(refused);
  },
);

strictTest(
  "calls of a port fail with the function's name and the path, and hold no memory",
  async (kernel) => {
    plugIn(kernel, "COM3");
    await using port = await openSerial("COM3", FAST);
    await port.getSignals();
    const before = pooledMemory();
    const failing: [string, () => Promise<unknown>][] = [
      ["GetCommModemStatus", () => port.getSignals()],
      ["PurgeComm", () => port.discard()],
      ["EscapeCommFunction", () => port.setSignals({ break: true })],
      ["SetCommState", () => port.reconfigure({ baudRate: 300 })],
      ["SetCommTimeouts", () => port.reconfigure({ readTimeout: 3 })],
      ["FlushFileBuffers", () => port.drain()],
    ];
    for (const [name, call] of failing) {
      using _ = failFunction(name, 1117);
      const error = await assertRejects(
        call,
        Win32Error,
        "The port may have been unplugged: close it, and open it again when " +
          "it is back.",
      );
      const { syscall, win32, path } = error;
      assertEquals([syscall, win32, path], [name, 1117, "COM3"]);
    }
    assertEquals(pooledMemory(), before);
  },
);

strictTest(
  "sizes of buffers that no thread could ask for are no refusal of the driver",
  async (kernel) => {
    const device = plugIn(kernel, "COM3");
    await using port = await openSerial("COM3", FAST);
    const real = thread();
    const { threadCall } = real;
    real.threadCall = (name, caller) => {
      if (name === "SetupComm") throw new RangeError("no thread");
      return threadCall.call(real, name, caller);
    };
    const change = () => port.reconfigure({ bufferSize: 9, baudRate: 300 });
    try {
      await assertRejects(change, RangeError, "no thread");
    } finally {
      real.threadCall = threadCall;
    }
    assertEquals(device.dcb.BaudRate, 115_200);
    await change();
    assertEquals(device.dcb.BaudRate, 300);
  },
);

strictTest(
  "`discard()` asks for what is to be dropped, and no more",
  async (kernel) => {
    plugIn(kernel, "COM3");
    await using port = await openSerial("COM3", FAST);
    const flags: bigint[] = [];
    using _ = replaceFunction("PurgeComm", (original) => (kernel, ...words) => {
      flags.push(BigInt.asUintN(32, words[1]!));
      return original(kernel, ...words);
    });
    await port.discard("received");
    await port.discard("unsent");
    await port.discard("both");
    await port.discard();
    // PURGE_TXABORT 1, PURGE_TXCLEAR 4, PURGE_RXCLEAR 8: reads that wait go on.
    assertEquals(flags, [8n, 5n, 13n, 13n]);
  },
);

strictTest(
  "`discard()` of what has come leaves writes alone that wait",
  async (kernel) => {
    const device = plugIn(kernel, "COM3");
    await using port = await openSerial("COM3", FAST);
    device.room = 0;
    const first = port.writeAll(Uint8Array.of(65, 66));
    const second = port.writeAll(Uint8Array.of(67));
    device.receive("old");
    await port.discard("received");
    device.room = Infinity;
    await Promise.all([first, second]);
    assertEquals(device.takeSent(), "ABC");
  },
);

strictTest(
  "a port that cannot be set up is closed, and its memory released",
  async (kernel) => {
    const device = plugIn(kernel, "COM3");
    await (await openSerial("COM3", FAST)).close();
    const before = pooledMemory();
    const opened: boolean[] = [];
    using _watched = replaceFunction(
      "CreateFileW",
      (original) => (kernel, ...words) => {
        opened.push(true);
        return original(kernel, ...words);
      },
    );
    for (const failing of [1, 2]) {
      let calls = 0;
      using _ = failFunction(
        "CreateIoCompletionPort",
        8,
        () => ++calls === failing,
      );
      const open = () => openSerial("COM3", FAST);
      const { syscall } = await assertRejects(open, Win32Error);
      assertEquals(syscall, "CreateIoCompletionPort");
      // Without a port for its packets, it is not even opened.
      assertEquals([opened.length, device.isOpen], [failing - 1, false]);
    }
    {
      let calls = 0;
      using _ = failFunction("SetCommState", 995, () => ++calls > 0);
      // An error of the line makes it fail so, and is cleared each time.
      const open = () => openSerial("COM3", FAST);
      const { symbol } = await assertRejects(open, Win32Error);
      assertEquals([symbol, calls], ["ERROR_OPERATION_ABORTED", 10]);
      assertEquals(device.isOpen, false);
    }
    for (const code of [6, 50, 31]) {
      let calls = 0;
      using _ = failFunction("SetCommState", code, () => ++calls > 0);
      const hint = code === 31 ? "been unplugged" : "It may be no serial port.";
      await assertRejects(() => openSerial("COM3", FAST), Win32Error, hint);
      assertEquals([device.isOpen, calls], [false, 1]);
    }
    assertEquals(pooledMemory(), before);
  },
);

strictTest(
  "a port that cannot be opened says what may be wrong",
  async (kernel) => {
    plugIn(kernel, "COM3");
    const hints: [number, string | undefined][] = [
      [2, "There is no such port now. This computer has COM3."],
      [3, "There is no such port now. This computer has COM3."],
      [5, "A port is open once at a time: another program has it open, or"],
      [32, "A port is open once at a time: another program has it open, or"],
      [121, "answer: is it switched on, and in reach? If so, connect it anew."],
      [31, "Its device does not answer: is it switched on, and in reach? If"],
      [8, undefined],
    ];
    for (const [code, hint] of hints) {
      using _ = failFunction("CreateFileW", code);
      const open = () => openSerial("COM3", FAST);
      const error = await assertRejects(open, Win32Error);
      const { syscall, win32, path } = error;
      assertEquals([syscall, win32, path], ["CreateFileW", code, "COM3"]);
      const known = /no such port|open once|does not answer/.test(
        error.message,
      );
      assertEquals(known, hint !== undefined);
      assertEquals(error.message.includes(hint ?? ""), true, error.message);
    }
    await assertSettles(openSerial("COM3", FAST).then((port) => port.close()));
  },
);
