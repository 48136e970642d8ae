import { test } from "node:test";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  FileClosedError,
  open,
  Win32Error,
  type WritableOptions,
} from "../../../mod.ts";
import { writableOf } from "../../../src/streams/writable.ts";
import { turns, until } from "../../support/event_loop.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { random } from "../../support/random.ts";
import {
  assertContent,
  assertSameBytes,
  chunksOf,
  counted,
  joined,
  onDisk,
  pattern,
  pause,
  ScriptedFile,
} from "../../support/stream_files.ts";
import { fileOf, kernelFolder } from "../../support/windows_or_strict.ts";

const NEW = { write: true, create: true, truncate: true } as const;
const SIZES = [0, 1, 511, 4096, 262_144, 1_000_003];

test("OverlappedFile.writable writes files of all sizes", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const { below } = random(5);
  for (const size of SIZES) {
    const bytes = pattern(size);
    for (const unbuffered of [false, true]) {
      const file = await open(path, { ...NEW, unbuffered });
      const chunks = chunksOf(bytes, () => 1 + below(100_000));
      await chunks.pipeTo(file.writable);
      assert(file.closed);
      assertContent(path, bytes);
    }
  }
});

test("OverlappedFile.writable is the same stream each time", async () => {
  using folder = kernelFolder();
  await using file = await open(folder.file("a"), NEW);
  assertEquals(file.writable, file.writable);
});

test("OverlappedFile.writable takes the body of a response", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const bytes = pattern(300_001);
  const file = await open(path, { ...NEW, unbuffered: true });
  await new Response(bytes).body!.pipeTo(file.writable);
  assertContent(path, bytes);
});

test("OverlappedFile.writable goes through the runtime's Writable.fromWeb()", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const bytes = pattern(700_001);
  const file = await open(path, NEW);
  const web = file.writable as Parameters<typeof Writable.fromWeb>[0];
  const parts = [bytes.subarray(0, 123_456), bytes.subarray(123_456)];
  await pipeline(Readable.from(parts), Writable.fromWeb(web));
  assertContent(path, bytes);
  assert(file.closed);
});

test("OverlappedFile.writable goes to the end of a file opened with append", async () => {
  using folder = kernelFolder();
  const bytes = pattern(500_003);
  for (const more of [{}, { write: true }]) {
    for (const unbuffered of [false, true]) {
      const path = fileOf(folder.file("a"), bytes.subarray(0, 1001));
      const file = await open(path, { append: true, unbuffered, ...more });
      const chunks = chunksOf(bytes.subarray(1001), () => 3333);
      await chunks.pipeTo(file.createWritable({ chunkSize: 8192 }));
      assertContent(path, bytes);
    }
  }
});

test("createWritable() writes at any offset in chunks, whatever they are", async () => {
  using folder = kernelFolder();
  const { below, pick } = random(13);
  let expected = pattern(50_000);
  const path = fileOf(folder.file("a"), expected);
  for (let round = 0; round < 60; round++) {
    const unbuffered = pick([false, true]);
    const file = await open(path, { write: true, unbuffered });
    const at = pick([0, 512, 4096, below(expected.length + 2000)]);
    const bytes = pattern(below(30_000), round);
    const options: WritableOptions = {
      at: pick([at, BigInt(at)]),
      chunkSize: pick([1 + below(10_000), 512, 4097, 65_536]) + 100,
      maxBytesInFlight: pick([1, 1 + below(50_000)]),
    };
    const largest = pick([100, 5000, 50_000]);
    await chunksOf(bytes, () => 1 + below(largest))
      .pipeTo(file.createWritable(options));
    if (bytes.length > 0) {
      const size = Math.max(expected.length, at + bytes.length);
      const all = new Uint8Array(size);
      all.set(expected);
      all.set(bytes, at);
      expected = all;
    }
    assertContent(path, expected);
  }
});

test("createWritable() without at begins at the position and leaves it behind", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const bytes = pattern(10_000);
  await using file = await open(path, NEW);
  await file.write(bytes.subarray(0, 10));
  const body = chunksOf(bytes.subarray(10, 9000), () => 700);
  await body.pipeTo(file.createWritable({ keepOpen: true }));
  assertEquals(file.closed, false);
  await file.write(bytes.subarray(9000));
  assertContent(path, bytes);
});

