// portable
//
// Transfers on a kernel that holds to the rules of Windows where Wine does not, and that ends operations whenever it may.

import "../../support/old_node.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_NO_SYSTEM_RESOURCES,
  openSync,
  Win32Error,
} from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { MAX_COPIED } from "../../../src/memory/pooled_memory.ts";
import { assertSettles, turns } from "../../support/event_loop.ts";
import {
  diskFile,
  endByHand,
  newFile,
} from "../../support/overlapped_strict.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

const PAGE = 4096;
const SEEDS = [1, 2, 3, 4];

strictTest(
  "transfers go to all 64 bits of an offset, be it a number or a bigint",
  async (kernel) => {
    kernel.names.mount("D:", { size: 2 ** 50 });
    for (const unbuffered of [false, true]) {
      await using file = await newFile("D:\\a", { unbuffered, truncate: true });
      using native = new AlignedBuffer(PAGE);
      const memory = [native.bytes, new Uint8Array(PAGE), new Uint8Array(10)];
      const offsets = [
        2 ** 32,
        2n ** 32n + 8192n,
        5n * 2n ** 32n,
        3 * 2 ** 32,
        2n ** 40n,
        2 ** 41,
      ];
      for (const [i, at] of offsets.entries()) {
        for (const bytes of memory) {
          bytes.fill(i + 1);
          assertEquals(await file.write(bytes, { at }), bytes.length);
          assertEquals(await file.writeGather([bytes], { at }), bytes.length);
          bytes.fill(0);
          assertEquals(await file.read(bytes, { at }), bytes.length);
          assert(bytes.every((byte) => byte === i + 1), `${at}`);
          bytes.fill(0);
          assertEquals(await file.readScatter([bytes], { at }), bytes.length);
          assert(bytes.every((byte) => byte === i + 1), `${at}`);
        }
      }
      // Each where it belongs, and nothing at the lower half of the offset.
      using sync = openSync("D:\\a");
      const start = new Uint8Array(PAGE);
      sync.read(start, { at: 0 });
      assertEquals(start.every((byte) => byte === 0), true);
      for (const [i, at] of offsets.entries()) {
        sync.read(start, { at });
        assertEquals(start[5], i + 1, `${at}`);
      }
    }
  },
  SEEDS,
);

strictTest(
  "a lock that waits takes no room of the transfers, and ends with close()",
  async () => {
    await using owner = await newFile();
    await owner.lock({ at: 0, length: 10 });
    const file = await newFile("C:\\a", { maxInFlight: { operations: 1 } });
    const locks = [
      file.lock({ at: 0, length: 1 }),
      file.lock({ at: 5, length: 1 }),
    ];
    const ended = Promise.allSettled(locks);
    await turns();
    assertEquals(completionPort().pending, 2);
    for (let i = 0; i < 5; i++) {
      assertEquals(await file.write(new Uint8Array(10), { at: 100 }), 10);
    }
    await file.close();
    assertEquals((await ended).map(({ status }) => status), [
      "rejected",
      "rejected",
    ]);
  },
  SEEDS,
);

strictTest(
  "a write that is too large for the system is halved beside an idle operation",
  async () => {
    await using owner = await newFile();
    await owner.lock({ at: 0, length: 1 });
    await using file = await newFile();
    const idle = file.lock({ at: 0, length: 1 });
    idle.catch(() => {});
    using _ = failFunction(
      "WriteFile",
      ERROR_NO_SYSTEM_RESOURCES,
      (...words) => BigInt.asUintN(32, words[2]!) > 65_536n,
    );
    const write = file.write(new Uint8Array(100_000), { at: PAGE });
    await assertSettles(write);
    assertEquals(await write, 100_000);
  },
);

