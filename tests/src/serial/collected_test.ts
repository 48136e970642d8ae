// serial port

import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { kernel32, openSerial, type SerialPort } from "../../../mod.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { serialPortName } from "../../support/serial_device.ts";

const FILE_TYPE_CHAR = 2;

/** Drops a port, on which calls are in flight until the device answers. */
async function openAndDrop(
  name: string,
): Promise<{ handle: SerialPort["handle"]; calls: Promise<unknown[]> }> {
  const port = await openSerial(name, { baudRate: 115_200 });
  const { handle } = port;
  await port.writeAll(new TextEncoder().encode("LATER 300 ok\n"));
  const calls = Promise.all([
    port.read(new Uint8Array(4)),
    port.setSignals({ break: false }),
    port.drain(),
  ]);
  return { handle, calls };
}

test("a port that was dropped is closed, but not while a call is in flight", async (context) => {
  const name = serialPortName();
  if (name === undefined) return context.skip("no serial port");
  const { handle, calls } = await openAndDrop(name);
  let isOver = false;
  const count = calls.then(([count]) => {
    isOver = true;
    return count as number;
  });
  while (!isOver) {
    await nextJob();
    collectGarbage();
    if (!isOver) assertEquals(kernel32.GetFileType(handle), FILE_TYPE_CHAR);
  }
  assert(await count > 0);
  while (kernel32.GetFileType(handle) === FILE_TYPE_CHAR) {
    await nextJob();
    collectGarbage();
  }
});
