// portable

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ERROR_ACCESS_DENIED,
  ERROR_LOCK_VIOLATION,
  ERROR_MORE_DATA,
  open,
  openSync,
  Win32Error,
} from "../../mod.ts";
import { FSCTL_QUERY_ALLOCATED_RANGES } from "../../src/raw.ts";
import { strictTest } from "../support/strict_kernel/mod.ts";
import { failFunction } from "../support/strict_kernel/replaced.ts";
import { UNIT } from "../support/strict_kernel/sparse_control.ts";

const SEEDS = [1, 2];
const BOTH = { read: true, write: true, create: true };
const PATH = "C:\\a";

/** The same methods, of which one half returns promises. */
async function files() {
  return [openSync(PATH, BOTH), await open(PATH, BOTH)] as const;
}

strictTest("a sparse file gives the room of zeros back", async () => {
  for (const file of await files()) {
    file.truncate();
    await file.writeAll(new Uint8Array(4 * UNIT).fill(1), { at: 0 });
    assertEquals(await file.allocatedRanges(), [{ start: 0, end: 4 * UNIT }]);
    await file.setSparse();
    await file.zeroRange(UNIT, 3 * UNIT);
    assertEquals(await file.allocatedRanges(), [
      { start: 0, end: UNIT },
      { start: 3 * UNIT, end: 4 * UNIT },
    ]);
    assertEquals(await file.allocatedRanges(5, 3 * UNIT + 7), [
      { start: 5, end: UNIT },
      { start: 3 * UNIT, end: 3 * UNIT + 7 },
    ]);
    assertEquals(await file.allocatedRanges(UNIT, UNIT), []);
    assertEquals(await file.allocatedRanges(UNIT + 3, UNIT + 4), []);
    assertEquals(await file.allocatedRanges(7, 2n ** 63n - 1n), [
      { start: 7, end: UNIT },
      { start: 3 * UNIT, end: 4 * UNIT },
    ]);
    const bytes = new Uint8Array(2);
    await file.readExactly(bytes, { at: UNIT - 1 });
    assertEquals(bytes, Uint8Array.of(1, 0));
    await file.readExactly(bytes, { at: 3 * UNIT - 1 });
    assertEquals(bytes, Uint8Array.of(0, 1));
    await file.setSparse(false);
    assertEquals(await file.allocatedRanges(), [{ start: 0, end: 4 * UNIT }]);
    await file.close();
  }
});

strictTest("zeroRange() ends before its end, and extends nothing", async () => {
  for (const file of await files()) {
    file.truncate();
    await file.writeAll(new Uint8Array(10).fill(1), { at: 0 });
    await file.zeroRange(2, 4);
    assertEquals(
      await file.readAll({ at: 0 }),
      Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 1, 1, 1),
    );
    await file.zeroRange(8, 100n);
    await file.zeroRange(3, 3);
    assertEquals(file.size(), 10);
    assertEquals(
      await file.readAll({ at: 0 }),
      Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 1, 0, 0),
    );
    await file.close();
  }
});

strictTest(
  "allocatedRanges() finds more ranges than one answer holds",
  async () => {
    const [one, other] = await files();
    await other.setSparse();
    const expected = [];
    for (let i = 0; i < 700; i++) {
      const start = 2 * i * UNIT;
      one.write(Uint8Array.of(1), { at: start });
      expected.push({ start, end: start + UNIT });
    }
    expected.at(-1)!.end = one.size();
    let calls = 0;
    using _ = failFunction("DeviceIoControl", 1, () => ++calls < 0);
    for (const file of [one, other]) {
      calls = 0;
      assertEquals(await file.allocatedRanges(), expected);
      assertEquals(calls, 3);
      await file.close();
    }
  },
  SEEDS,
);

strictTest("what is wrong with ranges is said before any call", async () => {
  for (const file of await files()) {
    const order = "end must not be before start: got 4, with start 5";
    const attempts: [() => unknown, string][] = [
      [() => file.zeroRange(5, 4), order],
      [() => file.zeroRange(-1, 4), "start must be a whole number"],
      [() => file.zeroRange(0, 2n ** 63n), "end must be from 0 to 2^63-1"],
      [() => file.allocatedRanges(5, 4), order],
    ];
    for (const [attempt, message] of attempts) {
      await assertRejects(async () => await attempt(), RangeError, message);
    }
    await assertRejects(
      async () => await file.setSparse(1 as unknown as boolean),
      TypeError,
      "sparse must be true or false",
    );
    await file.close();
  }
});

strictTest("zeroRange() respects locks and access", () => {
  using one = openSync(PATH, BOTH);
  using two = openSync(PATH, BOTH);
  one.writeAll(new Uint8Array(10));
  one.lock({ at: 0, length: 5 });
  const locked = assertThrows(() => two.zeroRange(4, 6), Win32Error);
  assertEquals(locked.win32, ERROR_LOCK_VIOLATION);
  two.zeroRange(5, 6);
  using reader = openSync(PATH);
  const denied = assertThrows(() => reader.zeroRange(5, 6), Win32Error);
  assertEquals(denied.win32, ERROR_ACCESS_DENIED);
});

strictTest(
  "an answer that is a part owes a packet, whatever the handle skips",
  async () => {
    await using file = await open(PATH, BOTH);
    await file.setSparse();
    await file.write(Uint8Array.of(1), { at: 0 });
    await file.write(Uint8Array.of(1), { at: 2 * UNIT });
    const input = BigInt64Array.of(0n, BigInt(file.size()));
    const parts = Array.from({ length: 3000 }, async () => {
      const error = await assertRejects(
        () =>
          file.deviceIoControl(FSCTL_QUERY_ALLOCATED_RANGES, {
            input,
            outputLength: 16,
          }),
        Win32Error,
      );
      return [error.win32, error.output?.length];
    });
    for (const part of await Promise.all(parts)) {
      assertEquals(part, [ERROR_MORE_DATA, 16]);
    }
  },
  SEEDS,
);

strictTest(
  "allocatedRanges() says what the system has against it, and asks once for what fits",
  async () => {
    let calls = 0;
    for (const file of await files()) {
      await file.setSparse();
      file.truncate(2 * UNIT);
      await file.writeAll(new Uint8Array(10), { at: 0 });
      {
        using _ = failFunction("DeviceIoControl", ERROR_ACCESS_DENIED);
        const ask = async () => void await file.allocatedRanges();
        const { syscall, win32 } = await assertRejects(ask, Win32Error);
        assertEquals([syscall, win32], [
          "DeviceIoControl",
          ERROR_ACCESS_DENIED,
        ]);
      }
      calls = 0;
      using _ = failFunction("DeviceIoControl", 1, () => ++calls < 0);
      assertEquals((await file.allocatedRanges()).length, 1);
      assertEquals(calls, 1);
      await file.close();
    }
  },
  SEEDS,
);

strictTest(
  "readAll() from an offset takes no more memory than there are bytes behind it",
  async (kernel) => {
    kernel.names.mount("D:", { size: 2 ** 50 });
    const SIZE = 2 ** 48;
    for (const unbuffered of [false, true]) {
      const options = { ...BOTH, unbuffered };
      using sync = openSync("D:\\a", options);
      await using overlapped = await open("D:\\b", options);
      for (const file of [sync, overlapped]) {
        await file.truncate(SIZE);
        for (const at of [SIZE - 5, BigInt(SIZE) - 5n]) {
          assertEquals(await file.readAll({ at }), new Uint8Array(5));
        }
      }
      sync.seek(-3, "end");
      assertEquals(sync.readAll(), new Uint8Array(3));
    }
  },
);
