// portable
// serial port

import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { openSerial } from "../../../mod.ts";
import { onWindows } from "../../support/runtime.ts";
import { serialPortName } from "../../support/serial_device.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";
import { assertRejected, type Wrong } from "../../support/untouched.ts";

const kernel = onWindows ? undefined : strictKernel();

const NAMES: readonly Wrong[] = [
  [undefined, TypeError, 'path must be the name of a port, such as "COM3"'],
  [3, TypeError, "got 3 (number)"],
  ["", TypeError, 'such as "COM3", or the path of a device'],
  ["COM", TypeError, "serialPorts() lists the ports that there are"],
  ["COM0", TypeError, 'got the string "COM0"'],
  ["COM03", TypeError, 'got the string "COM03"'],
  ["COM3:", TypeError, "Leave the colon out"],
  ["com12:", TypeError, "Leave the colon out"],
  ["XCOM3:", TypeError, "serialPorts() lists the ports that there are"],
  ["COM3:a", TypeError, "serialPorts() lists the ports that there are"],
  [["COM3"], TypeError, 'such as "COM3": got [object Array]'],
  [" COM3", TypeError, 'got the string " COM3"'],
  ["COM3\0", TypeError, "must be the name of a port"],
  ["/dev/ttyUSB0", TypeError, "must be the name of a port"],
  ["C:\\file.bin", TypeError, "must be the name of a port"],
  ["\\\\.\\", TypeError, "must be the name of a port"],
  ["\\\\.\\C:", TypeError, "must be the name of a port"],
  ["\\\\.\\pipe\\name", TypeError, "must be the name of a port"],
  ["\\\\?\\C:\\file.bin", TypeError, "must be the name of a port"],
  ["\\\\server\\COM3", TypeError, "must be the name of a port"],
  ["//./COM3", TypeError, "must be the name of a port"],
  ["X\\\\.\\CNCA0", TypeError, "must be the name of a port"],
];

/** Of `openSerial()` and, but for the first ones, `reconfigure()`. */
const SETTINGS: readonly Wrong[] = [
  [null, TypeError, "must be an object that may have"],
  [9600, TypeError, "must be an object"],
  [{ baud: 9600 }, TypeError, '"baud" is no option of'],
  [{ baudRate: null }, TypeError, "baudRate must be a number: got null"],
  [{ baudRate: "9600" }, TypeError, "baudRate must be a number"],
  [{ baudRate: 0 }, RangeError, "baudRate must be a whole number from 1"],
  [{ baudRate: 9600.5 }, RangeError, "got 9600.5"],
  [{ baudRate: 2 ** 32 }, RangeError, "to 4294967295: got 4294967296"],
  [{ dataBits: 9 }, TypeError, "dataBits must be one of 7, 8: got 9"],
  [{ dataBits: "8" }, TypeError, 'got the string "8"'],
  [{ stopBits: 3 }, TypeError, "stopBits must be one of 1, 1.5, 2: got 3"],
  [{ stopBits: null }, TypeError, "stopBits must be one of"],
  [{ parity: "Even" }, TypeError, 'parity must be one of "none", "even"'],
  [{ parity: null }, TypeError, "parity must be one of"],
  [{ flowControl: "rts" }, TypeError, 'flowControl must be one of "none"'],
  [{ bufferSize: 0 }, RangeError, "bufferSize must be a whole number from 1"],
  [{ bufferSize: 2 ** 25 }, RangeError, "to 16777216"],
  [{ readTimeout: -1 }, RangeError, "milliseconds from 0 to 4294967293"],
  [{ readTimeout: 2 ** 32 - 2 }, RangeError, "or Infinity: got 4294967294"],
  [{ readTimeout: 1.5 }, RangeError, "got 1.5"],
  [{ readTimeout: NaN }, RangeError, "got NaN"],
  [{ readTimeout: "1s" }, TypeError, "readTimeout must be a number of"],
  [{ writeTimeout: 0 }, RangeError, "milliseconds from 1 to 4294967293"],
  [{ writeTimeout: -Infinity }, RangeError, "writeTimeout must be a whole"],
];

const LINES: readonly Wrong[] = [
  [
    {},
    TypeError,
    "openSerial() needs a baudRate, such as { baudRate: 115_200 }: it is in " +
    "the manual of the device",
  ],
  [{ dataTerminalReady: 1 }, TypeError, "dataTerminalReady must be true or"],
  [{ requestToSend: "on" }, TypeError, "requestToSend must be true or false"],
  [
    { flowControl: "hardware", requestToSend: true },
    TypeError,
    "requestToSend is the driver's with hardware flow control: leave it out, " +
    'or set flowControl to "none"',
  ],
];

