// portable

import "../../support/old_node.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { openSync, Win32Error } from "../../../mod.ts";
import { pooledMemory } from "../../../src/memory/pooled_memory.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import { failFunction } from "../../support/strict_kernel/replaced.ts";

strictTest(
  "memory that parts of sectors go through is back in the pool after each transfer",
  () => {
    using file = openSync("C:\\a", {
      read: true,
      write: true,
      create: true,
      unbuffered: true,
    });
    file.writeAll(new Uint8Array(100), { at: 5 });
    const before = pooledMemory();
    for (let i = 0; i < 40; i++) {
      file.writeAll(new Uint8Array(100), { at: 5 });
      assertEquals(file.read(new Uint8Array(10), { at: 7 }), 10);
      using _ = failFunction("ReadFile", 5);
      assertThrows(() => file.read(new Uint8Array(10), { at: 7 }), Win32Error);
      assertThrows(() => file.write(new Uint8Array(9), { at: 7 }), Win32Error);
      assertEquals(pooledMemory(), before);
    }
  },
);
