import { AlignedBuffer } from "../mod.ts";
import { bind } from "./foreign.ts";
import {
  failed,
  type OverlappedCompetitor,
  type OverlappedTask,
} from "./overlapped_competitor.ts";
import { openOverlapped, PAGES, segmentsOf } from "./overlapped_handle.ts";

interface Library {
  bind_port(file: bigint): number;
  operate(
    file: bigint,
    memory: bigint,
    length: number,
    writes: number,
    depth: number,
    count: number,
    segments: Uint8Array | null,
  ): number;
  cpu_time(sum: BigUint64Array): number;
}

function load(library: string): Library {
  return bind<Library>(library, {
    bind_port: ["u64"],
    operate: ["u64", "u64", "u32", "i32", "i32", "i32", "buffer"],
    cpu_time: ["buffer"],
  });
}

/** C: one call from here for all operations of a turn. */
export const native: OverlappedCompetitor = {
  name: "C",
  prepare(task) {
    const isGather = task.operation === "gather";
    return prepare("C", task, task.bytes, task.depth, isGather);
  },
};

/** What a gather saves in C: its pages one by one, all at a time. */
export const nativePages: OverlappedCompetitor = {
  name: "C, 16 writes",
  prepare(task) {
    const perform = prepare(
      "C, 16 writes",
      task,
      task.bytes / PAGES,
      PAGES,
      false,
    );
    return (count) => perform(PAGES * count);
  },
};

function prepare(
  name: "C" | "C, 16 writes",
  task: OverlappedTask,
  length: number,
  depth: number,
  gathers: boolean,
): (count: number) => void {
  const { operate, bind_port } = load(task.library);
  const file = openOverlapped(task.path);
  if (bind_port(file) === 0) failed(name);
  const memory = new AlignedBuffer(length * depth);
  memory.bytes.fill(0xA5);
  const segments = gathers ? segmentsOf(memory) : null;
  const writes = task.operation === "read" ? 0 : 1;
  return (count) => {
    const { address } = memory;
    const done = operate(file, address, length, writes, depth, count, segments);
    if (done !== count) failed(name);
  };
}

/** Returns a clock of the process's CPU time, in ns. What the system's other processes do for it is not in it. */
export function cpuClock(library: string): () => number {
  const { cpu_time } = load(library);
  const sum = new BigUint64Array(new ArrayBuffer(8));
  return () => {
    if (cpu_time(sum) === 0) throw new Error("GetProcessTimes failed");
    return 100 * Number(sum[0]);
  };
}