test("createWritable() writes small chunks in few operations", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const bytes = pattern(100_000);
  let taken = 0;
  // Each write takes as long as 100 chunks take to come.
  const { file, counts } = counted(await open(path, NEW), () => {
    const enough = Math.min(taken + 1000, bytes.length);
    return until(() => taken >= enough);
  });
  await chunksOf(bytes, () => (taken += 10, 10))
    .pipeTo(writableOf(file, onDisk(file)));
  assertContent(path, bytes);
  assert(counts.calls < 110, `${counts.calls} writes of 10,000 chunks`);
});

test("createWritable() writes a small chunk at once when nothing is under way", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  await using file = await open(path, NEW);
  const writer = file.writable.getWriter();
  for (let length = 10; length <= 30; length += 10) {
    await writer.write(pattern(10));
    await until(() => file.size() >= length);
  }
  await writer.close();
});

test("createWritable() has no more under way than it may", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const bytes = pattern(1_000_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  const { file, counts } = counted(await open(path, NEW), () => promise);
  const options = { chunkSize: 10_000, maxBytesInFlight: 45_000 };
  let taken = 0;
  const chunks = chunksOf(bytes, () => (taken += 7000, 7000));
  const piped = chunks.pipeTo(writableOf(file, onDisk(file), options));
  await until(() => counts.mostUnderWay === 4);
  await turns();
  assert(taken < 100_000, `${taken} bytes were taken in advance`);
  resolve();
  await piped;
  assertEquals(counts.mostUnderWay, 4);
  assert(counts.mostBytes <= options.maxBytesInFlight);
  assertContent(path, bytes);
});

test("createWritable() gives a chunk back when its write() resolves", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const file = await open(path, NEW);
  const writer = file.createWritable({ chunkSize: 4096 }).getWriter();
  const chunk = new Uint8Array(10_000);
  const hash = createHash("sha256");
  for (let i = 0; i < 50; i++) {
    chunk.fill(i);
    hash.update(chunk);
    await writer.write(chunk);
  }
  await writer.close();
  const written = await new Response((await open(path)).readable).bytes();
  const actual = createHash("sha256").update(written).digest("hex");
  assertEquals(actual, hash.digest("hex"));
});

test("createWritable() takes views of all kinds and nothing else", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const file = await open(path, NEW);
  const writer = file.writable.getWriter();
  await writer.write(new Uint16Array([0x0201, 0x0403]));
  await writer.write(new DataView(new Uint8Array([0, 5, 6, 0]).buffer, 1, 2));
  await writer.write(Buffer.from("hi"));
  await writer.write(new Uint8Array());
  await writer.close();
  assertContent(path, new Uint8Array([1, 2, 3, 4, 5, 6, 104, 105]));
  for (const wrong of ["text", new ArrayBuffer(4), [1], undefined]) {
    const file = await open(path, NEW);
    const writer = (file.writable as WritableStream).getWriter();
    await writer.write(pattern(100));
    const closed = assertRejects(() => writer.closed, TypeError);
    await assertRejects(
      () => writer.write(wrong),
      TypeError,
      "chunk must be a Uint8Array",
    );
    await closed;
    assert(file.closed);
    assertContent(path, pattern(100));
  }
});

test("createWritable() refuses what makes no sense", async () => {
  using folder = kernelFolder();
  const path = fileOf(folder.file("a"), pattern(100));
  await using file = await open(path, { write: true });
  assertThrows(() => file.createWritable({ at: -1 }), RangeError, "at must be");
  assertThrows(
    () => file.createWritable({ maxBytesInFlight: 0 }),
    RangeError,
    "maxBytesInFlight",
  );
  await using appending = await open(path, { append: true });
  assertThrows(
    () => appending.createWritable({ at: 5 }),
    TypeError,
    "for appending",
  );
  await using reading = await open(path);
  assertThrows(() => reading.writable, TypeError, "not open for writing");
  await file.close();
  assertThrows(() => file.writable, FileClosedError);
});

