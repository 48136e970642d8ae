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
import {
  failFunction,
  replaceFunction,
} from "../../support/strict_kernel/replaced.ts";

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
    addresses.length = 0;
    const behind = memory.bytes.subarray(4096 - SECTOR);
    // Not aligned itself, but what follows its first part of a sector is.
    assertEquals(await file.write(behind, { at: 0 }), behind.length);
    assertEquals(addresses.includes(memory.address + 4096n), false);
    for (const one of watched) one[Symbol.dispose]();
  },
  SEEDS,
);

/** Notes the lengths of all calls of a function. */
function lengthsOf(name: string): Disposable & { lengths: bigint[] } {
  const lengths: bigint[] = [];
  const replaced = replaceFunction(name, (original) => (kernel, ...words) => {
    lengths.push(BigInt.asUintN(32, words[2]!));
    return original(kernel, ...words);
  });
  return Object.assign(replaced, { lengths });
}

strictTest(
  "pages are transferred by one call, and a list of other buffers by several",
  async () => {
    await using file = await sectors();
    using memory = new AlignedBuffer(3 * 4096);
    const pages = [memory.bytes.subarray(4096), memory.bytes.subarray(0, 4096)];
    const others = [memory.bytes.subarray(0, 4096), new Uint8Array(4096)];
    using gathers = lengthsOf("WriteFileGather");
    using scatters = lengthsOf("ReadFileScatter");
    for (const [list, lengths] of [[pages, [12_288n]], [others, []]] as const) {
      const length = list.length === 2 && list === pages ? 12_288 : 8192;
      assertEquals(await file.writeGather(list, { at: SECTOR }), length);
      assertEquals(await file.readScatter(list, { at: SECTOR }), length);
      assertEquals([gathers.lengths, scatters.lengths], [lengths, lengths]);
      gathers.lengths.length = scatters.lengths.length = 0;
    }
  },
  SEEDS,
);

strictTest(
  "whole sectors of JS memory go by as few calls wherever they are in it",
  async () => {
    await using file = await sectors();
    for (const start of [0, 3]) {
      const bytes = new Uint8Array(MAX_COPIED + SECTOR).subarray(start);
      const whole = bytes.subarray(0, MAX_COPIED);
      for (const [method, name] of CALLS) {
        using calls = lengthsOf(name);
        assertEquals(await file[method](whole, { at: SECTOR }), MAX_COPIED);
        assertEquals(calls.lengths, [BigInt(MAX_COPIED)]);
      }
    }
  },
  SEEDS,
);

const CALLS = [["write", "WriteFile"], ["read", "ReadFile"]] as const;

strictTest(
  "what had to wait for a write of parts is in flight at once, all of it but other writes of parts",
  async (kernel) => {
    const { pending } = kernel.io;
    await using file = await sectors();
    using memory = new AlignedBuffer(4096);
    const bytes = () => new Uint8Array(SECTOR);
    const page = () => new AlignedBuffer(4096).bytes;
    const unaligned = memory.bytes.subarray(SECTOR, 2 * SECTOR);
    const transfers: (() => Promise<unknown>)[] = [
      () => file.read(bytes(), { at: 0 }),
      () => file.read(new Uint8Array(10), { at: SECTOR }),
      () => file.write(bytes(), { at: 2 * SECTOR }),
      () => file.write(unaligned, { at: 3 * SECTOR }),
      () => file.readScatter([page()], { at: 0 }),
      () => file.writeGather([page()], { at: 0 }),
    ];
    for (const transfer of transfers) {
      kernel.schedule.manual = true;
      kernel.schedule.choose = ({ request: { kind } }) =>
        kind === "write" ? "later" : "in call";
      const part = file.write(new Uint8Array(10), { at: 100 });
      await until(() => pending.scheduled.length === 1);
      kernel.schedule.choose = () => "later";
      const waiting = [transfer(), transfer()];
      pending.endScheduled();
      assertEquals(await part, 10);
      await until(() => pending.scheduled.length === 2);
      while (pending.endScheduled());
      await Promise.all(waiting);
      kernel.schedule.manual = false;
    }
  },
);

strictTest(
  "pages that are freed during readScatter() are named",
  async (kernel) => {
    const { pending } = kernel.io;
    await using file = await sectors();
    const buffers = [1, 2].map(() => new AlignedBuffer(4096));
    const pages = buffers.map(({ bytes }) => bytes);
    kernel.schedule.manual = true;
    kernel.schedule.choose = () => "later";
    const read = file.readScatter(pages, { at: 0 });
    await until(() => pending.scheduled.length === 1);
    for (const buffer of buffers) buffer.free();
    const refused = assertRejects(
      () => read,
      TypeError,
      "each of buffers is a view of a detached",
    );
    pending.endScheduled();
    await refused;
    kernel.schedule.manual = false;
  },
);

strictTest(
  "pages for which the system has no room are transferred one by one",
  async () => {
    await using file = await sectors();
    using memory = new AlignedBuffer(2 * 4096);
    const pages = [memory.bytes.subarray(4096), memory.bytes.subarray(0, 4096)];
    using _gather = failFunction("WriteFileGather", 1450);
    using _scatter = failFunction("ReadFileScatter", 1450);
    pages[0]!.fill(2);
    pages[1]!.fill(3);
    assertEquals(await file.writeGather(pages, { at: 0 }), 8192);
    memory.bytes.fill(0);
    assertEquals(await file.readScatter(pages, { at: 0 }), 8192);
    assertEquals([pages[0]![4095], pages[1]![0]], [2, 3]);
  },
);
