// portable

import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  connectPipe,
  ERROR_TIMEOUT,
  ERROR_WRITE_FAULT,
  listenPipe,
  open,
  openSync,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../mod.ts";
import { Console } from "../support/strict_kernel/console.ts";
import { CharacterDevice } from "../support/strict_kernel/device.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  plugIn,
  type SerialDriver,
  type SerialPort,
} from "../support/strict_kernel/serial_port.ts";

const SEEDS = [1, 2];
const COM = "\\\\.\\COM3";
const BOTH = { read: true, write: true };
const PORT = { ...BOTH, share: [] };
const DRIVERS: readonly SerialDriver[] = ["serial.sys", "FTDI", "usbser.sys"];

const IMMEDIATE = {
  ReadIntervalTimeout: 0xFFFF_FFFF,
  ReadTotalTimeoutConstant: 0,
};

/** A port whose time-outs elapse by themselves, and whose driver has no output buffer. */
function port(kernel: StrictKernel, driver: SerialDriver): SerialPort {
  const port = plugIn(kernel, "COM3", driver);
  port.timeouts.ReadTotalTimeoutConstant = 100;
  port.timeouts.WriteTotalTimeoutConstant = 100;
  port.outputSize = 0;
  kernel.clock.jumps = true;
  return port;
}

function checkTimeout(error: Win32Error, syscall: string, count: number): void {
  assertEquals(error.win32, ERROR_TIMEOUT);
  assertEquals(error.code, "ETIMEDOUT");
  assertEquals(error.syscall, syscall);
  assertEquals(error.bytesTransferred, count);
}

for (const driver of DRIVERS) {
  strictTest(
    `a serial port's time-out by ${driver} is no end, synchronously`,
    (kernel) => {
      const device = port(kernel, driver);
      using file = openSync(COM, PORT);
      const bytes = new Uint8Array(5);
      const timesOut = (run: () => unknown, syscall: string, count: number) =>
        checkTimeout(assertThrows(run, Win32Error), syscall, count);
      assertEquals(file.read(bytes), 0);
      device.receive(1, 2, 3);
      assertEquals(file.read(bytes), 3);
      device.receive(1, 2, 3);
      timesOut(() => file.readExactly(bytes), "ReadFile", 3);
      device.receive(1, 2, 3, 4, 5);
      file.readExactly(bytes);
      device.receive(1, 2, 3, 4);
      timesOut(() => file.readAll(), "ReadFile", 4);
      assertEquals(file.write(bytes), 5);
      assertEquals(device.sent, [1, 2, 3, 4, 5]);
    },
  );

  strictTest(
    `a serial port's time-out by ${driver} is no end, overlapped`,
    async (kernel) => {
      const device = port(kernel, driver);
      await using file = await open(COM, PORT);
      const bytes = new Uint8Array(5);
      const timesOut = async (promise: Promise<unknown>, count: number) =>
        checkTimeout(
          await assertRejects(() => promise, Win32Error),
          "ReadFile",
          count,
        );
      assertEquals(await file.read(bytes), 0);
      device.receive(1, 2, 3);
      assertEquals(await file.read(bytes), 3);
      device.receive(1, 2, 3);
      await timesOut(file.readExactly(bytes), 3);
      device.receive(1, 2, 3, 4);
      await timesOut(file.readAll(), 4);
      device.receive(1, 2, 3, 4, 5);
      const pair = [bytes.subarray(0, 2), bytes.subarray(2)];
      assertEquals(await file.readScatter(pair), 5);
      assertEquals(bytes, Uint8Array.of(1, 2, 3, 4, 5));
    },
    SEEDS,
  );

  strictTest(
    `a write that times out by ${driver} says so`,
    async (kernel) => {
      const device = port(kernel, driver);
      const data = new Uint8Array(5);
      for (const room of [0, 3]) {
        const checked = (error: Win32Error) => {
          checkTimeout(error, "WriteFile", room);
          assertEquals(error.message.includes("pipe"), false);
          assertStringIncludes(error.message, "SetCommTimeouts");
        };
        {
          using file = openSync(COM, PORT);
          device.room = room;
          assertEquals(file.write(data), room);
          device.room = room;
          checked(assertThrows(() => file.writeAll(data), Win32Error));
        }
        await using file = await open(COM, PORT);
        device.room = room;
        assertEquals(await file.write(data), room);
        device.room = room;
        checked(await assertRejects(() => file.writeAll(data), Win32Error));
        device.room = room;
        const writer = file.createWritable({ keepOpen: true }).getWriter();
        checked(await assertRejects(() => writer.write(data), Win32Error));
        await assertRejects(() => writer.closed);
      }
    },
    SEEDS,
  );

  strictTest(
    `a stream of a port asks again after a time-out by ${driver}`,
    async (kernel) => {
      const device = port(kernel, driver);
      const file = await open(COM, PORT);
      const reader = file.readable.getReader();
      const first = reader.read();
      const ticks = await new Promise<number>((resolve) => {
        let count = 0;
        const timer = setInterval(() => {
          if (++count < 5) return;
          clearInterval(timer);
          resolve(count);
        }, 1);
      });
      assertEquals(ticks, 5);
      device.receive(7, 8);
      assertEquals((await first).value, Uint8Array.of(7, 8));
      await reader.cancel();
      assertEquals(file.closed, true);
    },
    SEEDS,
  );
}

