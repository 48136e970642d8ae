// portable

import { assertEquals, assertRejects } from "@std/assert";
import { open } from "../../../mod.ts";
import { newFile } from "../../support/overlapped_strict.ts";
import { CharacterDevice } from "../../support/strict_kernel/device.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3];

strictTest(
  "writeAll() goes on behind what a device has taken, readExactly() behind what it gave",
  async (kernel) => {
    const taken: number[] = [];
    let next = 0;
    const device = new CharacterDevice({
      read: (length) =>
        Uint8Array.from({ length: Math.min(length, 3) }, () => next++),
      write: (bytes) => {
        const part = bytes.subarray(0, 4);
        taken.push(...part);
        return { count: part.length };
      },
    });
    kernel.names.devices.set("thing", device);
    const options = { read: true, write: true };
    await using file = await open("\\\\.\\thing", options);
    const data = Uint8Array.from({ length: 10 }, (_, i) => i);
    await file.writeAll(data);
    assertEquals(taken, [...data]);
    const buffer = new Uint8Array(10);
    await file.readExactly(buffer);
    assertEquals(buffer, data);
  },
  SEEDS,
);

strictTest(
  "memory that is transferred while its transfer waits for its turn is named, and nothing is written",
  async () => {
    for (const mode of [{}, { append: true }, { unbuffered: true }]) {
      const path = `C:\\${Object.keys(mode)}.bin`;
      await using file = await newFile(path, mode);
      const gone: [string, (bytes: Uint8Array) => Promise<unknown>][] = [
        ["data is a view of a detached", (bytes) => file.writeAll(bytes)],
        ["data is a view of a detached", (bytes) => file.write(bytes)],
        ["each of buffers is a view of", (bytes) => file.writeGather([bytes])],
        ["buffer is a view of a detached", (bytes) => file.readExactly(bytes)],
        ["buffer is a view of a detached", (bytes) => file.read(bytes)],
        ["each of buffers is a view of", (bytes) => file.readScatter([bytes])],
      ];
      for (const [message, start] of gone) {
        const first = file.write(new Uint8Array(1));
        const bytes = new Uint8Array(10);
        const second = assertRejects(() => start(bytes), TypeError, message);
        bytes.buffer.transfer();
        assertEquals(await first, 1);
        await second;
      }
      assertEquals(file.size(), gone.length);
    }
  },
  SEEDS,
);
