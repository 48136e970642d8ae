// portable

// In a process of its own: the pool is allocated once.

import { assertEquals, assertThrows } from "@std/assert";
import { ERROR_NOT_ENOUGH_MEMORY, openSync, Win32Error } from "../../../mod.ts";
import { pooledMemory } from "../../../src/memory/pooled_memory.ts";
import { collectGarbage, nextJob } from "../../support/garbage.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { failFunction } from "../../support/strict_kernel/replaced.ts";

strictTest(
  "openSync() allocates the pool for unbuffered files alone, and closes the handle once if that fails",
  async (kernel) => {
    const options = { read: true, write: true, create: true };
    {
      using file = openSync("C:\\a", options);
      file.writeAll(new Uint8Array(5));
      file.readAll({ at: 0 });
      assertEquals(pooledMemory(), 0);
    }
    {
      using _ = failFunction("VirtualAlloc", ERROR_NOT_ENOUGH_MEMORY);
      const { win32, syscall } = assertThrows(
        () => openSync("C:\\a", { ...options, unbuffered: true }),
        Win32Error,
      );
      assertEquals([win32, syscall], [ERROR_NOT_ENOUGH_MEMORY, "VirtualAlloc"]);
    }
    for (let round = 0; round < 5; round++) {
      collectGarbage();
      await nextJob();
    }
    // The strict kernel notes the second close of a handle.
    assertEquals(kernel.violations, []);
    using _ = openSync("C:\\a", { ...options, unbuffered: true });
    assertEquals(pooledMemory() > 0, true);
  },
);
