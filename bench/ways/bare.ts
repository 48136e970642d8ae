// What one writes by hand with foreign functions alone: no checks of arguments, and another call may change the last error.

import { OVERLAPPED, OVERLAPPED_ENTRY } from "../../src/structs.ts";
import { bind } from "../foreign.ts";
import { closeHandle, openHandle } from "../handle.ts";
import { memoryOf, PAGE } from "../loops.ts";
import { alignedMemory } from "../memory.ts";
import { bunKernel32, missing, PACKAGE } from "../packages.ts";
import { type Contestant, failed, type Job, type Way } from "../way.ts";
import { opener } from "./calls.ts";

/** Members of an OVERLAPPED and of an OVERLAPPED_ENTRY, in words. */
const WORDS = OVERLAPPED.size / 4;
const COUNT = OVERLAPPED.offsetOf("InternalHigh") / 4;
const OFFSET = OVERLAPPED.offsetOf("Offset") / 4;
const ENTRY_WORDS = OVERLAPPED_ENTRY.size / 4;
const ENTRY_OVERLAPPED = OVERLAPPED_ENTRY.offsetOf("lpOverlapped") / 4;
const ENTRY_COUNT = OVERLAPPED_ENTRY.offsetOf("dwNumberOfBytesTransferred") / 4;

/** A function's own declaration is as narrow as its use: only one that is given an OVERLAPPED takes a buffer for it. */
const open = opener(() => {
  const bound = (last: string) => {
    const words = `u64 buffer u32 buffer ${last}`;
    return bind("kernel32.dll", { ReadFile: words, WriteFile: words });
  };
  return { next: bound("pointer"), at: bound("buffer") };
});

export const bare: Way = {
  name: "bare",
  openSync: open,
  overlapped: flight,
};

/** A package of bindings for Bun, used as its documentation says. */
export const bunPackage: Way = {
  name: PACKAGE,
  runtime: "bun",
  lacks: () => missing(),
  openSync: opener(() => {
    const calls = bunKernel32();
    const memory = (array: ArrayBufferView) =>
      (array as unknown as { ptr: number }).ptr;
    return { next: calls, at: calls, memory };
  }),
};

const OPERATION = "u64 u64 u32 pointer u64";
const KERNEL32 = {
  CreateIoCompletionPort: "u64 u64 u64 u32",
  GetQueuedCompletionStatusEx: "u64 buffer u32 buffer u32 i32",
  SetFileCompletionNotificationModes: "u64 i32",
  ...{ ReadFile: OPERATION, WriteFile: OPERATION },
  ...{ ReadFileScatter: OPERATION, WriteFileGather: OPERATION },
};

const SKIP_PORT_AND_EVENT = 3;
const LONGEST_WAIT = 10_000; // ms
const NONE = 0xFFFF_FFFF_FFFF_FFFFn;

/**
 * Overlapped operations, while which the JS thread blocks until one has completed. As the last error does not outlive the call in Bun,
 * FALSE is taken for ERROR_IO_PENDING. It is the floor of what a program in this runtime can have.
 */
function flight(job: Job): Contestant {
  const { writes, length, offsets, depth = 1 } = job;
  const kernel32 = bind("kernel32.dll", KERNEL32);
  const { GetQueuedCompletionStatusEx } = kernel32;
  const operate = job.pages
    ? writes ? kernel32.WriteFileGather : kernel32.ReadFileScatter
    : writes
    ? kernel32.WriteFile
    : kernel32.ReadFile;
  // A handle has 32 significant bits.
  const port = BigInt(kernel32.CreateIoCompletionPort(NONE, 0n, 0n, 1) >>> 0);
  if (port === 0n) failed("bare");
  const files = job.paths.map((path) => openHandle(path, job, true));
  for (const file of files) {
    if (kernel32.CreateIoCompletionPort(file, port, 0n, 0) === 0) {
      failed("bare");
    }
    kernel32.SetFileCompletionNotificationModes(file, SKIP_PORT_AND_EVENT);
  }
  const memory = memoryOf({ ...job, views: depth, ordinary: false });
  const { views, address } = memory;
  const segments = job.pages ? segmentsOf(address, length, depth) : undefined;
  const each = segments === undefined ? length : segments.bytes.length / depth;
  const slots = alignedMemory(OVERLAPPED.size * depth);
  const { buffer, byteOffset } = slots.bytes;
  const words = new Uint32Array(buffer, byteOffset, WORDS * depth);
  // What each slot has: made once, as it costs a bigint.
  const addresses = views.map((_, slot) =>
    (segments?.address ?? address) + BigInt(slot * each)
  );
  const overlapped = views.map((_, slot) =>
    slots.address + BigInt(OVERLAPPED.size * slot)
  );
  const entries = new Uint8Array(
    new ArrayBuffer(depth * OVERLAPPED_ENTRY.size),
  );
  const entryWords = new Uint32Array(entries.buffer);
  const removed = new Uint32Array(new ArrayBuffer(4));
  const lowest = Number(slots.address & 0xFFFF_FFFFn);
  const idle: number[] = [];
  return {
    memory: [memory, segments, slots],
    run(count, first) {
      let started = 0;
      let done = 0;
      idle.length = 0;
      for (let slot = depth; slot-- > 0;) idle.push(slot);
      while (done < count) {
        while (idle.length > 0 && started < count) {
          const slot = idle.pop()!;
          const next = first + started++;
          const at = slot * WORDS;
          words.fill(0, at, at + WORDS);
          words[at + OFFSET] = Math.floor(next / files.length) % offsets *
            length;
          const file = files[(depth === 1 ? next : slot) % files.length]!;
          const where = overlapped[slot]!;
          if (operate(file, addresses[slot]!, length, null, where) === 0) {
            continue;
          }
          if (words[at + COUNT] !== length) failed("bare");
          done++;
          idle.push(slot);
        }
        if (done === count) break;
        const ok = GetQueuedCompletionStatusEx(
          port,
          entries,
          started - done,
          removed,
          LONGEST_WAIT,
          0,
        );
        if (ok === 0) failed("bare");
        for (let i = 0; i < removed[0]!; i++) {
          const entry = ENTRY_WORDS * i;
          const address = entryWords[entry + ENTRY_OVERLAPPED]!;
          const slot = ((address - lowest) >>> 0) / OVERLAPPED.size;
          if (entryWords[entry + ENTRY_COUNT] !== length) failed("bare");
          if (words[slot * WORDS] !== 0) failed("bare");
          done++;
          idle.push(slot);
        }
      }
    },
    close() {
      for (const file of files) closeHandle(file);
      closeHandle(port);
    },
  };
}

/** Makes the segment arrays of so many gathers, one behind the other. The last page of each comes first. */
export function segmentsOf(
  address: bigint,
  length: number,
  count: number,
): { bytes: Uint8Array<ArrayBuffer>; address: bigint } {
  const pages = length / PAGE;
  const memory = alignedMemory(8 * (pages + 1) * count);
  const { buffer, byteOffset } = memory.bytes;
  const words = new BigUint64Array(buffer, byteOffset, (pages + 1) * count);
  for (let i = 0; i < count; i++) {
    const first = address + BigInt(i * length);
    for (let page = 0; page < pages; page++) {
      words[i * (pages + 1) + page] = first + BigInt(PAGE * (pages - 1 - page));
    }
    words[i * (pages + 1) + pages] = 0n; // the end
  }
  return memory;
}
