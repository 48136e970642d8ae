// portable

import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_SUPPORTED,
  ERROR_OPERATION_ABORTED,
  FileClosedError,
  open,
  openSerial,
  type OpenSerialOptions,
  SerialLineError,
  type SerialPort,
  serialPorts,
  UnexpectedEndOfFileError,
  Win32Error,
} from "../../mod.ts";
import {
  CE_BREAK,
  CE_FRAME,
  CE_OVERRUN,
  CE_RXPARITY,
  DTR_CONTROL_HANDSHAKE,
  RTS_CONTROL_TOGGLE,
} from "../../src/raw.ts";
import type { DCB } from "../../src/structs.ts";
import {
  assertSettles,
  settling,
  turns,
  until,
} from "../support/event_loop.ts";
import { random } from "../support/random.ts";
import { fail } from "../support/strict_kernel/failure.ts";
import { OpenFile, type Target } from "../support/strict_kernel/open_file.ts";
import {
  type Operation,
  type StrictKernel,
  strictTest,
} from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";
import {
  plugIn,
  type SerialDriver,
  type SerialPort as Device,
} from "../support/strict_kernel/serial_port.ts";
import { Blocking } from "../support/strict_kernel/thread.ts";

const SEEDS = [1, 2];
const DRIVERS: readonly SerialDriver[] = ["serial.sys", "FTDI", "usbser.sys"];
const FAST = { baudRate: 115_200 };

/** A port, and the device at its other end. */
interface Ends extends AsyncDisposable {
  readonly port: SerialPort;
  readonly device: Device;
}

async function ends(
  kernel: StrictKernel,
  options: Partial<OpenSerialOptions> = {},
  driver?: SerialDriver,
): Promise<Ends> {
  const device = plugIn(kernel, "COM3", driver);
  const port = await openSerial("COM3", { ...FAST, ...options });
  return { port, device, [Symbol.asyncDispose]: () => port.close() };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What one read gives, as text. */
async function readText(port: SerialPort, length = 64): Promise<string> {
  const buffer = new Uint8Array(length);
  return text(buffer.subarray(0, await port.read(buffer)));
}

/** All that is there, as text: a driver may give a byte first. */
async function readTexts(port: SerialPort, length: number): Promise<string> {
  let all = "";
  while (all.length < length) all += await readText(port);
  return all;
}

function checkTimeout(error: Win32Error, syscall: string, count: number): void {
  assertEquals(
    [error.win32, error.code, error.syscall, error.bytesTransferred],
    [1460, "ETIMEDOUT", syscall, count],
  );
}

// Settings

/** The DCB of 115,200 baud with all else by default. */
const PLAIN: DCB = {
  DCBlength: 28,
  BaudRate: 115_200,
  Flags: {
    fBinary: 1,
    fParity: 0,
    fOutxCtsFlow: 0,
    fOutxDsrFlow: 0,
    fDtrControl: 1,
    fDsrSensitivity: 0,
    fTXContinueOnXoff: 0,
    fOutX: 0,
    fInX: 0,
    fErrorChar: 0,
    fNull: 0,
    fRtsControl: 1,
    fAbortOnError: 0,
    fDummy2: 0,
  },
  wReserved: 0,
  XonLim: 1024,
  XoffLim: 1024,
  ByteSize: 8,
  Parity: 0,
  StopBits: 0,
  XonChar: 0x11,
  XoffChar: 0x13,
  ErrorChar: 0,
  EofChar: 0,
  EvtChar: 0,
  wReserved1: 0,
};

/** What another program has left behind. */
const LEFT_BEHIND: DCB = {
  ...PLAIN,
  BaudRate: 300,
  Flags: {
    fBinary: 1,
    fParity: 1,
    fOutxCtsFlow: 1,
    fOutxDsrFlow: 1,
    fDtrControl: DTR_CONTROL_HANDSHAKE,
    fDsrSensitivity: 1,
    fTXContinueOnXoff: 1,
    fOutX: 1,
    fInX: 1,
    fErrorChar: 1,
    fNull: 1,
    fRtsControl: RTS_CONTROL_TOGGLE,
    fAbortOnError: 1,
    fDummy2: 0,
  },
  XonLim: 7,
  XoffLim: 9,
  ByteSize: 5,
  Parity: 4,
  StopBits: 1,
  XonChar: 1,
  XoffChar: 2,
  ErrorChar: 3,
  EofChar: 4,
  EvtChar: 5,
};

type Change = readonly [
  options: Partial<OpenSerialOptions>,
  flags: Partial<DCB["Flags"]>,
  rest: Partial<DCB>,
];

const CHANGES: readonly Change[] = [
  [{}, {}, {}],
  [{ baudRate: 1 }, {}, { BaudRate: 1 }],
  [{ baudRate: 3_000_000 }, {}, { BaudRate: 3_000_000 }],
  [{ dataBits: 7 }, {}, { ByteSize: 7 }],
  [{ dataBits: 8 }, {}, {}],
  [{ stopBits: 1 }, {}, {}],
  [{ stopBits: 2 }, {}, { StopBits: 2 }],
  [{ parity: "none" }, {}, {}],
  [{ parity: "odd" }, { fParity: 1 }, { Parity: 1 }],
  [{ parity: "even" }, { fParity: 1 }, { Parity: 2 }],
  [{ parity: "mark" }, { fParity: 1 }, { Parity: 3 }],
  [{ parity: "space" }, { fParity: 1 }, { Parity: 4 }],
  [{ flowControl: "none" }, {}, {}],
  [{ flowControl: "hardware" }, { fOutxCtsFlow: 1, fRtsControl: 2 }, {}],
  [
    { flowControl: "software" },
    { fOutX: 1, fInX: 1, fTXContinueOnXoff: 1 },
    {},
  ],
  [{ bufferSize: 1 }, {}, { XonLim: 0, XoffLim: 0 }],
  [{ bufferSize: 255 }, {}, { XonLim: 63, XoffLim: 63 }],
  [{ bufferSize: 100_000 }, {}, {}],
  [{ dataTerminalReady: true, requestToSend: true }, {}, {}],
  [{ dataTerminalReady: false }, { fDtrControl: 0 }, {}],
  [{ requestToSend: false }, { fRtsControl: 0 }, {}],
];

strictTest(
  "`openSerial()` sets all of the DCB, whatever another program has left",
  async (kernel) => {
    for (const [options, flags, rest] of CHANGES) {
      const device = plugIn(kernel, "COM3");
      device.dcb = LEFT_BEHIND;
      await using _ = await openSerial("COM3", { ...FAST, ...options });
      const expected = {
        ...PLAIN,
        ...rest,
        Flags: { ...PLAIN.Flags, ...flags },
      };
      assertEquals(device.dcb, expected, JSON.stringify(options));
      const size = options.bufferSize ?? 65_536;
      assertEquals(device.queueSizes, { in: size, out: size });
    }
  },
);

strictTest(
  "`reconfigure()` sets each option, and leaves the others",
  async (kernel) => {
    const { readTimeout, ...rest } = { readTimeout: 5, stopBits: 2 } as const;
    for (const [options, flags, changed] of CHANGES) {
      const { dataTerminalReady, requestToSend, ...changes } = options;
      await using both = await ends(kernel, {
        readTimeout,
        ...rest,
        ...(dataTerminalReady === undefined ? {} : { dataTerminalReady }),
        ...(requestToSend === undefined ? {} : { requestToSend }),
      });
      const { port, device } = both;
      await port.reconfigure(changes);
      assertEquals(device.dcb, {
        ...PLAIN,
        StopBits: 2,
        ...changed,
        ...("stopBits" in options && options.stopBits === 1
          ? { StopBits: 0 }
          : {}),
        Flags: { ...PLAIN.Flags, ...flags },
      }, JSON.stringify(options));
      assertEquals(device.timeouts.ReadTotalTimeoutConstant, 5);
      const size = options.bufferSize ?? 65_536;
      assertEquals(device.queueSizes, { in: size, out: size });
    }
  },
);

const TIMEOUTS: readonly (readonly [
  Partial<OpenSerialOptions>,
  readonly number[],
])[] = [
  [{}, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFE, 0, 0]],
  [
    { readTimeout: Infinity, writeTimeout: Infinity },
    [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFE, 0, 0],
  ],
  [{ readTimeout: 0 }, [0xFFFF_FFFF, 0, 0, 0, 0]],
  [{ readTimeout: 1 }, [0xFFFF_FFFF, 0xFFFF_FFFF, 1, 0, 0]],
  [
    { readTimeout: 0xFFFF_FFFD, writeTimeout: 1 },
    [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFD, 0, 1],
  ],
  [
    { writeTimeout: 0xFFFF_FFFD },
    [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFE, 0, 0xFFFF_FFFD],
  ],
];

