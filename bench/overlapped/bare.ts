import { FILE_FLAG_OVERLAPPED } from "../../src/win32/constants.ts";
import { OVERLAPPED, OVERLAPPED_ENTRY } from "../../src/structs.ts";
import { type Candidate, type Contestant, failed } from "../contestant.ts";
import { bind, type Word } from "../foreign.ts";
import { closeHandle, openHandle, PATTERN_FLAGS } from "../handle.ts";
import { alignedMemory } from "../memory.ts";
import { type OverlappedTask, partsOf } from "./task.ts";

type Transfer = (
  file: bigint,
  bytes: bigint,
  length: number,
  done: null,
  overlapped: bigint,
) => number;

interface Kernel32 {
  CreateIoCompletionPort(
    file: bigint,
    port: bigint,
    key: bigint,
    threads: number,
  ): number;
  GetQueuedCompletionStatusEx(
    port: bigint,
    entries: Uint8Array,
    count: number,
    removed: Uint32Array,
    milliseconds: number,
    alertable: number,
  ): number;
  ReadFile: Transfer;
  SetFileCompletionNotificationModes(file: bigint, flags: number): number;
  WriteFile: Transfer;
}

const TRANSFER: readonly Word[] = ["u64", "u64", "u32", "pointer", "u64"];
const SKIP_PORT_AND_EVENT = 3;
const LONGEST_WAIT = 10_000; // ms
const ENTRIES = 64;

/**
 * What one writes by hand with `dlopen` alone: no checks of arguments, and the JS thread blocks until an operation has completed. As
 * the last error does not outlive the call in Bun, FALSE is taken for ERROR_IO_PENDING. It is the floor of what a program in this
 * runtime can have.
 */
export const bare: Candidate<OverlappedTask> = {
  way: "bare",
  runtimes: ["deno", "bun"],
  prepare: (task) => prepare(task, "bare"),
};

/** The same on Node, with koffi. */
export const throughKoffi: Candidate<OverlappedTask> = {
  way: "koffi",
  runtimes: ["node"],
  prepare: (task) => prepare(task, "koffi"),
};

function prepare(task: OverlappedTask, way: "bare" | "koffi"): Contestant {
  const { operation, pattern, path, bytes: length, depth } = task;
  const kernel32 = bind<Kernel32>("kernel32.dll", {
    CreateIoCompletionPort: ["u64", "u64", "u64", "u32"],
    GetQueuedCompletionStatusEx: [
      ...["u64", "buffer", "u32", "buffer", "u32", "i32"] as const,
    ],
    ReadFile: TRANSFER,
    SetFileCompletionNotificationModes: ["u64", "i32"],
    WriteFile: TRANSFER,
  });
  const transfer = partsOf(operation).writes
    ? kernel32.WriteFile
    : kernel32.ReadFile;
  const flags = PATTERN_FLAGS[pattern] | FILE_FLAG_OVERLAPPED;
  const file = openHandle(path, { flags });
  const none = 0xFFFF_FFFF_FFFF_FFFFn;
  // A handle has 32 significant bits.
  const port = BigInt(
    kernel32.CreateIoCompletionPort(none, 0n, 0n, 1) >>> 0,
  );
  if (port === 0n) failed(way);
  if (kernel32.CreateIoCompletionPort(file, port, 0n, 0) === 0) failed(way);
  kernel32.SetFileCompletionNotificationModes(file, SKIP_PORT_AND_EVENT);

  const memory = alignedMemory(length * depth);
  const slots = alignedMemory(OVERLAPPED.size * depth);
  const wordsEach = OVERLAPPED.size / 4;
  const words = new Uint32Array(
    slots.bytes.buffer,
    slots.bytes.byteOffset,
    wordsEach * depth,
  );
  const overlapped: bigint[] = [];
  for (let i = 0; i < depth; i++) {
    overlapped.push(slots.address + BigInt(OVERLAPPED.size * i));
  }
  const entries = new Uint8Array(
    new ArrayBuffer(ENTRIES * OVERLAPPED_ENTRY.size),
  );
  const entryWords = new Uint32Array(entries.buffer);
  const removed = new Uint32Array(new ArrayBuffer(4));
  const lowest = Number(slots.address & 0xFFFF_FFFFn);
  const began = new Float64Array(depth);

  const perform = (
    count: number,
    first: number,
    times: Float64Array | null,
  ) => {
    const idle = [...overlapped.keys()];
    let started = 0;
    let done = 0;
    while (done < count) {
      while (idle.length > 0 && started < count) {
        const slot = idle.pop()!;
        const at = slot * wordsEach;
        words.fill(0, at, at + wordsEach);
        words[at + 4] = (first + started++) * length;
        // Also keeps the memory from the collector.
        const bytes = memory.address + BigInt(slot * length);
        if (times !== null) began[slot] = performance.now();
        if (transfer(file, bytes, length, null, overlapped[slot]!) !== 0) {
          if (words[at + 2] !== length) failed(way);
          if (times !== null) times[done] = sinceThen(began[slot]!);
          done++;
          idle.push(slot);
        }
      }
      if (done === count) break;
      const ok = kernel32.GetQueuedCompletionStatusEx(
        ...[port, entries, started - done, removed, LONGEST_WAIT] as const,
        0,
      );
      if (ok === 0) failed(way);
      for (let i = 0; i < removed[0]!; i++) {
        const entry = 8 * i;
        const slot = (entryWords[entry + 2]! - lowest) / OVERLAPPED.size;
        if (entryWords[entry + 6] !== length) failed(way);
        if (words[slot * wordsEach] !== 0) failed(way);
        if (times !== null) times[done] = sinceThen(began[slot]!);
        done++;
        idle.push(slot);
      }
    }
  };

  return {
    run: (count, first) => perform(count, first, null),
    timed: (times, count, first) => perform(count, first, times),
    close() {
      closeHandle(file);
      closeHandle(port);
    },
  };
}

/** How long ago something began, in ns. */
function sinceThen(began: number): number {
  return 1e6 * (performance.now() - began);
}
