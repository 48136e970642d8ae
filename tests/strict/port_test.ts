// portable

import "../support/old_node.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  connectPipe,
  diagnostics,
  listenPipe,
  open,
  Win32Error,
} from "../../mod.ts";
import { thread } from "../../ffi/thread.ts";
import {
  assertSettles,
  settling,
  turnOfTheEventLoop,
  turns,
  until,
} from "../support/event_loop.ts";
import { collectGarbage, nextJob } from "../support/garbage.ts";
import { overlappedPipe } from "../support/overlapped_pipes.ts";
import { endByHand, newFile, portOf } from "../support/overlapped_strict.ts";
import { CompletionPort } from "../support/strict_kernel/completion_port.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3];

/** Returns how many completion ports are open. */
function portsOf(kernel: StrictKernel): number {
  return [...kernel.handles.entries()].filter(([, object]) =>
    object instanceof CompletionPort
  ).length;
}

// The first test: a thread creates it once.
strictTest("the first file allocates the pool", async () => {
  assertEquals(diagnostics().pooledMemory, 0);
  await using _ = await newFile();
  assertEquals(diagnostics().pooledMemory, 2 ** 24);
});

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
    // The first call creates the port.
    for (const failing of [1, 2]) {
      let calls = 0;
      using _ = failFunction(
        "CreateIoCompletionPort",
        87,
        () => ++calls === failing,
      );
      const run = () => open("C:\\a", options);
      const { syscall, win32, path } = await assertRejects(run, Win32Error);
      assertEquals([syscall, win32], ["CreateIoCompletionPort", 87]);
      assertEquals(path, failing === 1 ? undefined : "C:\\a");
      assertEquals(portsOf(kernel), 0);
    }
    await using file = await open("C:\\a", options);
    assertEquals(await file.write(new Uint8Array(10)), 10);
  },
);

strictTest(
  "a pipe that cannot be bound leaves neither a handle nor a port open",
  async (kernel) => {
    const name = "\\\\.\\pipe\\unbound";
    const listener = listenPipe(name);
    const before = [...kernel.handles.entries()].length;
    {
      using _ = failFunction("CreateIoCompletionPort", 87);
      const connect = () => connectPipe(name);
      const { syscall, win32 } = await assertRejects(connect, Win32Error);
      assertEquals([syscall, win32], ["CreateIoCompletionPort", 87]);
    }
    await turns();
    assertEquals([...kernel.handles.entries()].length, before);
    await listener.close();
    assertEquals(portsOf(kernel), 0);
  },
);

strictTest(
  "a file that cannot be opened leaves no port open",
  async (kernel) => {
    await assertRejects(() => open("C:\\none", { read: true }), Win32Error);
    await turns();
    assertEquals(portsOf(kernel), 0);
  },
);

strictTest(
  "what ends in its call queues no packet on a disk, and on a pipe one that the next turn takes",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    await using file = await newFile();
    const ofDisk = file.write(new Uint8Array(10), { at: 0 });
    assertEquals(portOf(kernel).packets.length, 0);
    assertEquals(await ofDisk, 10);
    await using pipe = await overlappedPipe();
    const write = pipe.client.write(new Uint8Array(1));
    assertEquals(portOf(kernel).packets.length, 1);
    await write;
    await until(() => portOf(kernel).packets.length === 0);
  },
);

strictTest(
  "the port is closed after more packets than one call takes, and all OVERLAPPEDs are used again",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    const slabs = new Set<bigint>();
    using _ = replaceFunction("WriteFile", (original) => (kernel, ...words) => {
      slabs.add(words[4]! >> 16n);
      return original(kernel, ...words);
    });
    for (let round = 0; round < 8; round++) {
      const { client, server } = await overlappedPipe();
      const writes = Array.from(
        { length: 300 },
        () => client.write(new Uint8Array(1)),
      );
      await Promise.all([client.close(), server.close()]);
      assertEquals(await Promise.all(writes), Array(300).fill(1));
      assertEquals(portsOf(kernel), 0);
    }
    assertEquals(slabs.size, 1, `${slabs.size} slabs of 2048 OVERLAPPEDs`);
  },
);

strictTest(
  "close() asks once for packets that do not come, and the next one for them again",
  async (kernel) => {
    kernel.schedule.choose = () => "in call";
    const first = await overlappedPipe();
    {
      let calls = 0;
      using _ = failFunction("GetQueuedCompletionStatusEx", 258, () => {
        if (++calls > 100) throw new Error("it asks for ever");
        return true;
      });
      assertEquals(await first.client.write(new Uint8Array(1)), 1);
      await Promise.all([first.client.close(), first.server.close()]);
      assertEquals(portsOf(kernel), 1);
    }
    const next = await overlappedPipe();
    await Promise.all([next.client.close(), next.server.close()]);
    assertEquals(portsOf(kernel), 0);
  },
);

