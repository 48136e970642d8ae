import { test } from "node:test";
import { statSync } from "node:fs";
import process from "node:process";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  open,
  type ReadableOptions,
  type WritableOptions,
} from "../../../mod.ts";
import { readableOf } from "../../../src/streams/readable.ts";
import { writableOf } from "../../../src/streams/writable.ts";
import { until } from "../../support/event_loop.ts";
import { collectGarbage } from "../../support/garbage.ts";
import { assertNoHandleLeftBy } from "../../support/handles.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { random } from "../../support/random.ts";
import {
  assertContent,
  assertMemoryGivenBack,
  assertSameBytes,
  chunksOf,
  counted,
  onDisk,
  pattern,
  pause,
} from "../../support/stream_files.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { fileOf } from "../../support/windows_or_strict.ts";

const NEW = { write: true, create: true, truncate: true } as const;
const MIB = 2 ** 20;

test("OverlappedFile.readable is copied by pipeTo(), to the byte", async () => {
  using folder = tempFolder();
  const bytes = pattern(3 * MIB + 7);
  const path = fileOf(folder.file("a"), bytes);
  for (const [from, to] of [[false, false], [true, false], [true, true]]) {
    const source = await open(path, { read: true, unbuffered: from! });
    const copy = await open(folder.file("b"), { ...NEW, unbuffered: to! });
    await source.readable.pipeTo(copy.writable);
    assert(source.closed && copy.closed);
    assertContent(folder.file("b"), bytes);
  }
});

test("pipeTo() of 64 MiB, again and again, keeps the memory flat and lets timers run", async () => {
  using folder = tempFolder();
  const piece = pattern(MIB);
  const path = folder.file("a");
  await chunksOf(new Uint8Array(64), () => 1)
    .pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (_, controller) => controller.enqueue(piece),
      }),
    )
    .pipeTo((await open(path, NEW)).writable);
  assertEquals(statSync(path).size, 64 * MIB);
  await using source = await open(path);
  await using copy = await open(folder.file("b"), NEW);
  collectGarbage();
  const before = process.memoryUsage.rss();
  let most = 0;
  let turns = 0;
  const watch = setInterval(() => {
    turns++;
    most = Math.max(most, process.memoryUsage.rss() - before);
  }, 5);
  // However few timers run on a slow machine: none would run for ever if the copy gave them no turn.
  for (let round = 0; round < 4 || (turns < 3 && round < 100); round++) {
    await source.createReadable({ start: 0, keepOpen: true })
      .pipeTo(copy.createWritable({ at: 0, keepOpen: true }));
  }
  clearInterval(watch);
  assert(turns >= 3, `timers ran ${turns} times`);
  // Of the 256 MiB, what the collector has not got round to may be there.
  assert(most < 128 * MIB, `${most / MIB} MiB more than before`);
  const again = await open(folder.file("b"));
  let pieces = 0;
  for await (const chunk of again.createReadable({ chunkSize: MIB })) {
    assertSameBytes(chunk, piece);
    pieces++;
  }
  assertEquals(pieces, 64);
});

test("pipeTo() keeps what is under way bounded, however slow either side is", async () => {
  using folder = tempFolder();
  const bytes = pattern(400_000);
  const path = fileOf(folder.file("a"), bytes);
  const options = { chunkSize: 8192, maxBytesInFlight: 4 * 8192 };
  for (const slow of ["reads", "writes"]) {
    // The first ones wait for as many as may be under way.
    const wait = (what: string) => async () => {
      if (what !== slow) return;
      const { counts } = slow === "reads" ? source : copy;
      await pause(2);
      await until(() => counts.mostUnderWay >= 4);
    };
    const source = counted(await open(path), wait("reads"));
    const copy = counted(await open(folder.file("b"), NEW), wait("writes"));
    await readableOf(source.file, onDisk(source.file), options)
      .pipeTo(writableOf(copy.file, onDisk(copy.file), options));
    assertContent(folder.file("b"), bytes);
    assertEquals((slow === "reads" ? source : copy).counts.mostUnderWay, 4);
    for (const { counts } of [source, copy]) {
      assert(counts.mostBytes <= options.maxBytesInFlight);
      assertEquals(counts.bytes, 0);
    }
  }
});

