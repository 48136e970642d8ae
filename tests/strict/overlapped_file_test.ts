// portable

import { assertEquals } from "@std/assert";
import { open } from "../../mod.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

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
