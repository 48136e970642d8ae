// ReadFile and WriteFile, whoever binds them.

import { OVERLAPPED } from "../../src/structs.ts";
import { handleFile } from "../handle.ts";
import { ownCopy } from "../loops.ts";
import type { Bytes, Opening, SyncAccess } from "../way.ts";

type Transfer = (
  file: never,
  bytes: never,
  length: number,
  done: never,
  overlapped: never,
) => number | boolean;

/** What transfers at the file pointer, and what does so at an offset: they may be bound differently. */
export interface Calls {
  readonly next: Readonly<Record<"ReadFile" | "WriteFile", Transfer>>;
  readonly at: Readonly<Record<"ReadFile" | "WriteFile", Transfer>>;
  /** Makes an argument of a handle or of memory, if the binding wants another. */
  readonly handle?: (handle: bigint) => unknown;
  readonly memory?: (array: ArrayBufferView) => unknown;
}

type Any = (...args: unknown[]) => number | boolean;

/** The calls as one writes them by hand. */
function transfersBy(
  next: Record<"ReadFile" | "WriteFile", Any>,
  at: Record<"ReadFile" | "WriteFile", Any>,
  memory: (array: ArrayBufferView) => unknown,
  handle: unknown,
  done: Uint32Array,
  words: Uint32Array,
  offset: number,
): Pick<Required<SyncAccess>, "read" | "write" | "readAt" | "writeAt"> {
  const { ReadFile, WriteFile } = next;
  const { ReadFile: ReadFileAt, WriteFile: WriteFileAt } = at;
  const [count, where] = [memory(done), memory(words)];
  return {
    read: (bytes: Bytes) =>
      ReadFile(handle, memory(bytes), bytes.length, count, null)
        ? done[0]!
        : -1,
    write: (bytes: Bytes) =>
      WriteFile(handle, memory(bytes), bytes.length, count, null)
        ? done[0]!
        : -1,
    readAt(bytes: Bytes, at: number) {
      words[offset] = at;
      return ReadFileAt(handle, memory(bytes), bytes.length, count, where)
        ? done[0]!
        : -1;
    },
    writeAt(bytes: Bytes, at: number) {
      words[offset] = at;
      return WriteFileAt(handle, memory(bytes), bytes.length, count, where)
        ? done[0]!
        : -1;
    },
  };
}

const same = (value: unknown) => value;
const OFFSET = OVERLAPPED.offsetOf("Offset") / 4;

/** Makes what opens files for calls. Each has code of its own. */
export function opener(
  callsOf: () => Calls,
): (path: string, how: Opening) => SyncAccess {
  const transfers = ownCopy(transfersBy);
  const identity = ownCopy(same);
  return (path, how) => {
    const { next, at, handle = same, memory = identity } = callsOf();
    const file = handleFile(path, how);
    return {
      ...file,
      ...transfers(
        next as unknown as Record<"ReadFile" | "WriteFile", Any>,
        at as unknown as Record<"ReadFile" | "WriteFile", Any>,
        memory,
        handle(file.handle),
        new Uint32Array(new ArrayBuffer(4)),
        new Uint32Array(new ArrayBuffer(OVERLAPPED.size)),
        OFFSET,
      ),
    };
  };
}