strictTest("`openSerial()` sets all of the time-outs", async (kernel) => {
  for (const [options, expected] of TIMEOUTS) {
    const device = plugIn(kernel, "COM3");
    device.timeouts = {
      ReadIntervalTimeout: 1,
      ReadTotalTimeoutMultiplier: 2,
      ReadTotalTimeoutConstant: 3,
      WriteTotalTimeoutMultiplier: 4,
      WriteTotalTimeoutConstant: 5,
    };
    await using port = await openSerial("COM3", { ...FAST, ...options });
    assertEquals(Object.values(device.timeouts), expected);
    await port.reconfigure({ readTimeout: Infinity, writeTimeout: Infinity });
    assertEquals(Object.values(device.timeouts), TIMEOUTS[0]![1]);
  }
});

strictTest("ports are opened by plain names and by paths", async (kernel) => {
  const names = ["COM3", "com3", "COM10", "COM256", "\\\\.\\CNCA0"];
  for (const name of names) {
    const device = plugIn(kernel, name.replace("\\\\.\\", ""));
    const port = await openSerial(name, FAST);
    assertEquals([port.path, port.closed, device.isOpen], [name, false, true]);
    assert(port.handle > 0n);
    await port.close();
    assertEquals([port.closed, device.isOpen], [true, false]);
  }
  assertEquals(
    serialPorts().map(({ path }) => path),
    ["COM3", "COM10", "COM256"],
  );
  assert(serialPorts().every(({ device }) => device.startsWith("\\Device\\")));
});

strictTest("a port that is absent, busy or none gets help", async (kernel) => {
  const message = async (name: string, options = {}) => {
    const { message, symbol, path } = await assertRejects(
      () => openSerial(name, { ...FAST, ...options }),
      Win32Error,
    );
    assertEquals(path, name);
    return `${symbol}: ${message.replace(/^.*\)\. /, "")}`;
  };
  assertEquals(
    await message("COM4"),
    "ERROR_FILE_NOT_FOUND: There is no such port now. This computer has none.",
  );
  plugIn(kernel, "COM12");
  await using both = await ends(kernel);
  assertEquals(
    await message("COM4"),
    "ERROR_FILE_NOT_FOUND: There is no such port now. This computer has COM3, " +
      "COM12.",
  );
  assertEquals(
    await message("COM3"),
    "ERROR_ACCESS_DENIED: A port is open once at a time: another program has " +
      "it open, or this one.",
  );
  assertEquals(
    await message("COM12", { stopBits: 1.5 }),
    "ERROR_INVALID_PARAMETER: The driver refuses 115200 baud, 8 data bits, 1.5 " +
      'stop bits, parity "none" or flow control "none".',
  );
  assertEquals(
    await message("\\\\.\\NUL"),
    "ERROR_INVALID_FUNCTION: It may be no serial port.",
  );
  assertEquals(await both.port.write(bytes("x")), 1);
});

strictTest(
  "settings that the driver refuses leave the port as it was",
  async (kernel) => {
    await using both = await ends(kernel, { readTimeout: 5 });
    const { port, device } = both;
    const before = device.dcb;
    const { lineChanges } = device;
    lineChanges.length = 0;
    const error = await assertRejects(
      () => port.reconfigure({ stopBits: 1.5, readTimeout: 9 }),
      Win32Error,
      "1.5 stop bits",
    );
    assertEquals([error.symbol, error.syscall], [
      "ERROR_INVALID_PARAMETER",
      "SetCommState",
    ]);
    assertEquals(device.dcb, before);
    assertEquals(device.timeouts.ReadTotalTimeoutConstant, 5);
    await port.reconfigure({ baudRate: 9600 });
    assertEquals(device.dcb, { ...before, BaudRate: 9600 });
    assertEquals(lineChanges, []);
  },
);

strictTest(
  "settings of which a driver takes a part are set back",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    const set = device.setState.bind(device);
    device.setState = (dcb) => {
      set(dcb);
      if (dcb.BaudRate === 300) fail(ERROR_INVALID_PARAMETER);
    };
    await assertRejects(() => port.reconfigure({ baudRate: 300 }), Win32Error);
    assertEquals(device.dcb, PLAIN);
  },
);

