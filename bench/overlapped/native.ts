import { FILE_FLAG_OVERLAPPED } from "../../src/win32/constants.ts";
import { type Candidate, failed } from "../contestant.ts";
import { bind } from "../foreign.ts";
import { closeHandle, openHandle, PATTERN_FLAGS } from "../handle.ts";
import { alignedMemory } from "../memory.ts";
import { type OverlappedTask, PAGE, partsOf } from "./task.ts";

interface Library {
  bind_port(file: bigint): number;
  operate(
    file: bigint,
    memory: bigint,
    length: number,
    kind: number,
    depth: number,
    first: number,
    count: number,
    segments: Uint8Array | null,
    times: Uint8Array | null,
  ): number;
}

const WRITES = 1;

/** C: one call from here for all operations of a turn. */
export const native: Candidate<OverlappedTask> = {
  way: "C",
  runtimes: ["deno", "bun", "node"],
  prepare({ operation, pattern, path, bytes: length, depth, library = "" }) {
    const { bind_port, operate } = bind<Library>(library, {
      bind_port: ["u64"],
      operate: [
        ...["u64", "u64", "u32", "i32", "i32", "i32", "i32"] as const,
        ...["buffer", "buffer"] as const,
      ],
    });
    const flags = PATTERN_FLAGS[pattern] | FILE_FLAG_OVERLAPPED;
    const file = openHandle(path, { flags });
    if (bind_port(file) === 0) failed("C");
    const { writes, paged } = partsOf(operation);
    const memory = alignedMemory(length * depth);
    const segments = paged ? segmentsOf(memory.address, length) : null;
    const kind = writes ? WRITES : 0;
    const perform = (
      count: number,
      first: number,
      times: Uint8Array | null,
    ) => {
      const done = operate(
        ...[file, memory.address, length, kind, depth, first, count] as const,
        ...[segments, times] as const,
      );
      if (done !== count) failed("C");
    };
    return {
      run: (count, first) => perform(count, first, null),
      timed: (times, count, first) =>
        perform(count, first, new Uint8Array(times.buffer)),
      close: () => closeHandle(file),
    };
  },
};

/** Makes the segment array of a gather. The last page comes first. */
function segmentsOf(address: bigint, length: number): Uint8Array {
  const count = length / PAGE;
  const segments = new BigUint64Array(new ArrayBuffer(8 * (count + 1)));
  for (let i = 0; i < count; i++) {
    segments[i] = address + BigInt(PAGE * (count - 1 - i));
  }
  return new Uint8Array(segments.buffer);
}
