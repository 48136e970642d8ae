import { test } from "node:test";
import { Readable } from "node:stream";
import { appendFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  FileClosedError,
  open,
  type ReadableOptions,
  Win32Error,
} from "../../../mod.ts";
import { readableOf } from "../../../src/streams/readable.ts";
import { turns, until } from "../../support/event_loop.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { random } from "../../support/random.ts";
import {
  assertSameBytes,
  counted,
  drained,
  joined,
  onDisk,
  pattern,
  pause,
  ScriptedFile,
} from "../../support/stream_files.ts";
import {
  fileOf,
  kernelFolder,
  OF_WINDOWS,
} from "../../support/windows_or_strict.ts";

const SIZES = [0, 1, 511, 4096, 262_144, 1_000_003];

test("OverlappedFile.readable has the bytes of files of all sizes", async () => {
  using folder = kernelFolder();
  for (const size of SIZES) {
    const bytes = pattern(size);
    const path = fileOf(folder.file("a"), bytes);
    for (const unbuffered of [false, true]) {
      const file = await open(path, { read: true, unbuffered });
      assertSameBytes(await drained(file.readable), bytes);
      assert(file.closed);
    }
  }
});

test("OverlappedFile.readable is the same stream each time", async () => {
  using folder = kernelFolder();
  await using file = await open(fileOf(folder.file("a"), pattern(9)));
  assertEquals(file.readable, file.readable);
});

test("OverlappedFile.readable closes the file when it is cancelled", async () => {
  using folder = kernelFolder();
  const path = fileOf(folder.file("a"), pattern(1_000_003));
  const unused = await open(path);
  await unused.readable.cancel();
  assert(unused.closed);
  const used = await open(path);
  const reader = used.readable.getReader();
  await reader.read();
  await reader.cancel();
  assert(used.closed);
});

test("OverlappedFile.readable goes through a CompressionStream", async () => {
  using folder = kernelFolder();
  const bytes = pattern(300_001);
  const file = await open(fileOf(folder.file("a"), bytes));
  const gzip = new CompressionStream("gzip");
  const packed = await new Response(file.readable.pipeThrough(gzip)).bytes();
  assertSameBytes(gunzipSync(packed), bytes);
});

test("OverlappedFile.readable can be the body of a response", async () => {
  using folder = kernelFolder();
  const bytes = pattern(300_001);
  const file = await open(fileOf(folder.file("a"), bytes));
  assertSameBytes(await new Response(file.readable).bytes(), bytes);
});

test("OverlappedFile.readable has two branches after tee()", async () => {
  using folder = kernelFolder();
  const bytes = pattern(700_001);
  const file = await open(fileOf(folder.file("a"), bytes));
  const branches = file.readable.tee();
  for (const branch of await Promise.all(branches.map(drained))) {
    assertSameBytes(branch, bytes);
  }
});

test("OverlappedFile.readable fills the views of BYOB readers", async () => {
  using folder = kernelFolder();
  const bytes = pattern(700_001);
  const path = fileOf(folder.file("a"), bytes);
  const { below } = random(7);
  for (const unbuffered of [false, true]) {
    const file = await open(path, { read: true, unbuffered });
    const reader = file.readable.getReader({ mode: "byob" });
    const parts: Uint8Array[] = [];
    for (;;) {
      const buffer = new ArrayBuffer(1 + below(500_000));
      const offset = below(buffer.byteLength);
      const view = new Uint8Array(buffer, offset);
      const { length } = view;
      const { value, done } = await reader.read(view);
      if (done) {
        assertEquals(value?.length, 0);
        break;
      }
      assertEquals(value.byteOffset, offset);
      assert(value.length > 0 && value.length <= length);
      parts.push(value.slice());
    }
    assertSameBytes(joined(parts), bytes);
    assert(file.closed);
  }
});

