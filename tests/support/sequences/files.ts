// Files of both kinds, buffered, unbuffered and appending, against a file in memory.

import { Buffer } from "node:buffer";
import fc from "fast-check";
import {
  AlignedBuffer,
  FileClosedError,
  open,
  type OpenOptions,
  openSync,
  OverlappedFile,
  type SyncFile,
} from "../../../mod.ts";
import { ConcurrentModel, type Done } from "../concurrent_model.ts";
import { random } from "../random.ts";
import type { Sequence } from "./sequence.ts";

/** How the file is opened. */
interface Setup {
  readonly overlapped: boolean;
  readonly unbuffered: boolean;
  readonly append: boolean;
  /** Whether it is open for appending alone. */
  readonly appendsOnly: boolean;
  /** What lengths are multiplied by: a few are longer than what is copied at once. */
  readonly scale: number;
  readonly operations: number;
  readonly bytes: number;
}

/** A read or a write, maybe one that is aborted. */
interface Transfer {
  readonly kind: "read" | "write";
  /** Undefined for the position, or the end. */
  readonly at: number | undefined;
  readonly length: number;
  /** Where its parts end; none for one buffer. */
  readonly cuts: readonly number[];
  /** How far into native memory it is; undefined for JS memory. */
  readonly native: number | undefined;
  readonly abort: "never" | "before" | "now" | "later";
  readonly content: number;
}

type Step =
  | { readonly transfers: readonly Transfer[]; readonly closes: boolean }
  | { readonly truncate: number }
  | { readonly seek: number; readonly origin: "start" | "current" | "end" };

type File = SyncFile | OverlappedFile;

/** Offsets and lengths are near the borders of sectors and pages. */
const near = (limit: number): fc.Arbitrary<number> =>
  fc.tuple(
    fc.constantFrom(...[0, 512, 4096, 8192, 12_288].filter((n) => n <= limit)),
    fc.constantFrom(0, 0, 1, -1, 3, 200),
  ).map(([border, more]) => Math.max(0, border + more));

const transfer: fc.Arbitrary<Transfer> = fc.record({
  kind: fc.constantFrom("read", "write"),
  at: fc.option(near(12_288), { nil: undefined, freq: 2 }),
  length: near(8192),
  cuts: fc.oneof(
    { arbitrary: fc.constant([]), weight: 3 },
    { arbitrary: fc.constant([4096]), weight: 1 },
    { arbitrary: fc.array(fc.nat(9000), { maxLength: 4 }), weight: 1 },
  ),
  native: fc.option(fc.constantFrom(0, 0, 512, 1), { nil: undefined }),
  abort: fc.constantFrom("never", "never", "never", "before", "now", "later"),
  content: fc.nat(2 ** 30),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      transfers: fc.array(transfer, { minLength: 1, maxLength: 8 }),
      closes: fc.nat(11).map((n) => n === 0),
    }),
    weight: 6,
  },
  { arbitrary: fc.record({ truncate: near(12_288) }), weight: 1 },
  {
    arbitrary: fc.record({
      seek: near(12_288),
      origin: fc.constantFrom("start", "current", "end"),
    }),
    weight: 1,
  },
);

const ABORTED = Symbol("aborted");
/** Files whose `close()` has been called. */
const closing = new WeakSet<File>();
const ROOM = 16_384;
const MOST_AT_ONCE = 8;