strictTest(
  "errors of the line from before the settings are no errors of a read",
  async (kernel) => {
    const device = plugIn(kernel, "COM3");
    const set = device.setState.bind(device);
    device.setState = (dcb) => {
      device.lineError("framing", 0x3F);
      set(dcb);
    };
    await using port = await openSerial("COM3", FAST);
    assertEquals((await readText(port)).length, 1);
    device.receive("good");
    assertEquals(await readText(port), "good");
    // CE_TXFULL is no error of the line.
    device.errors = 0x100;
    device.receive("better");
    assertEquals(await readTexts(port, 6), "better");
  },
);

strictTest("a driver may refuse sizes of its buffers", async (kernel) => {
  const device = plugIn(kernel, "COM3");
  device.setQueueSizes = () => fail(ERROR_NOT_SUPPORTED);
  await using port = await openSerial("COM3", { ...FAST, bufferSize: 9 });
  await port.reconfigure({ bufferSize: 10 });
  assertEquals(device.dcb.BaudRate, 115_200);
});

strictTest(
  "an error of the line while a port is opened does not keep it closed",
  async (kernel) => {
    const device = plugIn(kernel, "COM3");
    device.dcb = LEFT_BEHIND;
    let errors = 0;
    device.setQueueSizes = () => {
      if (errors++ < 3) device.lineError("framing");
    };
    const port = await openSerial("COM3", { ...FAST, readTimeout: 1 });
    assertEquals([device.dcb, errors], [PLAIN, 4]);
    kernel.clock.jumps = true;
    assertEquals(await port.read(new Uint8Array(1)), 0);
    await port.close();
  },
);

/** Has a function of the system wait, on the thread that calls it, until the test ends the wait. */
function hold(name: string): Disposable & { readonly ends: (() => void)[] } {
  const ends: (() => void)[] = [];
  const replaced = replaceFunction(name, (original) => (kernel, ...words) => {
    const blocking = new Blocking("a device that does not answer", {});
    const call = () => original(kernel, ...words) as bigint;
    ends.push(() => blocking.end(call));
    return blocking;
  });
  return { ends, [Symbol.dispose]: () => replaced[Symbol.dispose]() };
}

for (const name of ["CreateFileW", "SetCommState"]) {
  strictTest(
    `a signal ends the wait of \`openSerial()\` for ${name}, and the port is closed`,
    async (kernel) => {
      const device = plugIn(kernel, "COM3");
      device.dcb = LEFT_BEHIND;
      using held = hold(name);
      const controller = new AbortController();
      const { signal } = controller;
      const opening = openSerial("COM3", { ...FAST, signal });
      const rejection = assertRejects(() => settling(opening), Error, "enough");
      await until(() => held.ends.length > 0);
      controller.abort(new Error("enough"));
      await rejection;
      held.ends[0]!();
      await turns();
      assertEquals(device.isOpen, false);
      const isSetUp = name === "SetCommState";
      assertEquals(device.dcb, isSetUp ? PLAIN : LEFT_BEHIND);
    },
  );
}

strictTest(
  "a signal ends the wait of `openSerial()` for a thread, or has no port opened",
  async (kernel) => {
    const device = plugIn(kernel, "COM3");
    using held = hold("CreateFileW");
    const others = [1, 2, 4, 5].map((i) => openSerial(`COM${i}`, FAST));
    await until(() => held.ends.length === others.length);
    const controller = new AbortController();
    const { signal } = controller;
    const waits = openSerial("COM3", { ...FAST, signal });
    const rejection = assertRejects(() => settling(waits), Error, "enough");
    await turns();
    controller.abort(new Error("enough"));
    await rejection;
    for (const end of held.ends.splice(0)) end();
    await Promise.allSettled(others);
    await assertRejects(
      () => settling(openSerial("COM3", { ...FAST, signal })),
      Error,
      "enough",
    );
    await turns();
    assertEquals([held.ends.length, device.isOpen], [0, false]);
  },
);

strictTest("a signal does nothing to a port that is open", async (kernel) => {
  const device = plugIn(kernel, "COM3");
  const controller = new AbortController();
  const { signal } = controller;
  await using port = await openSerial("COM3", { ...FAST, signal });
  controller.abort();
  await port.writeAll(bytes("x"));
  assertEquals([device.isOpen, device.takeSent()], [true, "x"]);
});

// Reads, writes and time-outs

for (const driver of DRIVERS) {
  strictTest(`reads give what has come, with ${driver}`, async (kernel) => {
    await using both = await ends(kernel, {}, driver);
    const { port, device } = both;
    device.receive("already here");
    assertEquals(await readText(port), "already here");
    const waits = readTexts(port, 5);
    await turns();
    device.receive("later");
    assertEquals(await waits, "later");
    const exactly = new Uint8Array(6);
    const full = port.readExactly(exactly);
    for (const part of ["a", "bcd", "efgh"]) {
      await turns();
      device.receive(part);
    }
    await full;
    assertEquals([text(exactly), await readText(port)], ["abcdef", "gh"]);
    assertEquals(await port.read(new Uint8Array(0)), 0);
    const large = new Uint8Array(200_000);
    const all = port.readExactly(large);
    for (let i = 0; i < 50; i++) {
      do await turns(); while (device.received.length > 0);
      device.receive("x".repeat(4000));
    }
    await all;
    assert(large.every((byte) => byte === 0x78));
  }, SEEDS);

  strictTest(`a read times out with 0, with ${driver}`, async (kernel) => {
    await using both = await ends(kernel, { readTimeout: 100 }, driver);
    const { port, device } = both;
    const first = port.read(new Uint8Array(8));
    await turns();
    kernel.clock.advance(99);
    let isOver = false;
    first.then(() => isOver = true);
    await turns();
    assertEquals(isOver, false);
    kernel.clock.advance(1);
    assertEquals(await first, 0);
    kernel.clock.jumps = true;
    device.receive("ab");
    assertEquals(await readText(port), "ab");
    assertEquals(await readText(port), "");
    await port.reconfigure({ readTimeout: 0 });
    const before = kernel.clock.now;
    assertEquals(await readText(port), "");
    assertEquals(kernel.clock.now, before);
  });

  strictTest(
    `what a call that times out has read is the next read's, with ${driver}`,
    async (kernel) => {
      await using both = await ends(kernel, { readTimeout: 100 }, driver);
      const { port, device } = both;
      kernel.clock.jumps = true;
      const buffer = new Uint8Array(5);
      const timesOut = async (call: Promise<unknown>, count: number) => {
        const error = await assertRejects(() => call, Win32Error);
        checkTimeout(error, "ReadFile", count);
      };
      await timesOut(port.readExactly(buffer), 0);
      device.receive("abc");
      await timesOut(port.readExactly(buffer), 3);
      assertEquals(text(buffer.subarray(0, 3)), "abc");
      buffer.fill(0); // It is the caller's again.
      device.receive("d");
      await timesOut(port.readAll(), 4);
      device.receive("ef");
      await port.readExactly(buffer);
      assertEquals(text(buffer), "abcde");
      assertEquals(await readText(port), "f");
    },
  );

  strictTest(`writes time out with a count, with ${driver}`, async (kernel) => {
    await using both = await ends(kernel, { writeTimeout: 50 }, driver);
    const { port, device } = both;
    device.outputSize = 0;
    kernel.clock.jumps = true;
    const data = bytes("0123456789");
    assertEquals(await port.write(data), 10);
    await port.writeAll(data);
    assertEquals(device.takeSent(), "01234567890123456789");
    device.room = 4;
    assertEquals(await port.write(data), 4);
    assertEquals(await port.write(data), 0);
    device.room = 3;
    const error = await assertRejects(() => port.writeAll(data), Win32Error);
    checkTimeout(error, "WriteFile", 3);
    checkTimeout(
      await assertRejects(() => port.writeAll(data), Win32Error),
      "WriteFile",
      0,
    );
    {
      let calls = 0;
      using _ = failFunction("WriteFile", 87, () => ++calls > 0);
      assertEquals(await port.write(new Uint8Array(0)), 0);
      await port.writeAll(new Uint8Array(0));
      assertEquals(calls, 0);
    }
    assertEquals(device.takeSent(), "0123012");
  });

  strictTest(
    `a stream asks again after time-outs, with ${driver}`,
    async (kernel) => {
      await using both = await ends(kernel, { readTimeout: 10 }, driver);
      const { port, device } = both;
      kernel.clock.jumps = true;
      const reader = port.readable.getReader();
      const read = reader.read();
      while (kernel.clock.now < 50) await turns();
      device.receive("x");
      assertEquals(text((await read).value!), "x");
      await reader.cancel();
    },
  );
}

