// portable

import "../support/old_node.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FileClosedError, open, Win32Error } from "../../mod.ts";
import { diskThreads } from "../../src/file/thread_queue.ts";
import { turns } from "../support/event_loop.ts";
import { Disk } from "../support/strict_kernel/disk.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { replaceFunction } from "../support/strict_kernel/replaced.ts";

const SEEDS = [1, 2, 3, 4];

/** Mounts a volume like NTFS, on which writes that extend end in their call. */
function mountNtfs(kernel: Parameters<Parameters<typeof strictTest>[1]>[0]) {
  kernel.names.mount("D:", { size: 2 ** 24, extendsInCall: true });
}

strictTest(
  "createWritable() of a new file makes no call that blocks the JS thread",
  async (kernel) => {
    mountNtfs(kernel);
    for (const options of [{}, { append: true }, { unbuffered: true }]) {
      const { append = false } = options as { append?: boolean };
      const path = `D:\\new ${Object.keys(options)}`;
      await using file = await open(path, {
        ...append ? {} : { write: true },
        ...options,
        read: true,
        create: true,
      });
      const stream = file.createWritable({ chunkSize: 4096, keepOpen: true });
      const writer = stream.getWriter();
      for (let i = 1; i <= 20; i++) {
        await writer.write(new Uint8Array(1000).fill(i));
      }
      await writer.close();
      assertEquals(kernel.jsThreadWaits, []);
      const bytes = await file.readAll({ at: 0 });
      assertEquals(bytes.length, 20_000);
      for (let i = 0; i < 20; i++) {
        assertEquals([bytes[i * 1000], bytes[i * 1000 + 999]], [i + 1, i + 1]);
      }
    }
  },
  SEEDS,
);

strictTest(
  "what a stream writes within a file, or on a disk, takes no other thread",
  async (kernel) => {
    const disk = new Disk({ size: 8192 });
    kernel.names.devices.set("physicaldrive1", disk);
    for (const path of ["C:\\a", "\\\\.\\PhysicalDrive1"]) {
      const isFile = path.startsWith("C");
      await using file = await open(path, { write: true, create: isFile });
      if (isFile) await file.truncate(8192);
      const onJsThread: boolean[] = [];
      using _ = replaceFunction(
        "WriteFile",
        (original) => (kernel, ...args) => {
          onJsThread.push(kernel.onJsThread);
          return original(kernel, ...args);
        },
      );
      const options = { chunkSize: 4096, keepOpen: true, at: 0 };
      const writer = file.createWritable(options).getWriter();
      for (let i = 0; i < (isFile ? 3 : 2); i++) {
        await writer.write(new Uint8Array(4096));
      }
      await writer.close();
      assertEquals(onJsThread, isFile ? [true, true, false] : [true, true]);
    }
  },
  SEEDS,
);

strictTest(
  "chunks of a stream are as long as was said, but whole sectors of an unbuffered file",
  async () => {
    for (const unbuffered of [false, true]) {
      await using file = await open("C:\\a", {
        write: true,
        create: true,
        unbuffered,
      });
      const lengths: number[] = [];
      using _ = replaceFunction(
        "WriteFile",
        (original) => (kernel, ...args) => {
          lengths.push(Number(BigInt.asUintN(32, args[2]!)));
          return original(kernel, ...args);
        },
      );
      const options = { chunkSize: 1000, keepOpen: true, at: 0 };
      const writer = file.createWritable(options).getWriter();
      await writer.write(new Uint8Array(2048));
      await writer.close();
      assertEquals(lengths, unbuffered ? [1024, 1024] : [1000, 1000, 48]);
    }
  },
);

strictTest(
  "a stream that makes a file longer fails with the code of its write",
  async (kernel) => {
    kernel.names.mount("E:", { size: 10_000, extendsInCall: true });
    await using file = await open("E:\\full", { write: true, create: true });
    const writer = file.createWritable({ chunkSize: 4096, keepOpen: true })
      .getWriter();
    writer.closed.catch(() => {});
    const error = await assertRejects(async () => {
      for (let i = 0; i < 20; i++) await writer.write(new Uint8Array(4096));
      await writer.close();
    }, Win32Error);
    assertEquals(error.symbol, "ERROR_DISK_FULL");
  },
  SEEDS,
);

strictTest(
  "close() returns while a stream makes its file longer",
  async (kernel) => {
    mountNtfs(kernel);
    const file = await open("D:\\closed", { write: true, create: true });
    const writer = file.createWritable({ chunkSize: 4096, keepOpen: true })
      .getWriter();
    writer.closed.catch(() => {});
    const writes = Array.from(
      { length: 8 },
      () => writer.write(new Uint8Array(4096)),
    );
    const settled = Promise.allSettled(writes);
    await file.close();
    for (const result of await settled) {
      if (result.status === "fulfilled") continue;
      assertEquals(result.reason instanceof FileClosedError, true);
    }
  },
  SEEDS,
);

/** Occupies all threads for disks, until the result is called. */
function occupyThreads(): () => Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const busy = Array.from(
    { length: 4 },
    () => diskThreads.run(() => promise, undefined),
  );
  return () => {
    resolve();
    return Promise.all(busy);
  };
}

strictTest(
  "close() ends what waits for a thread with the name of its method",
  async (kernel) => {
    mountNtfs(kernel);
    const file = await open("D:\\a", { write: true, create: true });
    const free = occupyThreads();
    const writer = file.createWritable({ keepOpen: true }).getWriter();
    writer.closed.catch(() => {});
    const outcomes = [
      file.flush(),
      writer.write(new Uint8Array(10)).then(() => writer.close()),
    ].map((promise) => promise.catch((error) => error));
    await turns();
    await file.close();
    const [flush, write] = await Promise.all(outcomes) as Error[];
    await free();
    assertStringIncludes(flush!.message, "flush() needs an open file");
    assertStringIncludes(write!.message, "write() needs an open file");
  },
);

strictTest(
  "a stream that is aborted writes nothing that still waits for a thread",
  async (kernel) => {
    mountNtfs(kernel);
    await using file = await open("D:\\a", { write: true, create: true });
    const free = occupyThreads();
    const controller = new AbortController();
    const { signal } = controller;
    const writer = file.createWritable({ keepOpen: true, signal }).getWriter();
    const closed = writer.closed.catch((reason) => reason);
    await writer.write(new Uint8Array(10));
    const closing = writer.close().catch((reason) => reason);
    await turns();
    controller.abort("stop");
    await free();
    assertEquals([await closing, await closed], ["stop", "stop"]);
    assertEquals(file.size(), 0);
  },
  SEEDS,
);