export const fileSequence: Sequence<Setup, Step> = {
  name: "files",
  setup: fc.record({
    overlapped: fc.boolean(),
    unbuffered: fc.boolean(),
    append: fc.nat(3).map((n) => n === 0),
    appendsOnly: fc.boolean(),
    scale: fc.nat(59).map((n) => n === 59 ? 150 : 1),
    operations: fc.integer({ min: 1, max: 8 }),
    bytes: fc.constantFrom(1, 5000, 2 ** 26),
  }),
  step,
  async run(system, setup, steps) {
    const path = system.newFile(new Uint8Array(0));
    const { overlapped, unbuffered, append, operations, bytes } = setup;
    const write = !(append && setup.appendsOnly);
    const options: OpenOptions = { read: true, write, unbuffered, append };
    const openFile = () =>
      overlapped
        ? open(path, { ...options, maxInFlight: { operations, bytes } })
        : openSync(path, options);
    using memory = new AlignedBuffer(ROOM * MOST_AT_ONCE);
    const model = new ConcurrentModel();
    let file: File = await openFile();
    let done = 0;
    const check = (batch: readonly Done[]) =>
      model.check(batch, system.content(path), append);
    try {
      for (const step of steps.slice(0, setup.scale === 1 ? undefined : 8)) {
        done += "transfers" in step ? step.transfers.length : 1;
        if ("truncate" in step) {
          if (!write) continue; // It is refused.
          file.truncate(step.truncate);
          model.truncate(step.truncate);
        } else if ("seek" in step) {
          const base = {
            start: 0,
            current: model.position,
            end: model.contents.length,
          }[step.origin];
          model.position = await file.seek(step.seek - base, step.origin);
          if (model.position !== step.seek) throw new Error("seek() is wrong");
        } else if (file instanceof OverlappedFile) {
          const closes = step.closes && !append;
          const its = file;
          const batch = step.transfers.map((transfer, slot) =>
            beside(its, scaled(transfer, setup), append, memory, slot)
          );
          if (closes) {
            closing.add(its);
            await its.close();
          }
          check(await Promise.all(batch));
          if (closes) {
            file = await openFile();
            model.position = 0;
          }
        } else {
          for (const transfer of step.transfers) {
            const its = inTurn(file, scaled(transfer, setup), append, memory);
            check([its]);
            // What a synchronous file appends leaves its position behind it.
            if (append && its.kind === "write" && its.count !== 0) {
              model.position = model.contents.length;
            }
          }
        }
        const position = await file.seek(0, "current");
        if (position !== model.position) {
          throw new Error(`position ${position}, expected ${model.position}`);
        }
      }
    } finally {
      if (!file.closed) await file.close();
    }
    const left = system.content(path);
    if (Buffer.compare(left, model.contents) !== 0) {
      throw new Error("what is left is not what was written");
    }
    return done;
  },
};

/** The memory of a transfer, filled if it is to be written. */
function bufferOf(
  { kind, length, native, content }: Transfer,
  memory: AlignedBuffer,
  slot: number,
): Uint8Array {
  const bytes = native === undefined
    ? new Uint8Array(length)
    : memory.bytes.subarray(
      slot * ROOM + native,
      slot * ROOM + native + length,
    );
  if (kind === "write") bytes.set(random(content).bytes(length));
  return bytes;
}

/** A transfer that is longer, in JS memory. */
function scaled(transfer: Transfer, { scale }: Setup): Transfer {
  if (scale === 1) return transfer;
  const { at, length, cuts } = transfer;
  return {
    ...transfer,
    at: at === undefined ? undefined : at * scale,
    length: length * scale,
    cuts: cuts.map((cut) => cut * scale),
    native: undefined,
  };
}

/** Cuts a buffer into a list. */
function listOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length];
  ends.sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

/** Where a transfer goes: an appending file is written at its end. */
function placeOf({ kind, at }: Transfer, append: boolean): number | undefined {
  return append && kind === "write" ? undefined : at;
}

/** Starts a transfer, which may be aborted. */
async function beside(
  file: OverlappedFile,
  transfer: Transfer,
  append: boolean,
  memory: AlignedBuffer,
  slot: number,
): Promise<Done> {
  const { kind, cuts } = transfer;
  const bytes = bufferOf(transfer, memory, slot);
  const at = placeOf(transfer, append);
  const isList = cuts.length > 0;
  // How much of what was cancelled has been appended cannot be said.
  const abort = append && kind === "write" && transfer.abort !== "before"
    ? "never"
    : transfer.abort;
  const controller = new AbortController();
  const stop = () => controller.abort(ABORTED);
  const { signal } = controller;
  const options = at === undefined ? { signal } : { at, signal };
  if (abort === "before") stop();
  const list = listOf(bytes, cuts);
  const started: Promise<number | null> = kind === "read"
    ? isList ? file.readScatter(list, options) : file.read(bytes, options)
    : isList
    ? file.writeGather(list, options)
    : file.write(bytes, options);
  const result = started.catch((error) => {
    if (error === ABORTED || error instanceof FileClosedError) return undefined;
    throw error;
  });
  if (abort === "now") stop();
  if (abort === "later") setTimeout(stop, 0);
  const count = await result;
  const isPart = typeof count === "number" && count < bytes.length &&
    (closing.has(file) || signal.aborted);
  return { kind, at, bytes: bytes.slice(), count, isPart };
}

/** Makes a transfer. */
function inTurn(
  file: SyncFile,
  transfer: Transfer,
  append: boolean,
  memory: AlignedBuffer,
): Done {
  const { kind, cuts } = transfer;
  const bytes = bufferOf(transfer, memory, 0);
  const at = placeOf(transfer, append);
  const isList = cuts.length > 0;
  const options = at === undefined ? {} : { at };
  const list = listOf(bytes, cuts);
  const count = kind === "read"
    ? isList ? file.readScatter(list, options) : file.read(bytes, options)
    : isList
    ? file.writeGather(list, options)
    : file.write(bytes, options);
  return { kind, at, bytes: bytes.slice(), count };
}