strictTest("without a time-out a read waits for ever", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  const read = readText(port);
  await turns();
  // Windows knows no longer time-out: 49 days.
  kernel.clock.advance(0xFFFF_FFFF);
  await turns();
  device.receive("z");
  assertEquals(await read, "z");
});

strictTest(
  "an abort's reason is thrown as it is, an error of a port, too",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    device.room = 0;
    const reason = new Win32Error("ReadFile", ERROR_OPERATION_ABORTED);
    const bytes = new Uint8Array(4);
    for (
      const method of ["read", "readExactly", "write", "writeAll"] as const
    ) {
      const controller = new AbortController();
      const { signal } = controller;
      const pending = port[method](bytes, { signal });
      pending.catch(() => {});
      await turns();
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => pending), reason, method);
    }
  },
);

strictTest("`readAll()` waits until it is told to stop", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  const controller = new AbortController();
  const { signal } = controller;
  const all = port.readAll({ signal });
  device.receive("kept");
  await turns();
  controller.abort(new Error("enough"));
  await assertRejects(() => all, Error, "enough");
  assertEquals(await readTexts(port, 4), "kept");
});

strictTest("an aborted read never loses a byte", async (kernel, seed) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  const { below } = random(seed);
  const sent = random(seed).bytes(1500);
  let at = 0;
  const got: number[] = [];
  let aborts = 0;
  while (got.length < sent.length) {
    const controller = new AbortController();
    const { signal } = controller;
    const buffer = new Uint8Array(1 + below(40));
    const exactly = below(2) === 0;
    const reading = exactly
      ? port.readExactly(buffer, { signal }).then(() => buffer.length)
      : port.read(buffer, { signal });
    reading.catch(() => {});
    const part = sent.subarray(at, at + below(60));
    at += part.length;
    device.receive(...part);
    if (below(2) === 0) await Promise.resolve();
    controller.abort("stop");
    try {
      const count = await reading;
      got.push(...buffer.subarray(0, count));
    } catch (error) {
      assertEquals(error, "stop");
      aborts++;
    }
  }
  assertEquals(Uint8Array.from(got), sent);
  assert(aborts > 0);
}, SEEDS);

strictTest("writes of two writers stay apart", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  device.room = 0;
  const lines = ["first,", "second,", "third,", "fourth"];
  const writes = lines.map((line, i) =>
    i % 2 === 0 ? port.writeAll(bytes(line)) : port.write(bytes(line))
  );
  for (let i = 0; i < 20; i++) {
    await turns();
    device.room = 2;
  }
  await Promise.all(writes);
  assertEquals(device.takeSent(), lines.join(""));
}, SEEDS);

strictTest("reads and writes do not wait for each other", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  const read = readText(port);
  await turns();
  await port.writeAll(bytes("question"));
  assertEquals(device.takeSent(), "question");
  device.receive("!");
  assertEquals(await read, "!");
});

strictTest("an aborted write counts what was sent", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  device.room = 0;
  const controller = new AbortController();
  const { signal } = controller;
  const write = port.writeAll(bytes("never"), { signal });
  const next = port.writeAll(bytes("next"));
  await turns();
  controller.abort(new Error("stop"));
  await assertRejects(() => write, Error, "stop");
  device.room = Infinity;
  await next;
  assertEquals(device.takeSent(), "next");
  await assertAborted(port);
});

strictTest(
  "a write that is aborted, and times out all the same, rejects with the reason",
  async (kernel) => {
    await using both = await ends(kernel, { writeTimeout: 50 });
    const { port, device } = both;
    device.outputSize = 0;
    device.room = 2;
    const controller = new AbortController();
    const { signal } = controller;
    const write = port.writeAll(bytes("part"), { signal });
    await turns();
    // A driver need not obey.
    using _ = replaceFunction("CancelIoEx", () => () => 1n);
    controller.abort(new Error("stop"));
    kernel.clock.advance(1000);
    await assertRejects(() => write, Error, "stop");
    assertEquals(device.takeSent(), "pa");
  },
);

/** Asserts that no method starts anything with a signal that has been aborted. */
async function assertAborted(port: SerialPort): Promise<void> {
  const signal = AbortSignal.abort(new Error("before"));
  const one = new Uint8Array(1);
  const calls: (() => Promise<unknown>)[] = [
    () => port.read(one, { signal }),
    () => port.readExactly(one, { signal }),
    () => port.readAll({ signal }),
    () => port.write(one, { signal }),
    () => port.writeAll(one, { signal }),
    () => port.drain({ signal }),
  ];
  for (const call of calls) await assertRejects(call, Error, "before");
}

// Errors of the line

