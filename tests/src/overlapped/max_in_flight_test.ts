import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AlignedBuffer,
  open,
  type OpenOptions,
  openSync,
  type OverlappedOptions,
} from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { overlappedPipe } from "../../support/overlapped_pipes.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

const SECTOR = 4096;

test("transfers hold to maxInFlight, of native memory and of copies", async () => {
  using folder = kernelFolder();
  await using file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
    maxInFlight: { operations: 2 },
  });
  using memory = new AlignedBuffer(10 * SECTOR);
  for (const bytes of [memory.bytes, new Uint8Array(10 * SECTOR)]) {
    const writes = Array.from(
      { length: 10 },
      (_, i) =>
        file.write(bytes.subarray(i * SECTOR, (i + 1) * SECTOR), {
          at: i * SECTOR,
        }),
    );
    assert(completionPort().pending <= 2);
    assertEquals(await Promise.all(writes), Array(10).fill(SECTOR));
  }
  assertEquals(file.size(), 10 * SECTOR);
});

test("an operation waits for room, and is aborted while it waits", async () => {
  await using pipe = await overlappedPipe({ limit: { operations: 1 } });
  const { server, client } = pipe;
  const first = server.read(new Uint8Array(4));
  const controller = new AbortController();
  const { signal } = controller;
  const second = server.read(new Uint8Array(4), { signal });
  const third = server.read(new Uint8Array(4));
  const fourth = assertRejects(
    () =>
      server.read(new Uint8Array(4), { signal: AbortSignal.abort("before") }),
  );
  // The first is under way: nothing has come.
  await fourth;
  controller.abort("waiting");
  assertEquals(await second.catch((reason) => reason), "waiting");
  await client.write(new Uint8Array(8));
  assertEquals(await Promise.all([first, third]), [4, 4]);
});

test(
  "reads of a pipe keep their order when they wait for room",
  OF_WINDOWS,
  async () => {
    await using pipe = await overlappedPipe({ limit: { operations: 3 } });
    const { server, client } = pipe;
    const buffers = Array.from({ length: 300 }, () => new Uint8Array(1));
    const rounds: Promise<unknown>[] = [];
    // Some are started at once, others by those that end.
    let next = 0;
    const read = async (): Promise<void> => {
      if (next === buffers.length) return;
      await server.read(buffers[next++]!);
      await Promise.resolve();
      await Promise.all([read(), read()]);
    };
    for (let i = 0; i < 10; i++) rounds.push(read());
    for (let i = 0; i < 300; i += 20) {
      await client.write(Uint8Array.from({ length: 20 }, (_, j) => i + j));
    }
    await Promise.all(rounds);
    assertEquals(buffers.map(([byte]) => byte), buffers.map((_, i) => i & 255));
  },
);

test("open() refuses limits and options that are none", async () => {
  const tries: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [null, TypeError, "options of open() must be an object"],
    [5, TypeError, "options of open() must be an object"],
    [{ read: true, maxInFlight: 5 }, TypeError, "maxInFlight must be"],
    [{ read: true, maxInFlight: null }, TypeError, "maxInFlight must be"],
    [
      { read: true, maxInFlight: { bytes: 0 } },
      RangeError,
      "maxInFlight.bytes",
    ],
  ];
  for (const [options, error, sentence] of tries) {
    await assertRejects(
      () => open("README.md", options as OverlappedOptions),
      error,
      sentence,
    );
  }
  assertThrows(
    () => openSync("README.md", { read: true, maxInFlight: {} } as OpenOptions),
    TypeError,
    '"maxInFlight" is no option of openSync()',
  );
});
