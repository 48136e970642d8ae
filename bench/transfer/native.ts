import { type Candidate, failed } from "../contestant.ts";
import { bind } from "../foreign.ts";
import { openFor, partsOf, type TransferTask } from "./task.ts";

const WRITES = 1;
const POSITIONAL = 2;

interface Library {
  transfer(
    file: bigint,
    bytes: Uint8Array,
    length: number,
    kind: number,
    first: number,
    count: number,
  ): number;
  transfer_timed(
    file: bigint,
    bytes: Uint8Array,
    length: number,
    kind: number,
    first: number,
    count: number,
    times: Uint8Array,
  ): number;
}

/** C: one call from here for all transfers of a turn. */
export const native: Candidate<TransferTask> = {
  way: "C",
  runtimes: ["deno", "bun", "node"],
  prepare(task) {
    const { operation, bytes, library = "" } = task;
    const { writes, positional } = partsOf(operation);
    const kind = (writes ? WRITES : 0) | (positional ? POSITIONAL : 0);
    const { handle, rewind, close } = openFor(task);
    const words = ["u64", "buffer", "u32", "i32", "i32", "i32"] as const;
    const { transfer, transfer_timed } = bind<Library>(library, {
      transfer: words,
      transfer_timed: [...words, "buffer"],
    });
    const { length } = bytes;
    return {
      run(count, first) {
        if (transfer(handle, bytes, length, kind, first, count) !== count) {
          failed("C");
        }
      },
      timed(times, count, first) {
        const made = transfer_timed(
          ...[handle, bytes, length, kind, first, count] as const,
          new Uint8Array(times.buffer),
        );
        if (made !== count) failed("C");
      },
      rewind,
      close,
    };
  },
};
