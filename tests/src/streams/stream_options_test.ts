// portable

import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileClosedError } from "../../../mod.ts";
import {
  checkedOffset,
  chunking,
  leaveAt,
  STREAM_DEFAULTS,
  StreamEnd,
  type StreamOptions,
} from "../../../src/streams/stream_options.ts";
import { readableOf } from "../../../src/streams/readable.ts";
import { writableOf } from "../../../src/streams/writable.ts";
import { turns } from "../../support/event_loop.ts";
import { onDisk, ScriptedFile } from "../../support/stream_files.ts";

const FILE = new ScriptedFile();
const FILE_DEVICE = { emptyRead: "message" } as const;

/** How a stream of a file moves its bytes; one of whole sectors, if told so. */
function chunksOf(options: StreamOptions, sectored = false) {
  const settings = { ...STREAM_DEFAULTS, ...options };
  return chunking({ ...onDisk(FILE), sectored }, settings as never);
}

test("chunking() has as many chunks as fit in maxBytesInFlight, from 1 to 64", () => {
  const cases: [StreamOptions, chunkSize: number, chunks: number][] = [
    [{}, 262_144, 8],
    [{ chunkSize: 1 }, 1, 64],
    [{ chunkSize: 100, maxBytesInFlight: 6399 }, 100, 63],
    [{ chunkSize: 100, maxBytesInFlight: 6500 }, 100, 64],
    [{ chunkSize: 100, maxBytesInFlight: 99 }, 100, 1],
    [{ maxBytesInFlight: 1000 }, 1000, 1],
    [{ chunkSize: 2 ** 30 }, 2 ** 30, 1],
  ];
  for (const [options, chunkSize, chunks] of cases) {
    assertEquals(chunksOf(options), { chunkSize, chunks });
  }
  // Whole sectors of 512 bytes.
  const sectored = chunksOf({ chunkSize: 513, maxBytesInFlight: 4096 }, true);
  assertEquals(sectored, { chunkSize: 1024, chunks: 4 });
  const device = { emptyRead: "message" } as const;
  const settings = { ...STREAM_DEFAULTS, chunkSize: 513 };
  const onPipe = chunking({ device, sectored: true }, settings as never);
  assertEquals(onPipe.chunkSize, 513);
});

test("readableOf() and writableOf() name the options that there are", () => {
  const traits = onDisk(FILE);
  const rest = "chunkSize, maxBytesInFlight, keepOpen, signal.";
  assertThrows(
    () => readableOf(FILE, traits, { at: 1 } as object),
    TypeError,
    `"at" is no option of createReadable(). The options are start, end, ${rest}`,
  );
  assertThrows(
    () => writableOf(FILE, traits, { start: 1 } as object),
    TypeError,
    `"start" is no option of createWritable(). The options are at, ${rest}`,
  );
});

test("chunking() refuses what is out of range", () => {
  const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
    [{ chunkSize: 0 }, RangeError, "chunkSize must be a whole number from 1"],
    [{ chunkSize: 2 ** 30 + 1 }, RangeError, "from 1 to 1073741824: got"],
    [{ maxBytesInFlight: 0 }, RangeError, "maxBytesInFlight must be"],
    [{ keepOpen: 1 }, TypeError, "keepOpen must be true or false"],
    [{ signal: {} }, TypeError, "signal must be an AbortSignal"],
  ];
  for (const [options, type, message] of wrong) {
    assertThrows(() => chunksOf(options), type as typeof TypeError, message);
  }
});

test("checkedOffset() takes what a position can be", () => {
  const last = Number.MAX_SAFE_INTEGER;
  assertEquals(checkedOffset("start", undefined), undefined);
  assertEquals(checkedOffset("start", 0), 0);
  assertEquals(checkedOffset("start", BigInt(last)), last);
  const refused = () => checkedOffset("start", 2n ** 53n);
  const message = "start must be from 0 to 2^53-1, as positions are: got";
  assertThrows(refused, RangeError, message);
  assertThrows(() => checkedOffset("start", "0" as never), TypeError, "start");
});

test("leaveAt() moves the position of a file that is open", async () => {
  const file = new ScriptedFile();
  const moves: number[] = [];
  file.seek = (offset) => Promise.resolve(moves.push(offset));
  await leaveAt(file, 7);
  assertEquals(moves, [7]);
  file.seek = () => Promise.reject(new FileClosedError("seek", "a"));
  await leaveAt(file, 7);
  file.seek = () => Promise.reject(new RangeError("of seek()"));
  await assertRejects(() => leaveAt(file, 7), RangeError, "of seek()");
});

test("StreamEnd asks signals by the methods that all have", async () => {
  const fail = () => {
    throw new Error("of the signal");
  };
  const errors: unknown[] = [];
  const failing = { error: (reason: unknown) => void errors.push(reason) };
  for (const abort of [false, true]) {
    const controller = new AbortController();
    const { signal } = controller;
    Object.defineProperties(signal, {
      addEventListener: { value: fail },
      removeEventListener: { value: fail },
      // Deno itself asks for these in abort().
      ...(abort ? {} : { aborted: { get: fail }, reason: { get: fail } }),
    });
    const end = new StreamEnd(signal, () => Promise.resolve());
    end.watch(failing);
    if (abort) controller.abort("stop");
    await end.reach();
  }
  await turns();
  assertEquals(errors, ["stop"]);
});

test("writableOf() closes nothing that a signal has ended", async () => {
  for (const traits of [onDisk(FILE), { device: FILE_DEVICE }]) {
    const file = new ScriptedFile();
    const signal = AbortSignal.abort("early");
    const writer = writableOf(file, traits, { signal }).getWriter();
    writer.closed.catch(() => {});
    assertEquals(await writer.close().catch((error) => error), "early");
  }
});

test("StreamEnd is reached once, and listens to its signal no longer than that", async () => {
  const errors: unknown[] = [];
  const failing = { error: (reason: unknown) => void errors.push(reason) };
  const releases: unknown[] = [];
  const release = (reason: unknown) => {
    releases.push(reason);
    return Promise.resolve();
  };
  const controller = new AbortController();
  const end = new StreamEnd(controller.signal, release);
  end.watch(failing);
  assertEquals(end.reached, false);
  const reached = end.reach();
  assertEquals([end.reached, end.reach() === reached], [true, true]);
  await reached;
  controller.abort("late");
  await end.reach();
  assertEquals([releases, errors], [[undefined], []]);

  const aborted = new AbortController();
  const other = new StreamEnd(aborted.signal, release);
  other.watch(failing);
  aborted.abort("stop");
  await other.reach();
  await turns();
  assertEquals([releases, errors], [[undefined, "stop"], ["stop"]]);

  const refuses = () => Promise.reject(new Error("on the way out"));
  const early = new StreamEnd(AbortSignal.abort("early"), refuses);
  early.watch(failing);
  await early.reach().catch(() => {});
  await turns();
  assertEquals(errors, ["stop", "early"]);
});