test("createWritable() tells how much was written before an error", async () => {
  const bytes = pattern(2000);
  const file = new ScriptedFile();
  const { promise, resolve } = Promise.withResolvers<void>();
  file.before = async (at) => {
    if (at < 400) return;
    if (at === 400) await promise;
    else resolve();
    const code = at === 400 ? 112 : 1117;
    throw new Win32Error("WriteFile", code, { bytesTransferred: 30 });
  };
  const options = { chunkSize: 100, maxBytesInFlight: 1000 };
  const stream = writableOf(file, onDisk(file), options);
  const error = await assertRejects(
    () => chunksOf(bytes, () => 100).pipeTo(stream),
    Win32Error,
  );
  // Others have failed sooner, but this is where the gap begins.
  assertEquals(error.symbol, "ERROR_DISK_FULL");
  assertEquals(error.bytesTransferred, 430);
  assertSameBytes(file.content.subarray(0, 400), bytes.subarray(0, 400));
  assert(file.closed);
});

test("createWritable() fails though nobody writes any more", async () => {
  const file = new ScriptedFile();
  file.before = async () => {
    await pause(5);
    throw new Win32Error("WriteFile", 112);
  };
  const writer = writableOf(file, onDisk(file)).getWriter();
  await writer.write(pattern(10));
  const error = await assertRejects(() => writer.closed, Win32Error);
  assertEquals(error.bytesTransferred, 0);
  assert(file.closed);
});

test("createWritable() fails in close() with the error of a write", async () => {
  const file = new ScriptedFile();
  const { promise, resolve } = Promise.withResolvers<void>();
  file.before = async (at) => {
    if (at < 500) return;
    await promise;
    throw new Win32Error("WriteFile", 112);
  };
  const stream = writableOf(file, onDisk(file), { chunkSize: 500 });
  const writer = stream.getWriter();
  writer.closed.catch(() => {});
  await writer.write(pattern(700));
  const closing = writer.close();
  resolve();
  const error = await assertRejects(() => closing, Win32Error);
  assertEquals(error.bytesTransferred, 500);
  assert(file.closed);
});

test("createWritable() does not write behind a gap in a file that is appended to", async () => {
  const places: number[] = [];
  const file = new ScriptedFile();
  file.before = async (_, length) => {
    places.push(length);
    await pause(2);
    if (places.length === 2) throw new Win32Error("WriteFile", 33);
  };
  const append = { ...onDisk(file), append: true };
  const stream = writableOf(file, append, { chunkSize: 100 });
  await assertRejects(
    () => chunksOf(pattern(1000), () => 100).pipeTo(stream),
    Win32Error,
  );
  assertEquals(places, [100, 100]);
});

test("createWritable() cancels its writes when it is aborted, and waits for them", async () => {
  const file = new ScriptedFile();
  let underWay = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  file.before = async () => {
    underWay++;
    await promise;
    underWay--;
  };
  const options = { chunkSize: 100, maxBytesInFlight: 500 };
  const writer = writableOf(file, onDisk(file), options).getWriter();
  const closed = writer.closed.catch((error) => error);
  const write = writer.write(pattern(1000)).catch((error) => error);
  await until(() => underWay >= 2);
  let isAborted = false;
  const aborted = writer.abort("enough").then(() => isAborted = true);
  await turns();
  assertEquals(isAborted, false);
  resolve();
  await aborted;
  assertEquals(underWay, 0);
  assertEquals(file.content.length, 0, "all of them were cancelled");
  assertEquals([await closed, await write], ["enough", "enough"]);
  assert(file.closed);
});

test("createWritable() fails with the signal's reason", async () => {
  using folder = kernelFolder();
  const path = folder.file("a");
  const early = await open(path, NEW);
  const writer = early.createWritable({ signal: AbortSignal.abort("early") })
    .getWriter();
  const write = writer.write(new Uint8Array(1));
  assertEquals(await write.catch((e) => e), "early");
  assertEquals(await writer.closed.catch((e) => e), "early");
  assert(early.closed);
  const abort = new AbortController();
  const { signal } = abort;
  const file = await open(path, NEW);
  const options = { signal, chunkSize: 1000, maxBytesInFlight: 3000 };
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(500)),
  });
  const piped = endless.pipeTo(file.createWritable(options));
  setTimeout(() => abort.abort("late"), 10);
  assertEquals(await piped.catch((e) => e), "late");
  assert(file.closed);
});