const SIGNALS: readonly Wrong[] = [
  [undefined, TypeError, "options of setSignals() must be an object"],
  [{}, TypeError, "needs one of dataTerminalReady, requestToSend and break"],
  [{ break: undefined }, TypeError, "got none of them"],
  [{ dtr: true }, TypeError, '"dtr" is no option of setSignals()'],
  [{ break: 1 }, TypeError, "break must be true or false: got 1 (number)"],
  [{ break: true, requestToSend: 0 }, TypeError, "requestToSend must be true"],
];

test("names and options of ports are checked before any call", async () => {
  kernel?.reset(1);
  for (const wrong of NAMES) {
    const [name] = wrong;
    await assertRejected(
      () => openSerial(name as string, { baudRate: 9600 }),
      wrong,
    );
  }
  for (const wrong of SETTINGS) {
    const options = typeof wrong[0] === "object" && wrong[0] !== null
      ? { baudRate: 9600, ...wrong[0] }
      : wrong[0];
    await assertRejected(() => openSerial("COM3", options as never), wrong);
  }
  await assertRejected(
    () => openSerial("COM3", { baudRate: 9600, at: 0 } as never),
    [0, TypeError, '"at" is no option of openSerial()'],
  );
  for (const wrong of LINES) {
    const isEmpty = Object.keys(wrong[0] as object).length === 0;
    const baudRate = isEmpty ? undefined : 9600;
    const options = { baudRate, ...wrong[0] as object };
    await assertRejected(() => openSerial("COM3", options as never), wrong);
  }
  for (const signal of [null, {}, new AbortController()]) {
    const options = { baudRate: 9600, signal };
    await assertRejected(
      () => openSerial("COM3", options as never),
      [0, TypeError, "signal must be an AbortSignal"],
    );
  }
});

test("options are read once", async () => {
  kernel?.reset(1);
  let reads = 0;
  const options = {
    get baudRate() {
      return ++reads === 1 ? -1 : 9600;
    },
  };
  await assertRejects(() => openSerial("COM3", options), RangeError, "got -1");
  assertEquals(reads, 1);
});

test("what a port is given is checked before any call", async (context) => {
  kernel?.reset(1);
  const name = serialPortName();
  if (name === undefined) return context.skip("no serial port");
  await using port = await openSerial(name, { baudRate: 9600 });
  for (const wrong of SETTINGS) {
    await assertRejected(() => port.reconfigure(wrong[0] as never), wrong);
  }
  await assertRejected(
    () => port.reconfigure({ dataTerminalReady: true } as never),
    [0, TypeError, '"dataTerminalReady" is no option of reconfigure()'],
  );
  for (const wrong of SIGNALS) {
    await assertRejected(() => port.setSignals(wrong[0] as never), wrong);
  }
  for (const given of ["all", null, 1, {}]) {
    const message = 'direction must be one of "both", "received", "unsent"';
    await assertRejected(() => port.discard(given as never), [
      0,
      TypeError,
      message,
    ]);
  }
  const any = port as unknown as Record<
    string,
    (...args: unknown[]) => Promise<unknown>
  >;
  const bytes = new Uint8Array(4);
  /** What all methods say of options. */
  const ofOptions = (method: string): Wrong[] => [
    [null, TypeError, `options of ${method}() must be an object`],
    [5, TypeError, `options of ${method}() must be an object`],
    [{ signal: {} }, TypeError, "signal must be an AbortSignal"],
    [{ at: 0 }, TypeError, `"at" is no option of ${method}()`],
  ];
  for (const method of ["read", "readExactly", "write", "writeAll"]) {
    const what = method.startsWith("read") ? "buffer" : "data";
    for (const given of ["text", null, 5, new ArrayBuffer(4)]) {
      const message = `${what} must be a Uint8Array or another ArrayBufferView`;
      await assertRejected(() => any[method]!(given), [0, TypeError, message]);
    }
    for (const wrong of ofOptions(method)) {
      await assertRejected(() => any[method]!(bytes, wrong[0]), wrong);
    }
  }
  for (const method of ["readAll", "drain"]) {
    for (const wrong of ofOptions(method)) {
      await assertRejected(() => any[method]!(wrong[0]), wrong);
    }
  }
});