test("OverlappedFile.readable goes on for other readers where one has ended", async () => {
  using folder = kernelFolder();
  const bytes = pattern(700_001);
  const file = await open(fileOf(folder.file("a"), bytes));
  const byob = file.readable.getReader({ mode: "byob" });
  const first = await byob.read(new Uint8Array(1001));
  byob.releaseLock();
  const reader = file.readable.getReader();
  const second = await reader.read();
  reader.releaseLock();
  const rest = await drained(file.readable);
  assertSameBytes(joined([first.value!, second.value!, rest]), bytes);
});

test("OverlappedFile.readable goes through the runtime's Readable.fromWeb()", async () => {
  using folder = kernelFolder();
  const bytes = pattern(700_001);
  const file = await open(fileOf(folder.file("a"), bytes));
  const web = file.readable as Parameters<typeof Readable.fromWeb>[0];
  const parts: Uint8Array[] = [];
  for await (const part of Readable.fromWeb(web)) parts.push(part);
  assertSameBytes(joined(parts), bytes);
  assert(file.closed);
});

test("createReadable() reads from start to end in chunks, whatever they are", async () => {
  using folder = kernelFolder();
  const bytes = pattern(100_003);
  const path = fileOf(folder.file("a"), bytes);
  const { below, pick } = random(11);
  await using buffered = await open(path);
  await using unbuffered = await open(path, { read: true, unbuffered: true });
  for (let round = 0; round < 60; round++) {
    const start = pick([0, 512, 4096, below(bytes.length + 5000)]);
    const end = pick([undefined, start, start + below(bytes.length)]);
    const options: ReadableOptions = {
      start: pick([start, BigInt(start)]),
      ...(end === undefined ? {} : { end }),
      chunkSize: pick([1 + below(50_000), 512, 4097, 65_536]) + 500,
      maxBytesInFlight: pick([1, 1 + below(200_000)]),
      keepOpen: true,
    };
    const file = pick([buffered, unbuffered]);
    const actual = await drained(file.createReadable(options));
    assertSameBytes(actual, bytes.slice(start, end));
  }
  assertEquals(await buffered.seek(0, "current"), 0);
});

test("createReadable() hands out chunks of chunkSize", async () => {
  using folder = kernelFolder();
  const file = await open(fileOf(folder.file("a"), pattern(10_000)));
  const lengths: number[] = [];
  for await (
    const chunk of file.createReadable({ start: 1, chunkSize: 4000 })
  ) lengths.push(chunk.length);
  assertEquals(lengths, [4000, 4000, 1999]);
});

test("createReadable() ends at once beyond the end of the file", async () => {
  using folder = kernelFolder();
  await using file = await open(fileOf(folder.file("a"), pattern(100)));
  const stream = file.createReadable({ start: 2 ** 40, keepOpen: true });
  assertEquals(await drained(stream), new Uint8Array());
});

test("createReadable() without start begins at the position and leaves it behind", async () => {
  using folder = kernelFolder();
  const bytes = pattern(10_000);
  await using file = await open(fileOf(folder.file("a"), bytes));
  const stream = file.createReadable({ keepOpen: true, chunkSize: 1000 });
  await file.seek(17);
  const reader = stream.getReader();
  assertSameBytes((await reader.read()).value!, bytes.subarray(17, 1017));
  await reader.cancel();
  assertEquals(file.closed, false);
  assertEquals(await file.seek(0, "current"), 1017);
  const rest = file.createReadable({ keepOpen: true });
  assertSameBytes(await drained(rest), bytes.subarray(1017));
  assertEquals(await file.seek(0, "current"), bytes.length);
});

test("createReadable() leaves the position alone if it is cancelled before it has read", async () => {
  using folder = kernelFolder();
  const path = fileOf(folder.file("a"), pattern(10));
  await using file = await open(path);
  await file.seek(3);
  await file.createReadable({ keepOpen: true }).cancel();
  assertEquals(await file.seek(0, "current"), 3);
});

test("createReadable() lets many streams read one file", async () => {
  using folder = kernelFolder();
  const bytes = pattern(200_000);
  await using file = await open(fileOf(folder.file("a"), bytes));
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const start = i * 10_000;
    const options = { start, end: start + 10_000, chunkSize: 999 };
    const stream = file.createReadable({ ...options, keepOpen: true });
    assertSameBytes(
      await drained(stream),
      bytes.slice(start, start + 10_000),
    );
  }));
});

