// portable

import { assertEquals } from "@std/assert";
import { open } from "../../mod.ts";
import { overlappedPipe } from "../support/overlapped_pipes.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { replaceFunction } from "../support/strict_kernel/replaced.ts";

strictTest(
  "OverlappedFile writes and reads a file of the strict kernel",
  async (kernel) => {
    await using file = await open("C:\\a", {
      read: true,
      write: true,
      create: true,
    });
    await file.writeAll(new Uint8Array(100_000).fill(7), { at: 0 });
    assertEquals(file.size(), 100_000);
    const reads = Array.from({ length: 20 }, async (_, i) => {
      const bytes = new Uint8Array(1000);
      assertEquals(await file.read(bytes, { at: i * 5000 }), 1000);
      assertEquals(bytes.every((byte) => byte === 7), true);
    });
    await Promise.all(reads);
    assertEquals(await file.read(new Uint8Array(5), { at: 100_000 }), null);
    assertEquals(kernel.jsThreadWaits.length > 0, true);
  },
  [1, 2, 3, 4, 5],
);

strictTest(
  "what has no bytes is a message on a message pipe, and makes no call elsewhere",
  async () => {
    let [writes, questions] = [0, 0];
    using _writes = replaceFunction("WriteFile", (original) => (...args) => {
      writes++;
      return original(...args);
    });
    using _types = replaceFunction(
      "GetNamedPipeInfo",
      (original) => (...args) => {
        questions++;
        return original(...args);
      },
    );
    const none = new Uint8Array(0);
    for (const message of [false, true]) {
      await using pipe = await overlappedPipe({ message });
      const { client, server } = pipe;
      [writes, questions] = [0, 0];
      assertEquals(await client.writeGather([]), 0);
      assertEquals(await client.writeGather([none, none]), 0);
      assertEquals(await client.write(none), 0);
      assertEquals([writes, questions], [message ? 3 : 0, 1]);
      if (!message) continue;
      const buffer = new Uint8Array(9);
      for (let i = 0; i < 3; i++) assertEquals(await server.read(buffer), 0);
    }
    await using file = await open("C:\\a", { append: true, create: true });
    [writes, questions] = [0, 0];
    assertEquals(await file.writeGather([none]), 0);
    assertEquals(await file.write(none), 0);
    assertEquals([writes, questions], [0, 0]);
  },
);