strictTest(
  "an unbuffered write of memory that is transferred meanwhile says so",
  async (kernel) => {
    kernel.names.mount("D:", { size: 2 ** 23 });
    await using file = await newFile("D:\\a", { unbuffered: true });
    const data = new Uint8Array(2 ** 21);
    using _ = replaceFunction("WriteFile", (write) => (...args) => {
      if (data.length > 0) data.buffer.transfer();
      return write(...args);
    });
    await assertRejects(
      () => file.write(data, { at: 100 }),
      TypeError,
      "data is a view of a detached",
    );
  },
  SEEDS,
);

strictTest(
  "memory that is aligned to the logical sector alone is copied",
  async () => {
    await using file = await newFile(undefined, { unbuffered: true });
    assertEquals(file.sectorSize(), { logical: 512, physical: 4096 });
    using memory = new AlignedBuffer(8 * PAGE);
    for (const start of [512, 1024, PAGE, PAGE + 512, 3]) {
      for (const length of [512, PAGE, 2 * PAGE + 512]) {
        const view = memory.bytes.subarray(start, start + length);
        view.fill(start & 255 | 1);
        assertEquals(await file.write(view, { at: PAGE }), length);
        assertEquals(await file.writeGather([view], { at: PAGE }), length);
        view.fill(0);
        assertEquals(await file.read(view, { at: PAGE }), length);
        assert(view.every((byte) => byte === (start & 255 | 1)));
        view.fill(0);
        assertEquals(await file.readScatter([view], { at: PAGE }), length);
        assert(view.every((byte) => byte === (start & 255 | 1)));
      }
    }
  },
  SEEDS,
);

strictTest(
  "unbuffered appends do not get lost beside writes at an offset in the same last sector",
  async (kernel) => {
    for (let round = 0; round < 6; round++) {
      await using file = await newFile(`C:\\${round}`, {
        append: true,
        unbuffered: true,
      });
      await file.write(new Uint8Array(100).fill(1));
      const results = await Promise.all([
        file.write(new Uint8Array(50).fill(2)),
        file.write(new Uint8Array(10).fill(3), { at: 20 }),
        file.write(new Uint8Array(600).fill(4)),
        file.write(new Uint8Array(10).fill(5), { at: 85 }),
        file.write(new Uint8Array(30).fill(6)),
      ]);
      assertEquals(results, [50, 10, 600, 10, 30]);
      const { content } = diskFile(kernel, `C:\\${round}`);
      assertEquals(content.length, 780);
      const expected = new Uint8Array(780).fill(1, 0, 100).fill(2, 100, 150)
        .fill(4, 150, 750).fill(6, 750).fill(3, 20, 30).fill(5, 85, 95);
      assertEquals(content, expected);
    }
  },
  SEEDS,
);

strictTest(
  "an unbuffered append cuts nothing off that is written behind the end beside it",
  async (kernel) => {
    for (let round = 0; round < 6; round++) {
      const path = `C:\\${round}`;
      await using file = await newFile(path, {
        append: true,
        unbuffered: true,
      });
      await file.write(new Uint8Array(100).fill(1));
      endByHand(kernel);
      const append = file.write(new Uint8Array(50).fill(2));
      await turns(); // The append reads the last sector.
      let ended = false;
      const both = Promise.all([
        append,
        file.write(new Uint8Array(512).fill(8), { at: 1024 }),
      ]).finally(() => ended = true);
      while (!ended) {
        await turns();
        kernel.io.pending.endScheduled();
      }
      assertEquals(await both, [50, 512]);
      kernel.schedule.manual = false;
      kernel.schedule.choose = undefined;
      const { content } = diskFile(kernel, path);
      const appended = content.indexOf(2);
      assert([100, 1536].includes(appended), `appended at ${appended}`);
      assertEquals(content.length, appended === 100 ? 1536 : 1586);
      assert(content.subarray(1024, 1536).every((byte) => byte === 8));
      const part = content.subarray(appended, appended + 50);
      assert(part.every((byte) => byte === 2));
    }
  },
  SEEDS,
);

