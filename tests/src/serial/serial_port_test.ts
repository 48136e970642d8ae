// portable
// serial port

// Under Wine a port is a pseudo-terminal: it has no lines, no parity and no errors, and Wine ends a read when its buffer is full
// and not before, whatever the time-outs are. Hence reads here ask for what comes; the rest is in tests/strict.

import { test, type TestContext } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FileClosedError,
  openSerial,
  type OpenSerialOptions,
  type SerialPort,
  Win32Error,
} from "../../../mod.ts";
import { turns } from "../../support/event_loop.ts";
import { onWindows } from "../../support/runtime.ts";
import { serialPortName } from "../../support/serial_device.ts";
import { strictKernel } from "../../support/strict_kernel/mod.ts";

const kernel = onWindows ? undefined : strictKernel();

const FAST: OpenSerialOptions = { baudRate: 115_200 };

/** Registers a test with the name of a port, if there is one. */
function portTest(
  name: string,
  run: (name: string, context: TestContext) => Promise<void>,
): void {
  test(name, async (context) => {
    kernel?.reset(1);
    const port = serialPortName();
    if (port === undefined) return context.skip("no serial port");
    await run(port, context);
    kernel?.verify();
  });
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Reads a line, and leaves what is behind it. */
async function line(port: SerialPort): Promise<string> {
  let text = "";
  const byte = new Uint8Array(1);
  while (!text.endsWith("\r\n")) {
    await port.readExactly(byte);
    text += String.fromCharCode(byte[0]!);
  }
  return text.slice(0, -2);
}

async function ask(port: SerialPort, question: string): Promise<string> {
  await port.writeAll(bytes(`${question}\r\n`));
  return await line(port);
}

/** What the device sends on `SEND`. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

portTest("a device answers, before and after `reconfigure()`", async (name) => {
  await using port = await openSerial(name, { ...FAST, stopBits: 2 });
  assertEquals(await ask(port, "AT"), "OK");
  assertEquals((await ask(port, "SETTINGS")).at(-1), "2");
  await port.reconfigure({ stopBits: 1 });
  assertEquals((await ask(port, "SETTINGS")).at(-1), "1");
  assertEquals(await ask(port, "hello"), "hello");
  assertEquals(String(port.path), name);
});

// Wine's CancelIoEx finds nothing while bytes are on their way to a read that goes on: the device is silent here.
portTest("an aborted read takes nothing from the next one", async (name) => {
  await using port = await openSerial(name, FAST);
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController();
    const { signal } = controller;
    const read = port.readExactly(new Uint8Array(100), { signal });
    read.catch(() => {});
    if (i % 3 === 0) await turns();
    controller.abort(new Error("stop"));
    await assertRejects(() => read, Error, "stop");
    assertEquals(await ask(port, `line ${i}`), `line ${i}`);
  }
});

portTest("`close()` ends reads and writes that wait", async (name) => {
  const port = await openSerial(name, FAST);
  const reader = port.readable.getReader();
  const pending = [
    port.read(new Uint8Array(9)),
    port.readExactly(new Uint8Array(9)),
    port.readAll(),
    reader.read(),
  ];
  for (const each of pending) each.catch(() => {});
  await turns();
  await port.close();
  for (const each of pending) await assertRejects(() => each, FileClosedError);
  await using again = await openSerial(name, FAST);
  assertEquals(await ask(again, "AT"), "OK");
});

portTest("`drain()`, `discard()` and breaks go through", async (name) => {
  await using port = await openSerial(name, FAST);
  await port.writeAll(bytes("SEND 20\n"));
  await port.drain();
  await port.setSignals({ break: true });
  await port.setSignals({ break: false });
  const first = new Uint8Array(1);
  await port.readExactly(first);
  // All is there once the last byte could be read.
  await turns();
  await port.discard("received");
  assertEquals(await ask(port, "AT"), "OK");
});

portTest("streams lose no byte, and close nothing", async (name) => {
  // The strict kernel's device sends all at once.
  const length = onWindows ? 2 ** 20 : 2 ** 14;
  const bufferSize = 2 ** 14;
  await using port = await openSerial(name, { ...FAST, bufferSize });
  await port.writeAll(bytes(`SEND ${length}\n`));
  const got = new Uint8Array(length);
  let at = 0;
  const reader = port.readable.getReader({ mode: "byob" });
  while (at < length) {
    const view = new Uint8Array(Math.min(4096, length - at));
    const { value } = await reader.read(view);
    got.set(value!, at);
    at += value!.length;
  }
  reader.releaseLock();
  assertEquals(got, pattern(length));
  const writer = port.writable.getWriter();
  await writer.write(bytes(`TAKE ${length}\n`));
  for (let i = 0; i < length; i += 4096) {
    await writer.write(got.subarray(i, i + 4096));
  }
  await writer.close();
  const sum = got.reduce((sum, byte) => sum + byte, 0);
  assertEquals(await line(port), `${length} ${sum}`);
  assertEquals(port.closed, false);
});

portTest(
  "a device that is gone fails reads, and the port closes",
  async (name) => {
    const port = await openSerial(name, FAST);
    const read = port.read(new Uint8Array(10));
    read.catch(() => {});
    await port.writeAll(bytes("HANGUP\n"));
    await assertRejects(() => read, Win32Error, "may have been unplugged");
    await assertRejects(() => port.writeAll(bytes("x")), Win32Error);
    await port.close();
    assert(port.closed);
  },
);

test("a port that does not exist is refused with a sentence", async () => {
  kernel?.reset(1);
  const error = await assertRejects(
    () => openSerial("COM4099", FAST),
    Win32Error,
    "There is no such port now",
  );
  assertEquals(error.symbol, "ERROR_FILE_NOT_FOUND");
});