test("createReadable() refuses what makes no sense", async () => {
  using folder = kernelFolder();
  const path = fileOf(folder.file("a"), pattern(100));
  await using file = await open(path, { read: true });
  const refuses = (
    options: unknown,
    errorClass: new (...args: never[]) => Error,
    part: string,
  ) =>
    assertThrows(
      () => file.createReadable(options as ReadableOptions),
      errorClass as new (...args: unknown[]) => Error,
      part,
    );
  refuses({ start: -1 }, RangeError, "start");
  refuses({ start: 1.5 }, RangeError, "start");
  refuses({ end: "9" }, TypeError, "end");
  refuses({ start: 2n ** 60n }, RangeError, "2^53-1");
  refuses({ start: 9, end: 8 }, RangeError, "end must not be before start");
  refuses({ chunkSize: 0 }, RangeError, "chunkSize");
  refuses({ chunkSize: "1" }, TypeError, "chunkSize");
  refuses({ maxBytesInFlight: 0.5 }, RangeError, "maxBytesInFlight");
  refuses({ signal: "now" }, TypeError, "signal");
  await using writing = await open(path, { write: true });
  assertThrows(() => writing.readable, TypeError, "not open for reading");
  await file.close();
  assertThrows(() => file.readable, FileClosedError);
});

test("createReadable() reads no more ahead than it may", async () => {
  using folder = kernelFolder();
  const bytes = pattern(1_000_000);
  await using real = await open(fileOf(folder.file("a"), bytes));
  const { file, counts } = counted(real);
  const chunkSize = 10_000;
  const options = { chunkSize, maxBytesInFlight: 45_000 };
  const reader = readableOf(file, onDisk(file), options).getReader();
  await turns();
  assertEquals(counts.calls, 0, "nothing is read before it is wanted");
  for (let taken = 1; taken <= 5; taken++) {
    await reader.read();
    await until(() => counts.calls >= taken + 4);
    await turns();
    assertEquals(counts.calls, taken + 4);
  }
  assertEquals(counts.mostUnderWay, 4);
  assert(counts.mostBytes <= options.maxBytesInFlight);
  await reader.cancel();
});

test("createReadable() reads past no end that it knows", async () => {
  using folder = kernelFolder();
  await using real = await open(fileOf(folder.file("a"), pattern(1000)));
  const { file, counts } = counted(real);
  await drained(readableOf(file, onDisk(file)));
  assertEquals(counts.calls, 2, "one for the bytes, one for the end");
  const again = counted(await open(folder.file("a")));
  await drained(readableOf(again.file, onDisk(again.file), { end: 1000 }));
  assertEquals(again.counts.calls, 1);
});

test(
  "createReadable() reads what a file grows by meanwhile",
  OF_WINDOWS,
  async () => {
    using folder = kernelFolder();
    const bytes = pattern(30_000);
    const path = fileOf(folder.file("a"), bytes.subarray(0, 10_000));
    const file = await open(path);
    const reader = file.createReadable({ chunkSize: 4096 }).getReader();
    const parts = [(await reader.read()).value!];
    appendFileSync(path, bytes.subarray(10_000));
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
    }
    assertSameBytes(joined(parts), bytes);
  },
);

test("createReadable() starts anew where a read came to what was the end", async () => {
  const bytes = pattern(1000);
  const file = new ScriptedFile(bytes);
  const read = file.read.bind(file);
  const offsets: number[] = [];
  // The second read finds 10 bytes, the third one was made for what follows 100.
  file.read = (view, options) => {
    const { at } = options;
    offsets.push(at!);
    return read(at === 100 ? view.subarray(0, 10) : view, options);
  };
  const stream = readableOf(file, onDisk(file), { chunkSize: 100 });
  assertSameBytes(await drained(stream), bytes);
  assertEquals(offsets.includes(110), true, `${offsets}`);
});

