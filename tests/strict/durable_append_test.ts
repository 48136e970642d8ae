// portable

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_DISK_FULL,
  ERROR_NO_SYSTEM_RESOURCES,
  open,
  openSync,
  type OverlappedFile,
  type SyncFile,
  Win32Error,
} from "../../mod.ts";
import { pooledMemory } from "../../src/memory/pooled_memory.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const PATH = "C:\\log";
const MIB = 2 ** 20;
const SEEDS = [1, 2, 3];
/** Files that only append, and files that can also be cut. */
const MODES = [{ append: true }, { append: true, write: true }] as const;

/** Both kinds of file, open in each mode. */
async function files(): Promise<(SyncFile | OverlappedFile)[]> {
  const options = MODES.map((mode) => ({ ...mode, create: true }));
  return [
    ...options.map((mode) => openSync(PATH, mode)),
    ...await Promise.all(options.map((mode) => open(PATH, mode))),
  ];
}

/** Records the lengths of all writes, until it is disposed. */
function watchWrites() {
  const lengths: number[] = [];
  const replaced = replaceFunction(
    "WriteFile",
    (original) => (kernel, ...words) => {
      lengths.push(Number(words[2]! & 0xFFFF_FFFFn));
      return original(kernel, ...words);
    },
  );
  return { lengths, [Symbol.dispose]: () => replaced[Symbol.dispose]() };
}

strictTest(
  "what is appended is one WriteFile, however many buffers it has and of whatever memory",
  async () => {
    using native = new AlignedBuffer(2 * MIB);
    const large = new Uint8Array(3 * MIB).fill(1);
    for (const file of await files()) {
      const before = file.size();
      using watched = watchWrites();
      const list = [Uint8Array.of(7, 8), large, native.bytes, Uint8Array.of(9)];
      assertEquals(await file.writeGather(list), 5 * MIB + 3);
      assertEquals(await file.write(large), 3 * MIB);
      await file.writeAll(large);
      assertEquals(watched.lengths, [5 * MIB + 3, 3 * MIB, 3 * MIB]);
      await file.close();
      using reader = openSync(PATH);
      const bytes = reader.readAll({ at: before });
      assertEquals(bytes.length, 11 * MIB + 3);
      assertEquals([...bytes.subarray(0, 3)], [7, 8, 1]);
      assertEquals(bytes[5 * MIB + 2], 9);
    }
  },
);

strictTest(
  "what is appended in a shortage fails as a whole, and is not divided",
  async () => {
    for (const file of await files()) {
      const before = pooledMemory();
      const lengths: bigint[] = [];
      const refuse = (...words: bigint[]) => lengths.push(words[2]!) > 0;
      using _ = failFunction("WriteFile", ERROR_NO_SYSTEM_RESOURCES, refuse);
      const data = new Uint8Array(MIB / 2);
      const append = async () => await file.writeGather([data, data]);
      const error = await assertRejects(append, Win32Error);
      assertEquals(error.win32, ERROR_NO_SYSTEM_RESOURCES);
      assertEquals(lengths, [BigInt(MIB)]);
      assertEquals(pooledMemory(), before);
      await file.close();
    }
  },
);

strictTest(
  "more than 64 MiB of buffers are refused before any call",
  async () => {
    const list = Array.from({ length: 65 }, () => new Uint8Array(MIB));
    for (const file of await files()) {
      using watched = watchWrites();
      await assertRejects(
        async () => await file.writeGather(list),
        RangeError,
        "buffers are one call to a pipe or at the end of a file, and " +
          "must have at most 67108864 bytes together: got 68157440",
      );
      assertEquals(watched.lengths, []);
      await file.close();
    }
  },
);