const LINE_ERRORS = [
  ["framing", "FramingError", CE_FRAME],
  ["parity", "ParityError", CE_RXPARITY],
  ["overrun", "BufferOverrunError", CE_OVERRUN],
  ["break", "BreakError", CE_BREAK],
] as const;

for (const driver of DRIVERS) {
  for (const [kind, name, flags] of LINE_ERRORS) {
    strictTest(
      `a ${kind} error rejects one read, with ${driver}`,
      async (kernel) => {
        await using both = await ends(kernel, { parity: "even" }, driver);
        const { port, device } = both;
        device.receive("good");
        device.lineError(kind, 0x3F);
        assertEquals(await readText(port), "good?");
        const error = await assertRejects(
          () => port.read(new Uint8Array(8)),
          SerialLineError,
          "'COM3'",
        );
        assertEquals(
          [error.name, error.code, error.path, error.flags],
          [name, "EIO", "COM3", flags],
        );
        device.receive("go on");
        assertEquals(await readText(port), "go on");
      },
    );

    strictTest(
      `a ${kind} error makes \`readable\` fail, and a new one takes its place, ` +
        `with ${driver}`,
      async (kernel) => {
        await using both = await ends(kernel, { parity: "odd" }, driver);
        const { port, device } = both;
        const { readable } = port;
        assertStrictEquals(port.readable, readable);
        const reader = readable.getReader();
        const first = reader.read();
        await turns();
        device.lineError(kind, 0x41);
        assertEquals(text((await first).value!), "A");
        const error = await assertRejects(() => reader.read(), SerialLineError);
        assertEquals(error.name, name);
        const next = port.readable;
        assert(next !== readable);
        device.receive("B");
        const more = next.getReader();
        assertEquals(text((await more.read()).value!), "B");
        await more.cancel();
        assertEquals(port.closed, false);
      },
    );
  }
}

strictTest(
  "an error of the line without a byte ends a read that times out",
  async (kernel) => {
    await using both = await ends(kernel, { readTimeout: 100 });
    const { port, device } = both;
    const read = port.read(new Uint8Array(1));
    await turns();
    device.lineError("break");
    kernel.clock.jumps = true;
    const { name } = await assertRejects(() => read, SerialLineError);
    assertEquals(name, "BreakError");
  },
);

strictTest(
  "`readExactly()` that meets an error of the line takes nothing",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    const buffer = new Uint8Array(6);
    const read = port.readExactly(buffer);
    read.catch(() => {});
    device.receive("ab");
    device.lineError("framing", 0x63);
    await assertRejects(() => read, SerialLineError);
    device.receive("def");
    await port.readExactly(buffer);
    assertEquals(text(buffer), "abcdef");
  },
);

strictTest(
  "a read whose memory has gone takes nothing of what a failed one has read",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    const controller = new AbortController();
    const { signal } = controller;
    const failed = port.readExactly(new Uint8Array(6), { signal });
    failed.catch(() => {});
    device.receive("abc");
    const buffer = new Uint8Array(4);
    const read = port.read(buffer);
    structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
    await turns();
    controller.abort("stop");
    assertEquals(await failed.catch((reason) => reason), "stop");
    await assertRejects(
      () => read,
      TypeError,
      "buffer is a view of a detached",
    );
    assertEquals(await readText(port), "abc");
  },
);

/** Opens a port, and has another driver behind it from then on. */
async function openOn(
  kernel: StrictKernel,
  driver: Pick<Target, "perform">,
  options: Partial<OpenSerialOptions> = {},
): Promise<SerialPort> {
  plugIn(kernel, "COM3");
  const port = await openSerial("COM3", { ...FAST, ...options });
  const open = kernel.handles.get(port.handle, OpenFile);
  const target = { type: 2, seeks: false, check() {}, closed() {}, ...driver };
  (open as { target: Target }).target = target;
  return port;
}

strictTest("a driver that knows no flush has no buffer", async (kernel) => {
  await using both = await ends(kernel);
  for (const code of [1, 50]) {
    using _ = failFunction("FlushFileBuffers", code);
    await both.port.drain();
    await both.port.writable.close();
  }
});

strictTest(
  "a driver that knows no time-outs is asked again while none is set",
  async (kernel) => {
    let reads = 0;
    const perform = (operation: Operation) => {
      const isLast = ++reads === 5;
      if (isLast) operation.put(bytes("!"));
      return { status: 0, count: isLast ? 1 : 0 };
    };
    await using port = await openOn(kernel, { perform });
    assertEquals([await readText(port), reads], ["!", 5]);
    await using other = await openOn(kernel, { perform }, { readTimeout: 9 });
    reads = 0;
    assertEquals([await readText(other), reads], ["", 1]);
  },
);

strictTest("a read asks for 64 KiB at most", async (kernel) => {
  const lengths: number[] = [];
  const perform = ({ request: { length } }: Operation) => {
    lengths.push(length);
    return { status: 0, count: length };
  };
  await using port = await openOn(kernel, { perform });
  for (const length of [65_535, 65_536, 65_537, 1_000_000]) {
    const buffer = new Uint8Array(length);
    assertEquals(await port.read(buffer), Math.min(length, 65_536));
  }
  assertEquals(lengths, [65_535, 65_536, 65_536, 65_536]);
});

strictTest("a driver that says that no more will come", async (kernel) => {
  const perform = () => ({ status: 0xC000_0011, count: 0 });
  const port = await openOn(kernel, { perform });
  const { code, syscall, message, path } = await assertRejects(
    () => port.read(new Uint8Array(1)),
    Win32Error,
  );
  assertEquals([code, syscall, path], ["EOF", "ReadFile", "COM3"]);
  assert(message.includes("may have been unplugged"));
  assertEquals(await port.readAll(), new Uint8Array(0));
  await assertRejects(
    () => port.readExactly(new Uint8Array(1)),
    UnexpectedEndOfFileError,
  );
  await port.close();
});

strictTest(
  "an error of the line is reported before the end that a driver tells",
  async (kernel) => {
    const perform = () => ({ status: 0xC000_0011, count: 0 });
    await using port = await openOn(kernel, { perform });
    let flags = CE_BREAK;
    using _ = replaceFunction(
      "ClearCommError",
      () => (kernel, _handle, errors) => {
        kernel.memory.view(errors!, 4).setUint32(0, flags, true);
        flags = 0;
        return 1n;
      },
    );
    await assertRejects(() => port.readAll(), SerialLineError);
    assertEquals(await port.readAll(), new Uint8Array(0));
  },
);