strictTest("a port that returns at once does not block", (kernel) => {
  const device = port(kernel, "FTDI");
  device.timeouts = { ...device.timeouts, ...IMMEDIATE };
  using file = openSync(COM, PORT);
  checkTimeout(
    assertThrows(() => file.readExactly(new Uint8Array(2)), Win32Error),
    "ReadFile",
    0,
  );
  device.receive(5);
  checkTimeout(assertThrows(() => file.readAll(), Win32Error), "ReadFile", 1);
});

strictTest("Ctrl+Z is the end of a console", (kernel) => {
  const lines = () => [Uint8Array.of(65, 13, 10), new Uint8Array(0)];
  const opened = () => {
    kernel.names.devices.set("conin$", new Console(lines()));
    return openSync("\\\\.\\CONIN$", { read: true });
  };
  using one = opened();
  assertEquals(one.read(new Uint8Array(8)), 3);
  assertEquals(one.read(new Uint8Array(8)), null);
  using two = opened();
  assertEquals(two.readAll(), Uint8Array.of(65, 13, 10));
  using three = opened();
  const error = assertThrows(
    () => three.readExactly(new Uint8Array(8)),
    UnexpectedEndOfFileError,
  );
  assertEquals(error.bytesTransferred, 3);
});

strictTest(
  "nothing loops on another device that gives nothing",
  async (kernel) => {
    const device = new CharacterDevice({
      read: () => new Uint8Array(0),
      write: () => ({ count: 0 }),
    });
    kernel.names.devices.set("thing", device);
    const bytes = new Uint8Array(4);
    using synchronous = openSync("\\\\.\\thing", BOTH);
    assertEquals(synchronous.read(bytes), 0);
    assertEquals(synchronous.readAll(), new Uint8Array(0));
    assertEquals(synchronous.write(bytes), 0);
    assertThrows(
      () => synchronous.readExactly(bytes),
      UnexpectedEndOfFileError,
    );
    const refused = (error: Win32Error) => {
      assertEquals(error.win32, ERROR_WRITE_FAULT);
      assertEquals(error.bytesTransferred, 0);
    };
    refused(assertThrows(() => synchronous.writeAll(bytes), Win32Error));
    const overlapped = await open("\\\\.\\thing", BOTH);
    assertEquals(await overlapped.read(bytes), 0);
    assertEquals(await overlapped.readAll(), new Uint8Array(0));
    assertEquals(await overlapped.write(bytes), 0);
    await assertRejects(
      () => overlapped.readExactly(bytes),
      UnexpectedEndOfFileError,
    );
    refused(await assertRejects(() => overlapped.writeAll(bytes), Win32Error));
    assertEquals(
      await new Response(overlapped.readable).bytes(),
      new Uint8Array(0),
    );
  },
  SEEDS,
);

strictTest("a port is known when it is open", async (kernel) => {
  const device = port(kernel, "serial.sys");
  for (const half of ["synchronous", "overlapped"]) {
    await using file = half === "overlapped"
      ? await open(COM, PORT)
      : openSync(COM, PORT);
    // As after a program has given back the permission for new functions.
    using _one = failFunction("GetCommState", 5);
    using _two = failFunction("GetConsoleMode", 5);
    const bytes = new Uint8Array(3);
    assertEquals(await file.read(bytes), 0);
    device.receive(1);
    await assertRejects(
      async () => await file.readExactly(bytes),
      Win32Error,
      "TIMEOUT",
    );
  }
});

strictTest("files and pipes are not asked for a port's state", async () => {
  let asked = 0;
  const counted = (name: string) =>
    replaceFunction(name, (original) => (kernel, ...words) => {
      asked++;
      return original(kernel, ...words);
    });
  using _one = counted("GetCommState");
  using _two = counted("GetConsoleMode");
  using file = openSync("C:\\a", { ...BOTH, create: true });
  assertEquals(file.read(new Uint8Array(3)), null);
  await using listener = listenPipe("\\\\.\\pipe\\a");
  await using client = await connectPipe("\\\\.\\pipe\\a");
  await using server = await listener.accept();
  await server.write(Uint8Array.of(1));
  assertEquals(await client.read(new Uint8Array(3)), 1);
  assertEquals(asked, 0);
  openSync("\\\\.\\NUL").close();
  assertEquals(asked, 2);
});