test("createWritable() writes each chunk as a message to a pipe, in order", async () => {
  await using pipe = await overlappedPipe({ message: true });
  const { server, client } = pipe;
  const lengths = [1, 70, 300_000, 2];
  const received: number[] = [];
  const reading = (async () => {
    for await (const bytes of server.createReadable({ chunkSize: 2 ** 20 })) {
      received.push(bytes.length);
    }
  })();
  const writer = client.writable.getWriter();
  for (const length of lengths) await writer.write(pattern(length));
  await writer.close();
  await reading;
  assertEquals(received, lengths);
});

test("createWritable() waits for whoever reads the pipe", async () => {
  await using pipe = await overlappedPipe({ size: 4096 });
  const { server, client } = pipe;
  const bytes = pattern(200_000);
  let taken = 0;
  const chunks = chunksOf(bytes, () => (taken += 10_000, 10_000));
  const piped = chunks.pipeTo(client.writable);
  await pause(30);
  assert(taken <= 40_000, `${taken} bytes were taken in advance`);
  const parts: Uint8Array[] = [];
  for await (const part of server.readable) parts.push(part);
  await piped;
  assertSameBytes(joined(parts), bytes);
});

test("createWritable() is aborted while a pipe takes nothing", async () => {
  await using pipe = await overlappedPipe({ size: 4096 });
  const { client } = pipe;
  const writer = client.writable.getWriter();
  writer.closed.catch(() => {});
  const write = writer.write(pattern(100_000)).catch((error) => error);
  await pause(10);
  await writer.abort("enough");
  assertEquals(await write, "enough");
  assert(client.closed);
});

test("createWritable() fails when nobody reads the pipe any more", async () => {
  await using pipe = await overlappedPipe({ size: 4096 });
  const { server, client } = pipe;
  const writer = client.writable.getWriter();
  writer.closed.catch(() => {});
  await writer.write(pattern(1000));
  await server.close();
  const error = await assertRejects(() => writer.write(pattern(1)), Win32Error);
  assertEquals(error.code, "EPIPE");
  assertEquals(error.bytesTransferred, 1000);
  assert(client.closed);
});

test("createWritable() counts what a pipe took of chunks that are gone or lie", async () => {
  await using pipe = await overlappedPipe({ size: 4096 });
  const { server, client } = pipe;
  const writer = client.writable.getWriter();
  writer.closed.catch(() => {});
  const given = pattern(1000);
  await writer.write(given);
  structuredClone(0, { transfer: [given.buffer] });
  const lying = Object.defineProperty(pattern(100), "byteLength", { value: 1 });
  await writer.write(lying);
  await server.close();
  const error = await assertRejects(() => writer.write(pattern(1)), Win32Error);
  assertEquals(error.bytesTransferred, 1100);
});

test("createWritable() waits for the write to a pipe that it has aborted", async () => {
  const file = new ScriptedFile();
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasStarted = false;
  file.before = () => {
    hasStarted = true;
    return promise;
  };
  const traits = { device: { emptyRead: "message" } } as const;
  const writer = writableOf(file, traits).getWriter();
  writer.closed.catch(() => {});
  const write = writer.write(pattern(10)).catch((error) => error);
  await until(() => hasStarted);
  const aborted = writer.abort("enough");
  await turns();
  assertEquals(file.closed, false, "the kernel still has the memory");
  resolve();
  await aborted;
  assertEquals([await write, file.closed], ["enough", true]);
});

test("createWritable() refuses a chunk whose memory goes while it is written", async () => {
  const file = new ScriptedFile();
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasStarted = false;
  file.before = () => {
    hasStarted = true;
    return promise;
  };
  const options = { chunkSize: 100, maxBytesInFlight: 100 };
  const writer = writableOf(file, onDisk(file), options).getWriter();
  writer.closed.catch(() => {});
  const chunk = pattern(250);
  const write = assertRejects(
    () => writer.write(chunk),
    TypeError,
    "chunk is a view of a detached ArrayBuffer",
  );
  await until(() => hasStarted);
  structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
  resolve();
  await write;
  assertEquals(file.closed, true);
});