strictTest(
  "a read that ends while the port is closed asks for no error of the line",
  async (kernel) => {
    const { port, device } = await ends(kernel);
    const read = readText(port);
    read.catch(() => {});
    await turns();
    let calls = 0;
    using _ = replaceFunction(
      "ClearCommError",
      (original) => (kernel, ...words) => {
        calls++;
        return original(kernel, ...words);
      },
    );
    device.receive("!");
    await port.close();
    await Promise.allSettled([read]);
    assertEquals(calls, 0);
  },
  SEEDS,
);

strictTest("bytes that overflow the buffer are reported", async (kernel) => {
  await using both = await ends(kernel, { bufferSize: 1000 });
  const { port, device } = both;
  device.receive("x".repeat(5000));
  assertEquals((await readText(port, 8192)).length, 4096);
  const { name } = await assertRejects(
    () => port.read(new Uint8Array(1)),
    SerialLineError,
    "some are lost",
  );
  assertEquals(name, "BufferOverrunError");
});

// Ports that vanish, and ports that are closed

const REMOVALS = [
  [undefined, undefined],
  [0xC000_0022, 0xC000_0022], // access denied
  [0xC000_0001, 0xC000_0001], // general failure
] as const;

for (const driver of DRIVERS) {
  for (const [status, pendingStatus] of REMOVALS) {
    strictTest(
      `a port that is unplugged fails all, and closes: ${driver}, ${
        (status ?? 0).toString(16)
      }`,
      async (kernel) => {
        const { port, device } = await ends(kernel, {}, driver);
        device.room = 0;
        device.outputSize = 0;
        const reader = port.readable.getReader();
        const pending = [
          port.read(new Uint8Array(8)),
          port.readExactly(new Uint8Array(8)),
          port.readAll(),
          reader.read(),
          port.writeAll(new Uint8Array(100)),
          port.write(new Uint8Array(100)),
        ];
        for (const each of pending) each.catch(() => {});
        await turns();
        device.unplug(status, pendingStatus);
        for (const each of pending) {
          const error = await assertRejects(() => each, Win32Error);
          assert(error.message.includes("may have been unplugged"), `${error}`);
          assertEquals(error.path, "COM3");
        }
        for (
          const call of [
            () => port.setSignals({ break: true }),
            () => port.getSignals(),
            () => port.drain(),
            () => port.discard(),
            () => port.reconfigure(FAST),
            () => port.read(new Uint8Array(1)),
          ]
        ) {
          const { message } = await assertRejects(call, Win32Error);
          assert(message.includes("may have been unplugged"), message);
        }
        await assertSettles(port.close());
        assertEquals(port.closed, true);
        const absent = await assertRejects(
          () => openSerial("COM3", FAST),
          Win32Error,
        );
        assertEquals(absent.symbol, "ERROR_FILE_NOT_FOUND");
        // It is plugged in again.
        await using again = await ends(kernel);
        again.device.receive("back");
        assertEquals(await readText(again.port), "back");
      },
    );
  }
}

strictTest("`close()` ends all that is pending", async (kernel) => {
  const { port, device } = await ends(kernel);
  device.room = 0;
  const reader = port.readable.getReader();
  const writer = port.writable.getWriter();
  const pending = [
    port.read(new Uint8Array(8)),
    port.readExactly(new Uint8Array(8)),
    port.readAll(),
    reader.read(),
    port.writeAll(new Uint8Array(100)),
    port.write(new Uint8Array(100)),
    writer.write(new Uint8Array(100)),
    port.drain(),
  ];
  writer.closed.catch(() => {});
  for (const each of pending) each.catch(() => {});
  await turns();
  await assertSettles(port.close());
  for (const each of pending) {
    await assertRejects(() => each, FileClosedError);
  }
  assertEquals(device.isOpen, false);
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    read: () => port.read(new Uint8Array(1)),
    readExactly: () => port.readExactly(new Uint8Array(1)),
    readAll: () => port.readAll(),
    write: () => port.write(new Uint8Array(1)),
    writeAll: () => port.writeAll(new Uint8Array(1)),
    setSignals: () => port.setSignals({ break: true }),
    getSignals: () => port.getSignals(),
    reconfigure: () => port.reconfigure({}),
    drain: () => port.drain(),
    discard: () => port.discard(),
    close: () => port.close(),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assertRejects(call, FileClosedError, `${name}() needs an open file`);
  }
  for (const name of ["handle", "readable", "writable"] as const) {
    assertThrows(() => port[name], FileClosedError, `get ${name}()`);
  }
  await port[Symbol.asyncDispose]();
}, SEEDS);

strictTest("a flush that waits ends with the port", async (kernel) => {
  const { port, device } = await ends(kernel, {}, "FTDI");
  device.room = 0;
  await port.writeAll(bytes("stuck"));
  const drain = port.drain();
  drain.catch(() => {});
  await turns();
  await assertSettles(port.close());
  await assertRejects(() => drain, FileClosedError, "drain() needs an open");
});

// Lines, flow control, buffers

strictTest(
  "`setSignals()` switches lines, and nothing else does",
  async (kernel) => {
    await using both = await ends(kernel, { dataTerminalReady: false });
    const { port, device } = both;
    assertEquals(device.lines, { dtr: false, rts: true, break: false });
    device.lineChanges.length = 0;
    await port.setSignals({ dataTerminalReady: true, requestToSend: false });
    await port.reconfigure({ baudRate: 300, parity: "even" });
    await port.setSignals({ break: true });
    assertEquals(device.lines, { dtr: true, rts: false, break: true });
    await port.setSignals({ dataTerminalReady: true });
    assertEquals(device.lines, { dtr: true, rts: false, break: true });
    await port.setSignals({
      break: false,
      requestToSend: true,
      dataTerminalReady: undefined,
    });
    await port.reconfigure({ baudRate: 1200 });
    assertEquals(
      device.lineChanges,
      ["+dtr", "-rts", "+break", "+rts", "-break"],
    );
  },
);

strictTest(
  "a line that was switched stays, though the next one fails",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    // Another handle to the port has changed its settings.
    const Flags = { ...PLAIN.Flags, fRtsControl: RTS_CONTROL_TOGGLE };
    device.setState({ ...PLAIN, Flags });
    const signals = { dataTerminalReady: false, requestToSend: false };
    const { syscall } = await assertRejects(
      () => port.setSignals(signals),
      Win32Error,
    );
    assertEquals(syscall, "EscapeCommFunction");
    device.lineChanges.length = 0;
    await port.reconfigure({ baudRate: 300 });
    assertEquals(device.lineChanges, ["+rts"]);
  },
);

