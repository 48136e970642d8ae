// portable

// The log of the example, after failures that a test by killing cannot cause: the power fails, the disk is full, a flush fails.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Log } from "../../examples/write_ahead_log.ts";
import { ERROR_DISK_FULL, openSync, Win32Error } from "../../mod.ts";
import { FileEndOfFileInfo } from "../../src/win32/constants.ts";
import { random } from "../support/random.ts";
import { type StrictKernel, strictTest } from "../support/strict_kernel/mod.ts";
import {
  failFunction,
  replaceFunction,
} from "../support/strict_kernel/replaced.ts";

const PATH = "C:\\log";
const SECTOR = 512;
const SEEDS = [1, 2, 3, 4];
const ERROR_IO_DEVICE = 1117;

/** What happens to a log, in order. */
type Event =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "size"; readonly size: number }
  | { readonly kind: "flush" }
  /** So many records are promised from here on. */
  | { readonly kind: "promise"; readonly count: number };

/** Records what the module has the kernel do with the only file that is open. */
function watch(events: Event[]): Disposable {
  let size = 0;
  const replaced: Disposable[] = [];
  const before = (
    name: string,
    note: (kernel: StrictKernel, words: bigint[]) => void,
  ) =>
    replaced.push(replaceFunction(name, (original) => (kernel, ...words) => {
      note(kernel, words);
      return original(kernel, ...words);
    }));
  before("WriteFile", (kernel, [, buffer, length]) => {
    const { buffer: memory, byteOffset, byteLength } = kernel.memory
      .view(buffer!, Number(length! & 0xFFFF_FFFFn));
    const bytes = new Uint8Array(memory, byteOffset, byteLength).slice();
    events.push({ kind: "write", at: size, bytes });
    size += bytes.length;
  });
  before("SetFileInformationByHandle", (kernel, [, kind, buffer]) => {
    if (Number(kind! & 0xFFFF_FFFFn) !== FileEndOfFileInfo) return;
    size = Number(kernel.memory.view(buffer!, 8).getBigInt64(0, true));
    events.push({ kind: "size", size });
  });
  before("FlushFileBuffers", () => events.push({ kind: "flush" }));
  return {
    [Symbol.dispose]: () => replaced.forEach((one) => one[Symbol.dispose]()),
  };
}

/** What a disk may have after some events: all that was flushed before the last promise, and of the rest any sectors. */
function afterPowerFailure(
  events: readonly Event[],
  below: (limit: number) => number,
): Uint8Array {
  const promised = events.findLastIndex(({ kind }) => kind === "promise");
  const flushed = events.slice(0, promised + 1)
    .findLastIndex(({ kind }) => kind === "flush");
  const disk = new Uint8Array(2 ** 20);
  let size = 0;
  const chance = below(4);
  events.forEach((event, i) => {
    const arrives = () => i < flushed || below(4) > chance;
    if (event.kind === "size" && arrives()) {
      disk.fill(0, event.size);
      size = event.size;
    }
    if (event.kind !== "write") return;
    const { at, bytes } = event;
    const end = at + bytes.length;
    // The size is metadata: it may arrive without the data, and the data without it.
    if (arrives()) size = Math.max(size, end);
    for (let from = at; from < end;) {
      const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
      if (arrives()) disk.set(bytes.subarray(from - at, to - at), from);
      from = to;
    }
  });
  return disk.subarray(0, size);
}

function numberOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}

/** A record of any length that begins with its number. */
function recordOf(n: number, length: number): Uint8Array {
  const data = new Uint8Array(4 + length).fill(n);
  new DataView(data.buffer).setUint32(0, n, true);
  return data;
}

/** Opens the log, appends records, several at the same time, and notes what is promised. */
async function run(
  events: Event[],
  below: (limit: number) => number,
): Promise<void> {
  await using log = await Log.open(PATH);
  checkRecords(log);
  let next = log.records.length;
  // What it was opened with may be acted on.
  events.push({ kind: "promise", count: next });
  const end = next + 40;
  await Promise.all(Array.from({ length: 5 }, async () => {
    while (next < end) {
      const n = next++;
      await log.append(recordOf(n, below(1500)));
      events.push({ kind: "promise", count: n + 1 });
    }
  }));
}

function checkRecords(log: Log): void {
  assertEquals(log.records.map(numberOf), [...log.records.keys()]);
}

strictTest(
  "what the log has promised is there after a power failure, whichever sectors have reached the disk",
  async (_, seed) => {
    const { below } = random(seed);
    const events: Event[] = [];
    {
      using _ = watch(events);
      await run(events, below);
      {
        // A program that is killed before its flush, in the midst of a write.
        using _ = failFunction("FlushFileBuffers", ERROR_IO_DEVICE);
        await using log = await Log.open(PATH).catch(() => undefined);
        assertEquals(log, undefined);
      }
      {
        await using log = await Log.open(PATH);
        using _ = failFunction("FlushFileBuffers", ERROR_IO_DEVICE);
        const record = recordOf(log.records.length, 2000);
        await assertRejects(() => log.append(record), Win32Error);
      }
      using torn = openSync(PATH, { append: true });
      torn.write(new Uint8Array(1000).fill(9));
      torn.close();
      await run(events, below);
    }
    const crashes = Array.from({ length: 60 }, () => below(events.length + 1));
    let lost = 0;
    for (const crash of crashes) {
      const happened = events.slice(0, crash);
      const promised = happened.reduce(
        (count, event) => event.kind === "promise" ? event.count : count,
        0,
      );
      const bytes = afterPowerFailure(happened, below);
      {
        using disk = openSync(PATH, {
          write: true,
          create: true,
          truncate: true,
        });
        disk.writeAll(bytes);
      }
      await using log = await Log.open(PATH);
      checkRecords(log);
      assert(
        log.records.length >= promised,
        `${log.records.length} of ${promised} records, ${log.cut} bytes cut`,
      );
      if (log.cut > 0) lost++;
    }
    assert(lost > 0, "No crash has torn anything");
  },
  SEEDS,
);

strictTest(
  "after a write or a flush that failed the log takes no more, and is right when it is opened again",
  async (kernel) => {
    for (const name of ["WriteFile", "FlushFileBuffers"] as const) {
      let found = 0;
      {
        await using log = await Log.open(PATH);
        found = log.records.length;
        await log.append(recordOf(found, 1000));
        {
          using _ = failFunction(name, ERROR_IO_DEVICE);
          const appends = [1, 2, 3].map((n) =>
            log.append(recordOf(found + n, 9))
          );
          for (const append of appends) {
            const error = await assertRejects(() => append, Win32Error);
            assertEquals([error.syscall, error.win32], [name, ERROR_IO_DEVICE]);
          }
        }
        const size = log.file.size();
        await assertRejects(() => log.append(recordOf(found + 1, 9)));
        assertEquals(log.file.size(), size);
      }
      await using log = await Log.open(PATH);
      checkRecords(log);
      assert(log.records.length > found, name);
    }
    // A full disk may take a part of the write.
    kernel.names.mount("E:", { size: 10_000 });
    {
      await using log = await Log.open("E:\\log");
      await log.append(recordOf(0, 100));
      const append = () => log.append(recordOf(1, 20_000));
      const error = await assertRejects(append, Win32Error);
      assertEquals(error.win32, ERROR_DISK_FULL);
    }
    await using log = await Log.open("E:\\log");
    assertEquals(log.records.map(numberOf), [0]);
    await log.append(recordOf(1, 100));
  },
  SEEDS,
);