/** A file whose writes wait for the test, and where they begin. */
function waitingFile() {
  const file = new ScriptedFile();
  const { promise, resolve } = Promise.withResolvers<void>();
  const offsets: number[] = [];
  file.before = (at) => {
    offsets.push(at);
    return promise;
  };
  return { file, offsets, resolve };
}

test("createWritable() is aborted when what was taken is no longer in flight", async () => {
  const { file, offsets, resolve } = waitingFile();
  const options = { chunkSize: 100, maxBytesInFlight: 500 };
  const writer = writableOf(file, onDisk(file), options).getWriter();
  writer.closed.catch(() => {});
  await writer.write(pattern(200));
  assertEquals(offsets, [0, 100]);
  let isAborted = false;
  const aborted = writer.abort("enough").then(() => isAborted = true);
  await turns();
  assertEquals([isAborted, file.closed], [false, false]);
  resolve();
  await aborted;
  assertEquals(file.closed, true);
});

test("createWritable() starts no write after one that has failed, though others are in flight", async () => {
  const { file, offsets, resolve } = waitingFile();
  const wait = file.before;
  file.before = async (at, length) => {
    const waits = wait(at, length);
    if (at > 0) return await waits;
    await until(() => offsets.length === 3);
    throw new Win32Error("WriteFile", 112);
  };
  const options = { chunkSize: 100, maxBytesInFlight: 300 };
  const writer = writableOf(file, onDisk(file), options).getWriter();
  writer.closed.catch(() => {});
  const write = assertRejects(() => writer.write(pattern(1000)), Win32Error);
  await turns();
  assertEquals(offsets, [0, 100, 200]);
  resolve();
  assertEquals((await write).bytesTransferred, 0);
  assertEquals(offsets, [0, 100, 200]);
});

test("createWritable() fails with the error where the gap begins, though others come sooner", async () => {
  const { file, offsets, resolve } = waitingFile();
  const wait = file.before;
  file.before = async (at, length) => {
    const waits = wait(at, length);
    if (at === 0) await waits;
    const code = at === 0 ? 112 : 1117;
    throw new Win32Error("WriteFile", code, { bytesTransferred: 30 });
  };
  const options = { chunkSize: 100, maxBytesInFlight: 300 };
  const writer = writableOf(file, onDisk(file), options).getWriter();
  let isOver = false;
  const closed = assertRejects(() => writer.closed, Win32Error)
    .finally(() => isOver = true);
  await writer.write(pattern(200));
  await until(() => offsets.length === 2);
  await turns();
  assertEquals(isOver, false);
  resolve();
  const { symbol, bytesTransferred } = await closed;
  assertEquals([symbol, bytesTransferred], ["ERROR_DISK_FULL", 30]);
});

test("createWritable() fails with the error where the gap begins, though others come later", async () => {
  const { file, offsets, resolve } = waitingFile();
  const wait = file.before;
  file.before = async (at, length) => {
    const waits = wait(at, length);
    if (at > 0) await waits;
    await until(() => offsets.length === 2);
    throw new Win32Error("WriteFile", at === 0 ? 112 : 1117);
  };
  const options = { chunkSize: 100, maxBytesInFlight: 300 };
  const writer = writableOf(file, onDisk(file), options).getWriter();
  const closed = assertRejects(() => writer.closed, Win32Error);
  await writer.write(pattern(200));
  await turns();
  resolve();
  const { symbol, bytesTransferred } = await closed;
  assertEquals([symbol, bytesTransferred], ["ERROR_DISK_FULL", 0]);
});

test("createWritable() ends its chunks where sectors end, wherever it begins", async () => {
  const { file, offsets, resolve } = waitingFile();
  resolve();
  const traits = { ...onDisk(file), sectored: true };
  const options = { at: 700, chunkSize: 512 };
  const bytes = pattern(1000);
  const stream = writableOf(file, traits, options);
  await chunksOf(bytes, () => 90).pipeTo(stream);
  assertEquals(offsets, [700, 1024, 1536]);
  assertSameBytes(file.content.subarray(700), bytes);
});
