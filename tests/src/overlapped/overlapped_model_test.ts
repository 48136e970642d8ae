// Random transfers side by side, with aborts and closes in between, compared with
// a file in memory batch by batch. The seed of a failure is in its message, and
// KERNEL32_IO_SEED=… runs the round that failed first.

import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { AlignedBuffer, FileClosedError } from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { open } from "../../../src/open/open.ts";
import type { TransferOptions } from "../../../src/overlapped/options.ts";
import type { OverlappedFile } from "../../../src/overlapped/overlapped_file.ts";
import { ConcurrentModel, type Done } from "../../support/concurrent_model.ts";
import { type Random, random } from "../../support/random.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { LONG } from "../../support/long.ts";

const SEED = Number(process.env["KERNEL32_IO_SEED"] ?? Date.now() % 2 ** 32);
const ROUNDS = 12;
const BATCHES = 40;
const MOST = 12;

/** Offsets and lengths are near these. */
const BORDERS = [0, 512, 4096, 8192, 12_288, 16_384];
const MEMORY = 3 * 4096 * MOST * 2;

const ABORTED = Symbol("aborted");

/** What makes up a round. */
interface Round {
  readonly source: Random;
  readonly memory: AlignedBuffer;
  readonly append: boolean;
  readonly say: (step: string) => void;
}

function near({ below, pick }: Random): number {
  return Math.max(0, pick(BORDERS) + pick([0, 0, 1, 3, -3, -1, below(600)]));
}

/** A buffer that no other transfer of the batch has. */
function someMemory(round: Round, slot: number): Uint8Array {
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
  round: Round,
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

async function runRound(round: Round, unbuffered: boolean): Promise<number> {
  const { source, append, say } = round;
  const { below } = source;
  using folder = tempFolder();
  const path = folder.file("a.bin");
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
  let transfers = 0;
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
    transfers += batch.length;
    model.check(batch, readFileSync(path), append);
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
  return transfers;
}

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";
  test(
    `transfers side by side do to ${kind} file what they do to one in memory`,
    LONG,
    async () => {
      let transfers = 0;
      for (let i = 0; i < ROUNDS; i++) {
        const seed = (SEED + i) % 2 ** 32;
        const steps: string[] = [];
        using memory = new AlignedBuffer(MEMORY);
        const say = (step: string) => steps.push(step);
        try {
          const source = random(seed);
          const append = source.below(4) === 0;
          const round = { source, memory, append, say };
          transfers += await runRound(round, unbuffered);
          assertEquals(completionPort().pending, 0);
        } catch (cause) {
          throw new Error(
            `With KERNEL32_IO_SEED=${seed}: ` +
              `${cause instanceof Error ? cause.message : cause}\n` +
              steps.slice(-20).join("\n"),
            { cause },
          );
        }
      }
      assertEquals(
        transfers > ROUNDS * BATCHES * MOST / 3,
        true,
        `${transfers}`,
      );
    },
  );
}
