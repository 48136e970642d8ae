// serial port

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { kernel32, openSerial, type SerialPort } from "../../../mod.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { serialPortName } from "../../support/serial_device.ts";

const FAST = { baudRate: 115_200 };
const FILE_TYPE_CHAR = 2;

async function openAndDrop(name: string): Promise<SerialPort["handle"]> {
  return (await openSerial(name, FAST)).handle;
}

test("a port that was dropped is closed", async (context) => {
  const name = serialPortName();
  if (name === undefined) return context.skip("no serial port");
  const handle = await openAndDrop(name);
  while (kernel32.GetFileType(handle) === FILE_TYPE_CHAR) {
    await nextJob();
    collectGarbage();
  }
});

test("a port with a call in flight is not collected", async (context) => {
  const name = serialPortName();
  if (name === undefined) return context.skip("no serial port");
  await using other = await openSerial(name, FAST);
  const read = (await openSerial(name, FAST)).read(new Uint8Array(4));
  const drained = (await openSerial(name, FAST)).drain();
  const set = (await openSerial(name, FAST)).setSignals({ break: false });
  const written = (await openSerial(name, FAST)).write(
    new TextEncoder().encode("AT\n"),
  );
  for (let i = 0; i < 5; i++) {
    await nextJob();
    collectGarbage();
  }
  await Promise.all([drained, set]);
  assertEquals([await written, await read, other.closed], [3, 4, false]);
});
