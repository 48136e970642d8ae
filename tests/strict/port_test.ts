// portable

import "../support/old_node.ts";
import { assertEquals } from "@std/assert";
import { open } from "../../mod.ts";
import { CompletionPort } from "../support/strict_kernel/completion_port.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";

const SEEDS = [1, 2, 3];

strictTest(
  "the port is closed with the last file, and created again for the next",
  async (kernel) => {
    const ports = () =>
      [...kernel.handles.entries()].filter(([, object]) =>
        object instanceof CompletionPort
      ).length;
    for (let round = 0; round < 3; round++) {
      const options = { read: true, write: true, create: true };
      const first = await open("C:\\a", options);
      const second = await open("C:\\b", options);
      await Promise.all([first, second].map(async (file) => {
        await file.write(new Uint8Array(100), { at: 0 });
        assertEquals(await file.read(new Uint8Array(200), { at: 0 }), 100);
      }));
      await first.close();
      assertEquals(ports(), 1);
      const read = second.read(new Uint8Array(10), { at: 0 });
      await Promise.allSettled([second.close(), read]);
      // A wait on another thread may have to end first.
      for (let i = 0; i < 100 && ports() > 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      assertEquals(ports(), 0);
    }
  },
  SEEDS,
);
