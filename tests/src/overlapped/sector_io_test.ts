// portable

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  AlignedBuffer,
  ERROR_WRITE_FAULT,
  FileClosedError,
  type OverlappedFile,
  Win32Error,
} from "../../../mod.ts";
import { turns, until } from "../../support/event_loop.ts";
import { MAX_COPIED } from "../../../src/memory/pooled_memory.ts";
import { newFile } from "../../support/overlapped_strict.ts";
import {
  type StrictKernel,
  strictTest,
} from "../../support/strict_kernel/mod.ts";
import { replaceFunction } from "../../support/strict_kernel/replaced.ts";

const SECTOR = 512;
const SEEDS = [1, 2, 3, 4];

/** Opens an unbuffered file of a few sectors, full of a byte. */
async function sectors(byte = 1): Promise<OverlappedFile> {
  const file = await newFile(undefined, { unbuffered: true });
  await file.write(new Uint8Array(8 * SECTOR).fill(byte), { at: 0 });
  return file;
}

strictTest(
  "reads and writes of whole sectors wait for a write of parts, and see it",
  async () => {
    await using file = await sectors();
    const whole = new Uint8Array(2 * SECTOR);
    const list = [new Uint8Array(SECTOR)];
    const results = await Promise.all([
      file.write(new Uint8Array(10).fill(2), { at: 100 }),
      file.read(whole, { at: 0 }),
      file.write(new Uint8Array(SECTOR).fill(3), { at: SECTOR }),
      file.write(new Uint8Array(10).fill(4), { at: SECTOR + 5 }),
      file.readScatter(list, { at: SECTOR }),
      file.writeGather([new Uint8Array(SECTOR).fill(5)], { at: 2 * SECTOR }),
    ]);
    assertEquals(results, [10, 2 * SECTOR, SECTOR, 10, SECTOR, SECTOR]);
    assertEquals([whole[99], whole[100], whole[110]], [1, 2, 1]);
    assertEquals([...list[0]!.subarray(4, 16)], [3, ...Array(10).fill(4), 3]);
    const end = new Uint8Array(SECTOR + 1);
    assertEquals(await file.read(end, { at: 2 * SECTOR }), SECTOR + 1);
    assertEquals([end[0], end[SECTOR - 1], end[SECTOR]], [5, 5, 1]);
  },
  SEEDS,
);

/** Has the write of a part of a sector take nothing, though it succeeds. */
async function takeNothing(
  kernel: StrictKernel,
  meanwhile: () => void = () => {},
): Promise<void> {
  const { pending } = kernel.io;
  while (pending.scheduled.length === 0) await turns();
  meanwhile();
  pending.endNow(pending.scheduled[0]!, 0);
  kernel.schedule.manual = false;
}

/** Starts a write of a part of a sector, which ends by hand. */
async function startPart(kernel: StrictKernel, signal?: AbortSignal) {
  const file = await sectors();
  kernel.schedule.manual = true;
  kernel.schedule.choose = ({ request: { kind } }) =>
    kind === "write" ? "later" : "in call";
  const options = { at: 100, signal };
  return { file, write: file.write(new Uint8Array(10), options) };
}

strictTest(
  "a write of a part of a sector fails where a device takes nothing",
  async (kernel) => {
    const { file, write } = await startPart(kernel);
    const failed = assertRejects(() => write, Win32Error, "Nothing was taken");
    await takeNothing(kernel);
    const { win32, path, bytesTransferred } = await failed;
    assertEquals([win32, path], [ERROR_WRITE_FAULT, "C:\\a"]);
    assertEquals(bytesTransferred, 0);
    await file.close();
  },
);

strictTest(
  "a write of a part of a sector that takes nothing after an abort or close() says why",
  async (kernel) => {
    const controller = new AbortController();
    const aborted = await startPart(kernel, controller.signal);
    const reason = new Error("stop");
    const first = assertRejects(() => aborted.write);
    await takeNothing(kernel, () => controller.abort(reason));
    assertStrictEquals(await first, reason);
    await aborted.file.close();
    const closed = await startPart(kernel);
    const second = assertRejects(
      () => closed.write,
      FileClosedError,
      "write()",
    );
    let closing: Promise<void> | undefined;
    await takeNothing(kernel, () => closing = closed.file.close());
    await Promise.all([second, closing]);
  },
);