/** A size that no other test borrows memory of. */
const CHUNK = 2 ** 19;

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";
  test(`a copy of ${kind} file that is given up at any point leaves nothing behind`, async () => {
    using folder = tempFolder();
    const bytes = pattern(8 * CHUNK + 99);
    const path = fileOf(folder.file("a"), bytes);
    const to = folder.file("b");
    const { below, pick } = random(unbuffered ? 23 : 29);
    const options = { chunkSize: CHUNK, maxBytesInFlight: 4 * CHUNK };
    const round = async () => {
      const source = await open(path, { read: true, unbuffered });
      const copy = await open(to, { ...NEW, unbuffered });
      const readable = source.createReadable(options);
      const writable = copy.createWritable(options);
      const abort = new AbortController();
      const { signal } = abort;
      const ways = {
        signal: () => abort.abort("stop"),
        source: () => source.close(),
        copy: () => copy.close(),
      };
      const way = pick(["signal", "source", "copy"] as const);
      const piped = readable.pipeTo(writable, { signal }).catch((e) => e);
      if (pick([true, false])) await pause(below(4));
      else for (let i = below(300); i > 0; i--) await undefined;
      if (!source.closed && !copy.closed) {
        try {
          await ways[way]();
        } catch (error) {
          assert(error instanceof Error && error.name === "FileClosedError");
        }
      }
      await piped;
      await source[Symbol.asyncDispose]();
      await copy[Symbol.asyncDispose]();
      assert(source.closed && copy.closed);
      const { size } = statSync(to);
      assert(size <= bytes.length, `${size} bytes of ${bytes.length}`);
    };
    await assertMemoryGivenBack(
      CHUNK,
      8,
      () => assertNoHandleLeftBy(round, { rounds: 40, most: 10 }),
    );
  });
}

test("a copy through a pipe that is given up leaves nothing behind", async () => {
  const { below, pick } = random(31);
  const bytes = pattern(300_000);
  const round = async () => {
    await using pipe = await overlappedPipe({ size: 4096 });
    const { server, client } = pipe;
    const reader = server.createReadable({ chunkSize: CHUNK }).getReader();
    const abort = new AbortController();
    const { signal } = abort;
    const writing = chunksOf(bytes, () => 1 + below(50_000))
      .pipeTo(client.createWritable({ signal })).catch((e) => e);
    for (let i = below(8); i > 0; i--) await reader.read();
    const waiting = reader.read().catch(() => {});
    await pause(below(3));
    if (pick([true, false])) abort.abort("stop");
    else await reader.cancel();
    if (!signal.aborted) abort.abort("stop");
    await writing;
    await reader.cancel();
    await waiting;
    assert(server.closed && client.closed);
  };
  await assertMemoryGivenBack(
    CHUNK,
    2,
    () => assertNoHandleLeftBy(round, { rounds: 40, most: 10 }),
  );
});

test("a stream that nobody has used keeps nothing open once the file is closed", async () => {
  using folder = tempFolder();
  const path = fileOf(folder.file("a"), pattern(10));
  await assertNoHandleLeftBy(async () => {
    const file = await open(path, { read: true, write: true });
    file.createReadable({ signal: new AbortController().signal });
    file.createWritable();
    await file.close();
  }, { rounds: 40, most: 10 });
});

test("createReadable() and createWritable() refuse names that they do not know", async () => {
  using folder = tempFolder();
  await using file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  assertThrows(
    () => file.createReadable({ at: 4 } as ReadableOptions),
    TypeError,
    '"at" is no option of createReadable(). The options are start, end, chunk',
  );
  assertThrows(
    () => file.createWritable({ start: 4 } as WritableOptions),
    TypeError,
    '"start" is no option of createWritable(). The options are at, chunkSize',
  );
  for (const options of [null, 5]) {
    assertThrows(
      () => file.createReadable(options as unknown as ReadableOptions),
      TypeError,
      "options of createReadable() must be an object that may have start, end",
    );
    assertThrows(
      () => file.createWritable(options as unknown as WritableOptions),
      TypeError,
      "options of createWritable() must be an object that may have at, chunk",
    );
  }
});

test("createReadable() and createWritable() read each option once", async () => {
  using folder = tempFolder();
  await using file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
  });
  const reads: PropertyKey[] = [];
  const counting = new Proxy({ signal: new AbortController().signal }, {
    get(target, name) {
      reads.push(name);
      return Reflect.get(target, name);
    },
  });
  const readable = file.createReadable({ keepOpen: true });
  await readable.cancel();
  await file.createReadable(counting).cancel();
  const twice = reads.filter((name, index) => reads.indexOf(name) !== index);
  assertEquals(twice, []);
  reads.length = 0;
  await using again = await open(folder.file("a"), { write: true });
  await again.createWritable(counting).abort();
  assertEquals(reads.filter((name, i) => reads.indexOf(name) !== i), []);
});