/** Has a thread that waits for packets wait until there is one. */
function withoutTimeout(): Disposable {
  return replaceFunction(
    "GetQueuedCompletionStatusEx",
    (original) => (kernel, ...words) => {
      if (words[4] !== 0n) words[4] = 0xFFFF_FFFFn;
      return original(kernel, ...words);
    },
  );
}

strictTest(
  "the wait for packets ends if this thread takes the last ones, and then the port is closed",
  async (kernel) => {
    endByHand(kernel);
    using _ = withoutTimeout();
    // What ends the wait comes only after all has been closed.
    const { promise, resolve } = Promise.withResolvers<() => void>();
    using _posts = replaceFunction(
      "PostQueuedCompletionStatus",
      (original) => (kernel, ...words) => {
        resolve(() => void original(kernel, ...words));
        return 1n;
      },
    );
    const { client, server } = await overlappedPipe();
    const first = server.read(new Uint8Array(1)).catch(() => {});
    const isWaiting = () => kernel.threads.some(({ blocking }) => blocking);
    await until(isWaiting);
    await turnOfTheEventLoop();
    // It schedules that packets are taken, before the thread wakes up.
    const second = server.read(new Uint8Array(1)).catch(() => {});
    const closing = Promise.all([server.close(), client.close()]);
    while (kernel.io.pending.endScheduled());
    await Promise.all([first, second, closing]);
    assertEquals([isWaiting(), portsOf(kernel)], [true, 1]);
    (await settling(promise))();
    await until(() => !isWaiting());
    await until(() => portsOf(kernel) === 0);
  },
);

/** Mounts a volume like NTFS, on which writes that extend are made on other threads. */
async function extendingStream(kernel: StrictKernel) {
  kernel.names.mount("D:", { size: 2 ** 24, extendsInCall: true });
  const file = await open("D:\\a", { write: true, create: true });
  const writer = file.createWritable({ keepOpen: true }).getWriter();
  writer.closed.catch(() => {});
  return { file, writer };
}

strictTest(
  "a call on another thread that cannot be made fails its write, and close() waits for nothing",
  async (kernel) => {
    const { file, writer } = await extendingStream(kernel);
    const real = thread();
    const { threadCall } = real;
    real.threadCall = () => {
      throw new RangeError("no thread");
    };
    const write = writer.write(new Uint8Array(10)).then(() => writer.close());
    await assertRejects(() => write, RangeError, "no thread");
    real.threadCall = threadCall;
    assertEquals(diagnostics().pendingOperations, 0);
    await assertSettles(file.close());
  },
);

strictTest(
  "the wait for packets ends with a write that another thread has made",
  async (kernel) => {
    // It would not end by itself.
    using _ = withoutTimeout();
    const { file, writer } = await extendingStream(kernel);
    await writer.write(new Uint8Array(10));
    await writer.close();
    await until(() => kernel.threads.every(({ blocking }) => !blocking));
    await file.close();
  },
);

strictTest(
  "a write that another thread has made ends with its packet, where each success queues one",
  async (kernel) => {
    using _ = failFunction("SetFileCompletionNotificationModes", 1);
    const dropped = diagnostics().droppedPackets;
    const { file, writer } = await extendingStream(kernel);
    await writer.write(new Uint8Array(10));
    await writer.close();
    await turns();
    await file.close();
    assertEquals(diagnostics().droppedPackets, dropped);
  },
  SEEDS,
);

strictTest(
  "`diagnostics()` counts what the kernel has",
  async (kernel) => {
    kernel.schedule.choose = () => "later";
    await using file = await open("C:\\a", {
      read: true,
      write: true,
      create: true,
    });
    assertEquals(diagnostics().pendingOperations, 0);
    const read = file.read(new Uint8Array(10), { at: 0 });
    assertEquals(diagnostics().pendingOperations, 1);
    assertEquals(await read, null);
    assertEquals(diagnostics().pendingOperations, 0);
  },
);

strictTest(
  "a write that goes on after its call on another thread ends with its packet",
  async (kernel) => {
    kernel.schedule.choose = ({ request: { kind } }) =>
      kind === "write" ? "later" : undefined;
    kernel.names.mount("D:", { size: 2 ** 24, extendsInCall: false });
    await using file = await newFile("D:\\a");
    const writer = file.createWritable({ keepOpen: true }).getWriter();
    await writer.write(new Uint8Array(10).fill(7));
    await writer.close();
    const bytes = await file.readAll({ at: 0 });
    assertEquals(bytes, new Uint8Array(10).fill(7));
  },
  SEEDS,
);

strictTest(
  "timers run during a loop of reads of which the packets are there at once",
  async (kernel) => {
    kernel.schedule.choose = () => "already done";
    await using file = await newFile();
    let hasTurned = false;
    setTimeout(() => hasTurned = true, 0);
    for (let i = 0; i < 100_000 && !hasTurned; i++) {
      await file.read(new Uint8Array(1), { at: 0 });
    }
    assertEquals(hasTurned, true);
  },
);