strictTest("calls about lines are made in their order", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  device.lineChanges.length = 0;
  await Promise.all([
    port.setSignals({ requestToSend: false }),
    port.setSignals({ dataTerminalReady: false }),
    port.reconfigure({ baudRate: 300 }),
    port.setSignals({ requestToSend: true }),
    port.reconfigure({ dataBits: 7 }),
    port.setSignals({ dataTerminalReady: true }),
  ]);
  assertEquals(device.lineChanges, ["-rts", "-dtr", "+rts", "+dtr"]);
  assertEquals([device.dcb.BaudRate, device.dcb.ByteSize], [300, 7]);
}, SEEDS);

strictTest("`getSignals()` says which lines are on", async (kernel) => {
  await using both = await ends(kernel);
  const { port, device } = both;
  for (const name of ["carrier", "cts", "ring", "dsr"] as const) {
    const lines = { carrier: false, cts: false, ring: false, dsr: false };
    device.setLines({ ...lines, [name]: true });
    assertEquals(await port.getSignals(), {
      dataCarrierDetect: name === "carrier",
      clearToSend: name === "cts",
      ringIndicator: name === "ring",
      dataSetReady: name === "dsr",
    });
  }
});

strictTest("hardware flow control stops both sides", async (kernel) => {
  await using both = await ends(kernel, {
    flowControl: "hardware",
    bufferSize: 2000,
  });
  const { port, device } = both;
  device.setLines({ cts: false });
  const write = port.writeAll(bytes("waits"));
  await turns();
  assertEquals(device.takeSent(), "");
  device.setLines({ cts: true });
  await write;
  assertEquals(device.takeSent(), "waits");
  device.receive("x".repeat(4000));
  assertEquals(device.lines.rts, false);
  assertEquals((await readText(port, 8000)).length, 4000);
  assertEquals(device.lines.rts, true);
  for (const requestToSend of [true, false]) {
    await assertRejects(
      () => port.setSignals({ requestToSend, dataTerminalReady: false }),
      TypeError,
      "requestToSend is the driver's with hardware flow control",
    );
  }
  assertEquals(device.lines.dtr, true);
  await port.reconfigure({ flowControl: "none" });
  await port.setSignals({ requestToSend: false });
  assertEquals(device.lines.rts, false);
});

strictTest("software flow control stops both sides", async (kernel) => {
  await using both = await ends(kernel, {
    flowControl: "software",
    bufferSize: 2000,
  });
  const { port, device } = both;
  device.receive(0x13);
  const write = port.writeAll(bytes("waits"));
  await turns();
  assertEquals(device.takeSent(), "");
  device.receive(0x11);
  await write;
  assertEquals(device.takeSent(), "waits");
  device.receive("x".repeat(4000));
  assertEquals(device.takeSent(), "\x13");
  assertEquals((await readText(port, 8000)).length, 4000);
  assertEquals(device.takeSent(), "\x11");
});

strictTest("`drain()` waits until all has left the driver", async (kernel) => {
  await using both = await ends(kernel, {}, "FTDI");
  const { port, device } = both;
  device.room = 0;
  let isDrained = false;
  await port.drain(); // Nothing is on its way.
  device.outputSize = 4;
  const first = port.writeAll(bytes("buffered"));
  const second = port.writeAll(bytes("more"));
  const drain = port.drain();
  drain.then(() => isDrained = true);
  const behind = port.writeAll(bytes("behind"));
  await turns();
  device.room = 8;
  await first;
  await turns();
  assertEquals([isDrained, device.takeSent()], [false, "buffered"]);
  device.room = 2;
  await second;
  await turns();
  assertEquals([isDrained, device.takeSent()], [false, "mo"]);
  const controller = new AbortController();
  const { signal } = controller;
  const given = port.drain({ signal });
  await turns();
  controller.abort(new Error("stop"));
  await assertRejects(() => given, Error, "stop");
  device.room = Infinity;
  await Promise.all([drain, behind]);
  assertEquals(device.takeSent(), "rebehind");
  device.room = 0;
  await port.writeAll(bytes("last"));
  const other = new AbortController();
  const waits = port.drain({ signal: other.signal });
  await turns();
  other.abort(new Error("enough"));
  await assertRejects(() => waits, Error, "enough");
});

strictTest("`discard()` drops what has come", async (kernel) => {
  await using both = await ends(kernel, { readTimeout: 10 });
  const { port, device } = both;
  kernel.clock.jumps = true;
  device.receive("old");
  await assertRejects(() => port.readExactly(new Uint8Array(9)), Win32Error);
  device.receive("older");
  device.lineError("framing", 0x40);
  await port.discard("received");
  assertEquals(await readText(port), "");
  await port.reconfigure({ readTimeout: Infinity });
  const waits = readTexts(port, 3);
  await turns();
  await port.discard();
  device.receive("new");
  assertEquals(await waits, "new");
});

strictTest(
  "`discard()` keeps what belongs to the other direction",
  async (kernel) => {
    await using both = await ends(kernel, { readTimeout: 10 });
    const { port, device } = both;
    kernel.clock.jumps = true;
    device.receive("returned");
    await assertRejects(() => port.readExactly(new Uint8Array(9)), Win32Error);
    await port.discard("unsent");
    assertEquals(await readText(port), "returned");
    device.receive("b");
    device.lineError("break");
    assertEquals(await readText(port), "b");
    await port.discard("unsent");
    await assertRejects(() => readText(port), SerialLineError);
  },
);

strictTest(
  "a write of which `discard()` drops nothing is no failure",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    device.room = 0;
    const write = port.writeAll(bytes("all"));
    await turns();
    device.room = Infinity;
    await port.discard("unsent");
    await write;
    assertEquals(device.takeSent(), "all");
  },
);

strictTest(
  "a write that `discard()` and something else end says what the other was",
  async (kernel) => {
    const { port, device } = await ends(kernel);
    device.room = 0;
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = port.writeAll(bytes("a"), { signal });
    aborted.catch(() => {});
    await turns();
    const discarded = port.discard("unsent");
    controller.abort(new Error("stop"));
    await assertRejects(() => aborted, Error, "stop");
    await discarded;
    const closed = port.writeAll(bytes("b"));
    closed.catch(() => {});
    await turns();
    port.discard("unsent").catch(() => {});
    await port.close();
    await assertRejects(() => closed, FileClosedError);
  },
);

