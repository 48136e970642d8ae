import { type Candidate, type Contestant, failed } from "../contestant.ts";
import { bind, type Word } from "../foreign.ts";
import { openFor, partsOf, type TransferTask } from "./task.ts";

type Transfer = (
  file: bigint,
  bytes: Uint8Array,
  length: number,
  done: Uint32Array,
  overlapped: Uint32Array | null,
) => number;

/** The words of an OVERLAPPED, and where its offset stands among them. */
const OVERLAPPED_WORDS = 8;
const OFFSET = 4;

/** What one writes by hand with `dlopen` alone: no checks of arguments, and the last error is anybody's. */
export const bare: Candidate<TransferTask> = {
  way: "bare",
  runtimes: ["deno", "bun"],
  prepare: (task) => prepare(task, "bare"),
};

/** The same on Node, which has no foreign functions that are meant for use: with koffi, a native add-on. */
export const throughKoffi: Candidate<TransferTask> = {
  way: "koffi",
  runtimes: ["node"],
  prepare: (task) => prepare(task, "koffi"),
};

function prepare(task: TransferTask, way: "bare" | "koffi"): Contestant {
  const { operation, bytes } = task;
  const { writes, positional } = partsOf(operation);
  const file = openFor(task);
  const { handle } = file;
  // A function's own declaration is as narrow as its use: only one that is given an OVERLAPPED takes a buffer for it.
  const words: Word[] = ["u64", "buffer", "u32", "buffer"];
  words.push(positional ? "buffer" : "pointer");
  const symbols = bind<Record<"ReadFile" | "WriteFile", Transfer>>(
    "kernel32.dll",
    { ReadFile: words, WriteFile: words },
  );
  const transfer = writes ? symbols.WriteFile : symbols.ReadFile;
  const { length } = bytes;
  const done = new Uint32Array(new ArrayBuffer(4));
  if (!positional) {
    return {
      ...file,
      run(count) {
        for (let i = 0; i < count; i++) {
          const ok = transfer(handle, bytes, length, done, null);
          if (ok === 0 || done[0] !== length) failed(way);
        }
      },
    };
  }
  const overlapped = new Uint32Array(new ArrayBuffer(4 * OVERLAPPED_WORDS));
  return {
    ...file,
    run(count, first) {
      for (let i = 0; i < count; i++) {
        overlapped[OFFSET] = (first + i) * length;
        const ok = transfer(handle, bytes, length, done, overlapped);
        if (ok === 0 || done[0] !== length) failed(way);
      }
    },
  };
}