strictTest(
  "an error says how many bytes were transferred before it, and the position follows",
  async () => {
    for (const unbuffered of [false, true]) {
      await using owner = await newFile();
      const size = 3 * MAX_COPIED;
      await owner.truncate(2 * size + 10);
      await owner.lock({ at: size + 100, length: 1 });
      {
        await using file = await newFile("C:\\a", { unbuffered });
        const writes = [
          () => file.write(new Uint8Array(size + PAGE)),
          () => file.writeAll(new Uint8Array(size + PAGE)),
          () => file.writeGather([new Uint8Array(size), new Uint8Array(PAGE)]),
          () => file.readExactly(new Uint8Array(size + PAGE)),
          () => file.read(new Uint8Array(size + PAGE)),
          () => file.readScatter([new Uint8Array(size), new Uint8Array(PAGE)]),
        ];
        for (const [i, write] of writes.entries()) {
          await file.seek(0);
          const error = await assertRejects(
            write as () => Promise<unknown>,
            Win32Error,
          );
          assertEquals(error.symbol, "ERROR_LOCK_VIOLATION");
          assertEquals(error.bytesTransferred, size, `${i}`);
          assertEquals(await file.seek(0, "current"), size, `${i}`);
        }
      }
      owner.unlock({ at: size + 100, length: 1 });
    }
  },
  SEEDS.slice(0, 2),
);

strictTest(
  "the wait on another thread ends at once when nothing is pending any more",
  async (kernel) => {
    await using file = await newFile();
    await file.write(new Uint8Array(100), { at: 0 });
    const isWaiting = () =>
      kernel.threads.some(({ blocking }) => blocking !== undefined);
    while (isWaiting()) await turns();
    let ends = 0;
    let waits = 0;
    using _ends = replaceFunction(
      "PostQueuedCompletionStatus",
      (original) => (kernel, ...words) => {
        ends++;
        return original(kernel, ...words);
      },
    );
    using _waits = replaceFunction(
      "GetQueuedCompletionStatusEx",
      (original) => (kernel, ...words) => {
        if (words[4] !== 0n) waits++;
        return original(kernel, ...words);
      },
    );
    endByHand(kernel);
    const dropped = completionPort().droppedPackets;
    // No wait begins before the next turn if this one has taken long.
    while (waits === 0) {
      await turns();
      const first = file.read(new Uint8Array(10), { at: 0 });
      await Promise.resolve();
      await Promise.resolve(); // The wait has begun, and its thread has not yet.
      const second = file.read(new Uint8Array(10), { at: 0 });
      while (kernel.io.pending.endScheduled());
      assertEquals(await Promise.all([first, second]), [10, 10]);
      assertEquals(completionPort().pending, 0);
      for (let i = 0; i < 10 && isWaiting(); i++) await turns();
      assertEquals(
        isWaiting(),
        false,
        `a thread waits after ${ends} calls to end it`,
      );
    }
    // The packet that ends the wait is none that was dropped.
    assertEquals([ends > 0, completionPort().droppedPackets], [true, dropped]);
  },
);

strictTest(
  "pages of an unbuffered file refuse offsets that JS cannot count exactly",
  async () => {
    await using file = await newFile("C:\\a", { unbuffered: true });
    using memory = new AlignedBuffer(2 * PAGE);
    const pages = [memory.bytes.subarray(0, PAGE), memory.bytes.subarray(PAGE)];
    let calls = 0;
    const count = () => ++calls > 0;
    using _gather = failFunction("WriteFileGather", 87, count);
    using _scatter = failFunction("ReadFileScatter", 87, count);
    for (const at of [2n ** 53n + 1n, 2n ** 53n, 2n ** 63n - 1n]) {
      for (const method of ["writeGather", "readScatter"] as const) {
        await assertRejects(
          () => file[method](pages, { at }),
          RangeError,
          `must end before 2^53-2^20: got at ${at} and 8192`,
        );
      }
    }
    assertEquals(calls, 0);
  },
);