for (const driver of DRIVERS) {
  strictTest(
    `\`discard()\` drops what is not sent, with ${driver}`,
    async (kernel) => {
      await using both = await ends(kernel, {}, driver);
      const { port, device } = both;
      device.outputSize = 0;
      device.room = 3;
      const writes = [
        port.writeAll(bytes("abcdef")),
        port.write(bytes("ghi")),
        port.writeAll(bytes("jkl")),
      ];
      for (const each of writes) each.catch(() => {});
      await turns();
      device.receive("kept");
      await port.discard("unsent");
      assertEquals(await readTexts(port, 4), "kept");
      for (const each of writes) {
        const error = await assertRejects(
          () => each,
          Win32Error,
          "discard() has dropped the rest",
        );
        const { symbol, syscall } = error;
        assertEquals(
          [symbol, syscall],
          ["ERROR_OPERATION_ABORTED", "WriteFile"],
        );
        // A write that is ended counts nothing, though "abc" was sent: WDS serial/utils.c, SerialTryToCompleteCurrent
        assertEquals(error.bytesTransferred, 0);
      }
      device.room = Infinity;
      await port.writeAll(bytes("new"));
      assertEquals(device.takeSent(), "abcnew");
    },
  );
}

// Streams

strictTest(
  "streams carry bytes both ways and close nothing",
  async (kernel) => {
    await using both = await ends(kernel, {}, "FTDI");
    const { port, device } = both;
    const { readable, writable } = port;
    assertStrictEquals(port.writable, writable);
    const writer = writable.getWriter();
    await writer.write(bytes("one "));
    await writer.write(bytes("two"));
    assertEquals(device.takeSent(), "one two");
    device.room = 0;
    await writer.write(bytes("tail"));
    let isClosed = false;
    const closing = writer.close().then(() => isClosed = true);
    await turns();
    assertEquals(isClosed, false);
    device.room = Infinity;
    await closing;
    assertEquals(device.takeSent(), "tail");
    const again = port.writable.getWriter();
    await again.write(bytes("again"));
    await again.abort();
    assertEquals(device.takeSent(), "again");
    device.receive("in");
    const reader = readable.getReader();
    assertEquals(text((await reader.read()).value!), "in");
    const waits = reader.read();
    await turns();
    await reader.cancel();
    assertEquals((await waits).done, true);
    device.receive("kept");
    assertEquals(await readText(port), "kept");
    assertEquals(port.closed, false);
  },
);

strictTest(
  "`abort()` of `writable` ends a write that waits",
  async (kernel) => {
    await using both = await ends(kernel);
    const { port, device } = both;
    device.room = 1;
    const writer = port.writable.getWriter();
    writer.closed.catch(() => {});
    const write = writer.write(bytes("abc"));
    write.catch(() => {});
    await turns();
    await assertSettles(writer.abort(new Error("stop")));
    device.room = Infinity;
    await port.writeAll(bytes("d"));
    assertEquals(device.takeSent(), "ad");
    const closing = port.writable.getWriter();
    device.room = 0;
    closing.closed.catch(() => {});
    const stuck = closing.write(bytes("e"));
    stuck.catch(() => {});
    const close = closing.close();
    close.catch(() => {});
    await turns();
    await assertSettles(closing.abort());
  },
);

strictTest(
  "`abort()` of `writable` ends a `close()` that waits for the driver",
  async (kernel) => {
    await using both = await ends(kernel, {}, "FTDI");
    const { port, device } = both;
    device.room = 0;
    const writer = port.writable.getWriter();
    writer.closed.catch(() => {});
    await writer.write(bytes("stuck"));
    const close = writer.close();
    close.catch(() => {});
    await turns();
    await assertSettles(writer.abort(new Error("stop")));
    await assertSettles(close);
    device.room = Infinity;
    await port.writeAll(bytes("!"));
    assertEquals(device.takeSent(), "stuck!");
  },
);

strictTest("`readable` reads no more than is asked for", async (kernel) => {
  await using both = await ends(kernel, { bufferSize: 100 });
  const { port, device } = both;
  device.receive("x".repeat(1000));
  const reader = port.readable.getReader();
  const sizes: number[] = [];
  for (let i = 0; i < 3; i++) sizes.push((await reader.read()).value!.length);
  assertEquals(sizes, [100, 100, 100]);
  await turns();
  assertEquals(device.received.length, 700);
  await reader.cancel();
});

strictTest("lines at 4,800 baud come whole", async (kernel) => {
  await using both = await ends(kernel, { baudRate: 4800, readTimeout: 500 });
  const { port, device } = both;
  const sent = Array.from(
    { length: 60 },
    (_, i) => `$GPGGA,${String(i).padStart(6, "0")},4807.038,N,01131.000,E*47`,
  );
  const stream = sent.map((line) => `${line}\r\n`).join("");
  const lines = (async () => {
    const got: string[] = [];
    let rest = "";
    for await (const chunk of port.readable) {
      rest += text(chunk);
      const parts = rest.split("\r\n");
      rest = parts.pop()!;
      got.push(...parts);
      if (got.length === sent.length) return got;
    }
    return got;
  })();
  for (const character of stream) {
    // 480 bytes a second.
    kernel.clock.advance(2);
    device.receive(character);
    if (character === "\r") await turns();
  }
  assertEquals(await lines, sent);
});

// Others

strictTest("a port is printed with its settings", async (kernel) => {
  await using both = await ends(kernel, { readTimeout: 5 });
  const { port } = both;
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  const printed = (port as unknown as Record<
    symbol,
    (depth: number, options: object, inspect: unknown) => string
  >)[inspect]!(0, {}, (value: unknown) => JSON.stringify(value));
  const start = 'SerialPort {"path":"COM3","closed":false,"baudRate":115200,';
  assertEquals(printed.slice(0, start.length), start);
});

strictTest("waiting ports leave files their threads", async (kernel) => {
  const stuck: SerialPort[] = [];
  const drains: Promise<unknown>[] = [];
  for (let i = 1; i <= 8; i++) {
    const device = plugIn(kernel, `COM${i}`, "FTDI");
    const port = await openSerial(`COM${i}`, FAST);
    device.room = 0;
    await port.writeAll(new Uint8Array(10));
    drains.push(port.drain(), port.read(new Uint8Array(1)));
    stuck.push(port);
  }
  for (const each of drains) each.catch(() => {});
  await turns();
  const file = await open("C:\\a", { read: true, write: true, create: true });
  await file.writeAll(new Uint8Array(10));
  await assertSettles(file.flush());
  await file.close();
  // Other ports can be set up, too.
  await assertSettles(stuck[0]!.setSignals({ dataTerminalReady: false }));
  for (const port of stuck) await assertSettles(port.close());
  for (const each of drains) await assertRejects(() => each, FileClosedError);
  const waits = kernel.jsThreadWaits.filter((wait) => !/of a file$/.test(wait));
  assertEquals(waits, []);
});
