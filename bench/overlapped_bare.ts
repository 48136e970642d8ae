import { AlignedBuffer } from "../mod.ts";
import { OVERLAPPED, OVERLAPPED_ENTRY } from "../src/structs.ts";
import { bind, type Word } from "./foreign.ts";
import { failed, type OverlappedCompetitor } from "./overlapped_competitor.ts";
import { openOverlapped } from "./overlapped_handle.ts";

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
export const bare: OverlappedCompetitor = {
  name: "bare",
  prepare({ operation, path, bytes: length, depth }) {
    const kernel32 = bind<Kernel32>("kernel32.dll", {
      CreateIoCompletionPort: ["u64", "u64", "u64", "u32"],
      GetQueuedCompletionStatusEx: [
        ...["u64", "buffer", "u32", "buffer", "u32", "i32"] as const,
      ],
      ReadFile: TRANSFER,
      SetFileCompletionNotificationModes: ["u64", "i32"],
      WriteFile: TRANSFER,
    });
    const transfer = operation === "write"
      ? kernel32.WriteFile
      : kernel32.ReadFile;
    const file = openOverlapped(path);
    const none = 0xFFFF_FFFF_FFFF_FFFFn;
    // A handle has 32 significant bits.
    const port = BigInt(
      kernel32.CreateIoCompletionPort(none, 0n, 0n, 1) >>> 0,
    );
    if (port === 0n) failed("bare");
    if (kernel32.CreateIoCompletionPort(file, port, 0n, 0) === 0) {
      failed("bare");
    }
    kernel32.SetFileCompletionNotificationModes(file, SKIP_PORT_AND_EVENT);

    const memory = new AlignedBuffer(length * depth);
    memory.bytes.fill(0xA5);
    const slots = new AlignedBuffer(OVERLAPPED.size * depth);
    const words = new Uint32Array(slots.bytes.buffer);
    const wordsEach = OVERLAPPED.size / 4;
    const overlapped: bigint[] = [];
    for (let i = 0; i < depth; i++) {
      overlapped.push(slots.address + BigInt(OVERLAPPED.size * i));
    }
    const entries = new Uint8Array(
      new ArrayBuffer(ENTRIES * OVERLAPPED_ENTRY.size),
    );
    const entryWords = new Uint32Array(entries.buffer);
    const removed = new Uint32Array(new ArrayBuffer(4));
    const first = Number(slots.address & 0xFFFF_FFFFn);

    return (count) => {
      const idle = [...overlapped.keys()];
      let started = 0;
      let done = 0;
      while (done < count) {
        while (idle.length > 0 && started < count) {
          const slot = idle.pop()!;
          const at = slot * wordsEach;
          words.fill(0, at, at + wordsEach);
          words[at + 4] = started++ * length;
          // Also keeps the memory from the collector.
          const bytes = memory.address + BigInt(slot * length);
          if (transfer(file, bytes, length, null, overlapped[slot]!) !== 0) {
            if (words[at + 2] !== length) failed("bare");
            done++;
            idle.push(slot);
          }
        }
        if (done === count) break;
        const ok = kernel32.GetQueuedCompletionStatusEx(
          ...[port, entries, started - done, removed, LONGEST_WAIT] as const,
          0,
        );
        if (ok === 0) failed("bare");
        for (let i = 0; i < removed[0]!; i++) {
          const entry = 8 * i;
          const slot = (entryWords[entry + 2]! - first) / OVERLAPPED.size;
          if (entryWords[entry + 6] !== length) failed("bare");
          if (words[slot * wordsEach] !== 0) failed("bare");
          done++;
          idle.push(slot);
        }
      }
    };
  },
};
