import { assertEquals } from "@std/assert";
import {
  AlignedBuffer,
  diagnostics,
  FileClosedError,
  open,
  type OverlappedFile,
  type TransferOptions,
} from "../../../mod.ts";
import { ConcurrentModel, type Done } from "../../support/concurrent_model.ts";
import type { Random } from "../../support/random.ts";
import type { Round } from "./mod.ts";

const BATCHES = 40;
const MOST = 12;

/** Offsets and lengths are near these. */
const BORDERS = [0, 512, 4096, 8192, 12_288, 16_384];
const MEMORY = 3 * 4096 * MOST * 2;

const ABORTED = Symbol("aborted");

/** A round, and what its transfers have to know. */
interface FileRound extends Round {
  readonly memory: AlignedBuffer;
  readonly append: boolean;
}

function near({ below, pick }: Random): number {
  return Math.max(0, pick(BORDERS) + pick([0, 0, 1, 3, -3, -1, below(600)]));
}

/** A buffer that no other transfer of the batch has. */
function someMemory(round: FileRound, slot: number): Uint8Array {
  const { source, memory } = round;
  const length = Math.min(3 * 4096, near(source));
  if (source.below(2) === 0) return new Uint8Array(length);
  const start = slot * 4 * 4096 + source.pick([0, 0, 512, 1]);
  return memory.bytes.subarray(start, start + length);
}

/** Cuts a buffer into a list, sometimes in pages. */
function someList({ below }: Random, bytes: Uint8Array): Uint8Array[] {
  const list = [];
  for (let at = 0; at < bytes.length;) {
    const length = below(2) === 0 ? 4096 : 1 + below(3000);
    list.push(bytes.subarray(at, at + length));
    at += length;
  }
  return list;
}

/** Files whose `close()` has been called. */
const closing = new WeakSet<OverlappedFile>();

/** Starts a transfer, and aborts it at some time, or does not. */
async function transfer(
  file: OverlappedFile,
  round: FileRound,
  slot: number,
): Promise<Done> {
  const { source, say } = round;
  const { below, pick } = source;
  const memory = someMemory(round, slot);
  const kind = pick(["read", "write"] as const);
  // Where the end is while others write beyond it, and how much of what was
  // cancelled has been appended, nobody can tell.
  const appends = round.append && kind === "write";
  const at = appends || below(3) === 0 ? undefined : near(source);
  const isList = below(4) === 0;
  const abort = pick(
    appends
      ? ["never", "never", "before"]
      : ["never", "never", "never", "before", "now", "later"],
  );
  say(
    `${slot}: ${kind} ${memory.length} at ${at}${isList ? " list" : ""}, ` +
      `abort ${abort}`,
  );
  if (kind === "write") memory.set(source.bytes(memory.length));
  const controller = new AbortController();
  const stop = () => controller.abort(ABORTED);
  const options: TransferOptions = {
    ...at === undefined ? {} : { at },
    signal: controller.signal,
  };
  if (abort === "before") stop();
  const list = isList ? someList(source, memory) : [];
  const started = kind === "read"
    ? isList ? file.readScatter(list, options) : file.read(memory, options)
    : isList
    ? file.writeGather(list, options)
    : file.write(memory, options);
  const result = started.catch((error) => {
    if (error === ABORTED || error instanceof FileClosedError) return undefined;
    throw error;
  });
  if (abort === "now") stop();
  if (abort === "later") setTimeout(stop, below(3));
  const count = await result;
  // Nobody writes to the memory any more, whatever became of the transfer.
  const isPart = typeof count === "number" && count < memory.length &&
    (closing.has(file) || controller.signal.aborted);
  return { kind, at, bytes: memory.slice(), count, isPart };
}

/** Has transfers run side by side on a file and on one in memory, with aborts and closes in between. */
export async function overlappedFile(
  round: Round,
  unbuffered: boolean,
): Promise<void> {
  using memory = new AlignedBuffer(MEMORY);
  const append = round.source.below(4) === 0;
  await transferSideBySide({ ...round, memory, append }, unbuffered);
  assertEquals(diagnostics().pendingOperations, 0);
}

async function transferSideBySide(
  round: FileRound,
  unbuffered: boolean,
): Promise<void> {
  const { source, system, append, say } = round;
  const { below } = source;
  const path = system.path("a.bin");
  const openFile = () =>
    open(path, {
      read: true,
      write: true,
      create: true,
      unbuffered,
      append,
      maxInFlight: { operations: 1 + below(20), bytes: 1 + below(200_000) },
    });
  let file = await openFile();
  const model = new ConcurrentModel();
  for (let i = 0; i < BATCHES; i++) {
    say(`batch ${i}${append ? ", append" : ""}`);
    const started = Array.from(
      { length: 1 + below(MOST) },
      (_, slot) => transfer(file, round, slot),
    );
    const closes = !append && below(8) === 0;
    if (closes) {
      say("close");
      if (below(2) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      closing.add(file);
      await file.close();
    }
    const batch = await Promise.all(started);
    model.check(batch, system.content(path), append);
    if (closes) {
      file = await openFile();
      model.position = 0;
    } else {
      assertEquals(await file.seek(0, "current"), model.position);
    }
    if (below(4) === 0) {
      const size = near(source);
      say(`truncate to ${size}`);
      file.truncate(size);
      model.truncate(size);
    }
    if (below(4) === 0) {
      const position = near(source);
      say(`seek to ${position}`);
      model.position = await file.seek(position);
    }
  }
  await file.close();
}
