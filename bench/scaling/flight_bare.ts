import { AlignedBuffer } from "../../mod.ts";
import { OVERLAPPED, OVERLAPPED_ENTRY } from "../../src/structs.ts";
import { bind, type Word } from "../foreign.ts";
import { type Contestant, failed } from "../contestant.ts";
import { type Flight, flightMemory } from "./flight.ts";

type Transfer = (
  file: bigint,
  bytes: bigint,
  length: number,
  done: null,
  overlapped: bigint,
) => number;

interface Kernel32 {
  CloseHandle(handle: bigint): number;
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
const NONE = 0xFFFF_FFFF_FFFF_FFFFn;

/** Members of an OVERLAPPED and of an OVERLAPPED_ENTRY, in words. */
const WORDS = OVERLAPPED.size / 4;
const COUNT = OVERLAPPED.offsetOf("InternalHigh") / 4;
const OFFSET = OVERLAPPED.offsetOf("Offset") / 4;
const ENTRY_WORDS = OVERLAPPED_ENTRY.size / 4;
const ENTRY_OVERLAPPED = OVERLAPPED_ENTRY.offsetOf("lpOverlapped") / 4;
const ENTRY_COUNT = OVERLAPPED_ENTRY.offsetOf("dwNumberOfBytesTransferred") / 4;

/**
 * What one writes by hand with `dlopen` alone: no checks of arguments, and the JS thread blocks until an operation has completed. As
 * the last error does not outlive the call in Bun, FALSE is taken for ERROR_IO_PENDING.
 */
export function bareFlight(flight: Flight): Contestant {
  const { point, files: { handles, close }, depth, places } = flight;
  const { bytes: length, operation } = point;
  const kernel32 = bind<Kernel32>("kernel32.dll", {
    CloseHandle: ["u64"],
    CreateIoCompletionPort: ["u64", "u64", "u64", "u32"],
    GetQueuedCompletionStatusEx: [
      ...["u64", "buffer", "u32", "buffer", "u32", "i32"] as const,
    ],
    ReadFile: TRANSFER,
    SetFileCompletionNotificationModes: ["u64", "i32"],
    WriteFile: TRANSFER,
  });
  const { GetQueuedCompletionStatusEx } = kernel32;
  const transfer = operation.startsWith("read")
    ? kernel32.ReadFile
    : kernel32.WriteFile;
  // A handle has 32 significant bits.
  const port = BigInt(
    kernel32.CreateIoCompletionPort(NONE, 0n, 0n, 1) >>> 0,
  );
  for (const file of handles) {
    const bound = kernel32.CreateIoCompletionPort(file, port, 0n, 0);
    const skips = kernel32.SetFileCompletionNotificationModes(
      file,
      SKIP_PORT_AND_EVENT,
    );
    if (bound !== 0 && skips !== 0) continue;
    close();
    failed("bare");
  }

  const memory = flightMemory(depth, length);
  const slots = new AlignedBuffer(OVERLAPPED.size * depth);
  const words = new Uint32Array(slots.bytes.buffer);
  // What each slot has: made once, as it costs a bigint.
  const files: bigint[] = [];
  const addresses: bigint[] = [];
  const overlapped: bigint[] = [];
  for (let slot = 0; slot < depth; slot++) {
    files.push(handles[slot % handles.length]!);
    addresses.push(memory.address + BigInt(slot * length));
    overlapped.push(slots.address + BigInt(OVERLAPPED.size * slot));
  }
  const entries = new Uint8Array(
    new ArrayBuffer(depth * OVERLAPPED_ENTRY.size),
  );
  const entryWords = new Uint32Array(entries.buffer);
  const removed = new Uint32Array(new ArrayBuffer(4));
  const first = Number(slots.address & 0xFFFF_FFFFn);
  const idle: number[] = [];

  return {
    run(count) {
      let started = 0;
      let done = 0;
      idle.length = 0;
      for (let slot = depth; slot-- > 0;) idle.push(slot);
      while (done < count) {
        while (idle.length > 0 && started < count) {
          const slot = idle.pop()!;
          const at = slot * WORDS;
          words.fill(0, at, at + WORDS);
          words[at + OFFSET] = (started++ % places) * length;
          const file = files[slot]!;
          const address = addresses[slot]!;
          const where = overlapped[slot]!;
          const ok = transfer(file, address, length, null, where);
          if (ok !== 0) {
            if (words[at + COUNT] !== length) failed("bare");
            done++;
            idle.push(slot);
          }
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
        const packets = removed[0]!;
        for (let i = 0; i < packets; i++) {
          const entry = ENTRY_WORDS * i;
          const address = entryWords[entry + ENTRY_OVERLAPPED]!;
          const slot = ((address - first) >>> 0) / OVERLAPPED.size;
          if (entryWords[entry + ENTRY_COUNT] !== length) failed("bare");
          if (words[slot * WORDS] !== 0) failed("bare");
          done++;
          idle.push(slot);
        }
      }
    },
    close() {
      close();
      kernel32.CloseHandle(port);
      memory.free();
      slots.free();
    },
  };
}