strictTest(
  "a full disk says how much of the buffers it took, and the file can be cut there",
  async (kernel) => {
    kernel.names.mount("E:", { size: 10_000 });
    for (const which of [openSync, open]) {
      const file = await which("E:\\log", {
        append: true,
        write: true,
        create: true,
      });
      file.truncate();
      const good = await file.writeGather([new Uint8Array(100)]);
      const list = [new Uint8Array(8000), new Uint8Array(8000)];
      const append = async () => await file.writeGather(list);
      const error = await assertRejects(append, Win32Error);
      assertEquals(error.win32, ERROR_DISK_FULL);
      assertEquals(file.size(), good + (error.bytesTransferred ?? 0));
      file.truncate(good);
      assertEquals(await file.writeGather([new Uint8Array(50)]), 50);
      assertEquals(file.size(), 150);
      await file.close();
    }
  },
);

strictTest(
  "appends that wait hold no native memory, and are written in the order of the calls",
  async () => {
    await using file = await open(PATH, {
      append: true,
      write: true,
      create: true,
    });
    await file.write(Uint8Array.of(0)); // The pool is allocated.
    const before = pooledMemory();
    const appends = Array.from(
      { length: 50 },
      (_, i) => file.writeGather([Uint8Array.of(i), new Uint8Array(5000)]),
    );
    let least = before;
    for (const append of appends) {
      least = Math.min(least, pooledMemory());
      assertEquals(await append, 5001);
    }
    assertEquals([before - least <= 8192, pooledMemory()], [true, before]);
    using reader = openSync(PATH);
    const bytes = reader.readAll({ at: 1 });
    const firsts = appends.map((_, i) => bytes[i * 5001]);
    assertEquals(firsts, [...appends.keys()]);
  },
  SEEDS,
);

strictTest(
  "a buffer that is transferred elsewhere before its turn fails its append alone",
  async () => {
    await using file = await open(PATH, { append: true, create: true });
    const [kept, gone] = [Uint8Array.of(1), Uint8Array.of(2)];
    const first = file.writeGather([kept, kept]);
    const second = file.writeGather([kept, gone]);
    const third = file.writeGather([kept]);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    assertEquals(await first, 2);
    await assertRejects(() => second, TypeError, "detached");
    assertEquals(await third, 1);
    assertEquals(file.size(), 3);
  },
  SEEDS,
);

strictTest(
  "calls of flush() share one FlushFileBuffers, which comes after all that was written before them",
  async () => {
    await using file = await open(PATH, { append: true, create: true });
    const calls: string[] = [];
    const watch = (name: string, letter: string) =>
      replaceFunction(name, (original) => (kernel, ...words) => {
        calls.push(letter);
        return original(kernel, ...words);
      });
    using _write = watch("WriteFile", "w");
    using _flush = watch("FlushFileBuffers", "f");
    const covered: Promise<void>[] = [];
    for (let i = 0; i < 50; i++) {
      covered.push((async () => {
        await file.write(Uint8Array.of(i));
        const written = calls.lastIndexOf("w");
        await file.flush();
        if (calls.lastIndexOf("f") < written) throw new Error(calls.join(""));
      })());
    }
    await Promise.all(covered);
    const flushes = calls.filter((letter) => letter === "f").length;
    assertEquals(flushes < 50, true, calls.join(""));
    calls.length = 0;
    await Promise.all(Array.from({ length: 50 }, () => file.flush()));
    assertEquals(calls.length <= 2, true, calls.join(""));
  },
  SEEDS,
);

strictTest(
  "a flush that fails fails the calls that share it, and no later one",
  async () => {
    await using file = await open(PATH, { append: true, create: true });
    {
      using _ = failFunction("FlushFileBuffers", 1117); // ERROR_IO_DEVICE
      const flushes = [file.flush(), file.flush(), file.flush()];
      for (const flush of flushes) {
        const error = await assertRejects(() => flush, Win32Error);
        assertEquals([error.win32, error.syscall], [1117, "FlushFileBuffers"]);
      }
    }
    await file.flush();
    assertThrows(() => openSync("C:\\none"), Win32Error);
  },
);