test("createReadable() asks a pipe for a chunk each time, whatever came before", async () => {
  const lengths: number[] = [];
  const file = new ScriptedFile();
  file.read = (bytes) => {
    lengths.push(bytes.length);
    return Promise.resolve(lengths.length < 4 ? 3 : null);
  };
  const traits = { device: { emptyRead: "message" } } as const;
  const stream = readableOf(file, traits, { chunkSize: 10 });
  assertEquals((await drained(stream)).length, 9);
  assertEquals(lengths, [10, 10, 10, 10]);
});

test("createReadable() fails with the error of a read, after the bytes before it", async () => {
  const file = new ScriptedFile(pattern(1000));
  file.before = (at) => {
    if (at === 300) throw new Win32Error("ReadFile", 1117);
  };
  const stream = readableOf(file, onDisk(file), { chunkSize: 100 });
  const reader = stream.getReader();
  for (let i = 0; i < 3; i++) await reader.read();
  const error = await assertRejects(() => reader.read(), Win32Error);
  assertEquals(error.symbol, "ERROR_IO_DEVICE");
  assert(file.closed);
});

test("createReadable() fails with the signal's reason", async () => {
  using folder = kernelFolder();
  const path = fileOf(folder.file("a"), pattern(100_000));
  const before = await open(path);
  const early = before.createReadable({ signal: AbortSignal.abort("early") });
  assertEquals(await early.getReader().read().catch((e) => e), "early");
  assert(before.closed);
  const file = await open(path);
  const abort = new AbortController();
  const { signal } = abort;
  const reader = file.createReadable({ chunkSize: 100, signal }).getReader();
  await reader.read();
  abort.abort("late");
  assertEquals(await reader.closed.catch((e) => e), "late");
  assertEquals(await reader.read().catch((e) => e), "late");
  assert(file.closed);
});

test("createReadable() fails when the file is closed", async () => {
  using folder = kernelFolder();
  const file = await open(fileOf(folder.file("a"), pattern(100_000)));
  const reader = file.createReadable({ chunkSize: 100, maxBytesInFlight: 100 })
    .getReader();
  await reader.read();
  await file.close();
  await assertRejects(async () => {
    for (;;) await reader.read();
  }, FileClosedError);
});

test("createReadable() takes messages from a pipe as they come", async () => {
  await using pipe = await overlappedPipe({ message: true });
  const { server, client } = pipe;
  const reader = client.readable.getReader();
  const reads = [reader.read(), reader.read(), reader.read()];
  for (const length of [3, 0, 70, 7]) await server.write(pattern(length));
  assertSameBytes((await reads[0]!).value!, pattern(3));
  assertSameBytes((await reads[1]!).value!, pattern(70));
  assertSameBytes((await reads[2]!).value!, pattern(7));
  await server.close();
  assertEquals((await reader.read()).done, true);
  assert(client.closed);
});

test("createReadable() leaves in a pipe what nobody has asked for", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  await server.write(pattern(100));
  const reader = client.createReadable({ keepOpen: true })
    .getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(30));
  await reader.cancel();
  const rest = new Uint8Array(100);
  assertEquals(await client.read(rest), 70);
  assertSameBytes(joined([value!, rest.subarray(0, 70)]), pattern(100));
});

test("createReadable() cancels the read of a pipe that nothing comes from", async () => {
  await using pipe = await overlappedPipe();
  const { server, client } = pipe;
  const reader = client.createReadable({ keepOpen: true }).getReader();
  const read = reader.read();
  await pause(10);
  await reader.cancel();
  assertEquals((await read).done, true);
  await server.write(pattern(5));
  const next = new Uint8Array(9);
  assertEquals(await client.read(next), 5);
});

test("createReadable() refuses offsets in a pipe", async () => {
  await using pipe = await overlappedPipe();
  const { client } = pipe;
  for (const options of [{ start: 0 }, { end: 5 }]) {
    assertThrows(
      () => client.createReadable(options),
      TypeError,
      "has no offsets",
    );
  }
});
