// portable

import "../support/old_node.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { fromHandle, open, Win32Error } from "../../mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  kernel32,
  PIPE_ACCESS_DUPLEX,
} from "../../src/raw.ts";
import { collectGarbage, nextJob } from "../support/garbage.ts";
import { CompletionPort } from "../support/strict_kernel/completion_port.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import { failFunction } from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3];

/** Returns how many completion ports are open. */
function portsOf(kernel: StrictKernel): number {
  return [...kernel.handles.entries()].filter(([, object]) =>
    object instanceof CompletionPort
  ).length;
}

strictTest(
  "the port is closed with the last file, and created again for the next",
  async (kernel) => {
    const ports = () => portsOf(kernel);
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

/** Opens a file, and drops it. */
async function openAndDrop(): Promise<void> {
  const file = await open("C:\\a", { write: true, create: true });
  await file.write(new Uint8Array(10));
}

strictTest(
  "the port is closed with a file that was dropped",
  async (kernel) => {
    await openAndDrop();
    assertEquals(portsOf(kernel), 1);
    for (let i = 0; i < 1000 && portsOf(kernel) > 0; i++) {
      await nextJob();
      collectGarbage();
    }
    assertEquals(portsOf(kernel), 0);
  },
);

strictTest(
  "a file that cannot be bound leaves no port open",
  async (kernel) => {
    const options = { write: true, create: true };
    let calls = 0;
    {
      // The first call creates the port.
      using _ = failFunction("CreateIoCompletionPort", 87, () => ++calls === 2);
      await assertRejects(() => open("C:\\a", options), Win32Error);
    }
    assertEquals(portsOf(kernel), 0);
    await using file = await open("C:\\a", options);
    assertEquals(await file.write(new Uint8Array(10)), 10);
  },
);

strictTest(
  "the port is closed after more packets than one call takes",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    const name = "\\\\.\\pipe\\strict";
    const mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;
    const server = fromHandle(
      kernel32.CreateNamedPipeW(name, mode, 0, 1, 4096, 4096, 0, null),
      { path: name },
    );
    const client = await open(name, { read: true, write: true });
    const writes = Array.from(
      { length: 300 },
      () => client.write(new Uint8Array(1)),
    );
    await Promise.all([client.close(), server.close()]);
    assertEquals(await Promise.all(writes), Array(300).fill(1));
    assertEquals(portsOf(kernel), 0);
  },
);