/** Has all operations of one kind from some length on wait for the test. */
function holdLong(kernel: StrictKernel, kind: "read" | "write"): void {
  kernel.schedule.manual = true;
  kernel.schedule.choose = ({ request }) =>
    request.kind === kind && request.length > SECTOR ? "later" : "in call";
}

for (const kind of ["read", "write"] as const) {
  strictTest(
    `pieces of one ${kind} of whole sectors are in flight at once, also after a wait`,
    async (kernel) => {
      const file = await sectors();
      const { pending } = kernel.io;
      const bytes = new Uint8Array(3 * MAX_COPIED);
      await file.write(bytes, { at: 0 });
      holdLong(kernel, kind);
      const start = () => file[kind](bytes, { at: 0 });
      const ended = async (transfer: Promise<unknown>) => {
        await until(() => pending.scheduled.length === 3);
        while (pending.endScheduled());
        assertEquals(await transfer, bytes.length);
      };
      await ended(start());
      // A write of a part of a sector has the others wait.
      kernel.schedule.choose = ({ request }) =>
        request.kind === "write" && request.length === SECTOR
          ? "later"
          : "in call";
      const part = file.write(new Uint8Array(10), { at: 100 });
      await until(() => pending.scheduled.length === 1);
      const waiting = start();
      await turns();
      assertEquals(pending.scheduled.length, 1);
      holdLong(kernel, kind);
      pending.endScheduled();
      assertEquals(await part, 10);
      await ended(waiting);
      kernel.schedule.manual = false;
      await file.close();
    },
  );
}

strictTest(
  "parts of sectors that wait for their turn are refused by close() with their method",
  async () => {
    const file = await sectors();
    const waiting: [string, () => Promise<unknown>][] = [
      ["read", () => file.read(new Uint8Array(10))],
      ["write", () => file.write(new Uint8Array(10))],
    ];
    const first = file.read(new Uint8Array(10)).catch(() => {});
    const refused = waiting.map(([method, start]) =>
      assertRejects(start, FileClosedError, `${method}() needs an open file`)
    );
    await Promise.all([file.close(), first, ...refused]);
  },
  SEEDS,
);

strictTest(
  "a part of a sector that is being written is written, whatever becomes of its memory",
  async (kernel) => {
    const { pending } = kernel.io;
    const file = await sectors();
    kernel.schedule.manual = true;
    kernel.schedule.choose = ({ request: { kind } }) =>
      kind === "write" ? "later" : "in call";
    const data = new Uint8Array(10).fill(7);
    const write = file.write(data, { at: 100 });
    await until(() => pending.scheduled.length === 1);
    data.buffer.transfer();
    pending.endScheduled();
    assertEquals(await write, 10);
    kernel.schedule.manual = false;
    const buffer = new Uint8Array(12);
    await file.read(buffer, { at: 99 });
    assertEquals([...buffer], [1, ...Array(10).fill(7), 1]);
    await file.close();
  },
);

strictTest(
  "whole sectors of native memory are transferred where they are",
  async () => {
    await using file = await sectors();
    using memory = new AlignedBuffer(8 * SECTOR);
    const addresses: bigint[] = [];
    const watched = ["ReadFile", "WriteFile"].map((name) =>
      replaceFunction(name, (original) => (kernel, ...words) => {
        addresses.push(words[1]!);
        return original(kernel, ...words);
      })
    );
    const bytes = memory.bytes.subarray(0, 2 * SECTOR + 5);
    assertEquals(await file.write(bytes, { at: 0 }), bytes.length);
    assertEquals(addresses.includes(memory.address), true);
    addresses.length = 0;
    assertEquals(await file.read(bytes, { at: 0 }), bytes.length);
    assertEquals(addresses.includes(memory.address), true);
    for (const one of watched) one[Symbol.dispose]();
  },
  SEEDS,
);
