import { test } from "node:test";
import { assertEquals } from "@std/assert";
import {
  AlignedBuffer,
  kernel32,
  open,
  type OpenOptions,
  type OverlappedFile,
} from "../../../mod.ts";
import { random } from "../../support/random.ts";
import { kernelFolder } from "../../support/windows_or_strict.ts";

const PAGE = 4096;

/** Runs a test's body on a new unbuffered file. */
async function onFile(
  run: (file: OverlappedFile) => Promise<void>,
  options: OpenOptions = {},
): Promise<void> {
  using folder = kernelFolder();
  await using file = await open(folder.file("a.bin"), {
    read: true,
    write: true,
    create: true,
    unbuffered: true,
    ...options,
  });
  await run(file);
}

/** Pages of native memory, filled with pseudo-random bytes. */
function pages(count: number, seed: number): AlignedBuffer {
  const buffer = new AlignedBuffer(count * PAGE);
  buffer.bytes.set(random(seed).bytes(buffer.byteLength));
  return buffer;
}

/** Everything that a file has. */
async function contents(file: OverlappedFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size());
  await file.readExactly(bytes, { at: 0 });
  return bytes;
}

const joined = (list: readonly Uint8Array[]) =>
  Uint8Array.from(list.flatMap((bytes) => [...bytes]));

test("writeGather() and readScatter() transfer pages in the order of the list", async () => {
  await onFile(async (file) => {
    const [a, b, c] = [pages(3, 1), pages(1, 2), pages(2, 3)];
    // Neither the order of addresses, nor each page once.
    const list = [c!.bytes, a!.bytes.subarray(PAGE), b!.bytes, b!.bytes];
    const length = 6 * PAGE;
    assertEquals(await file.writeGather(list, { at: PAGE }), length);
    assertEquals(file.size(), PAGE + length);
    const expected = joined([new Uint8Array(PAGE), ...list]);
    assertEquals(await contents(file), expected);

    const [d, e] = [pages(4, 4), pages(3, 5)];
    const into = [e!.bytes.subarray(PAGE), d!.bytes];
    assertEquals(await file.readScatter(into, { at: PAGE }), length);
    assertEquals(joined(into), expected.subarray(PAGE));
    for (const buffer of [a, b, c, d, e]) buffer!.free();
  });
});

test("readScatter() and writeGather() without an offset go on at the position", async () => {
  await onFile(async (file) => {
    using a = pages(4, 6);
    const [first, second] = [a.bytes.subarray(0, PAGE), a.bytes.subarray(PAGE)];
    const writes = [file.writeGather([first]), file.writeGather([second])];
    assertEquals(await Promise.all(writes), [PAGE, 3 * PAGE]);
    assertEquals(await contents(file), a.bytes);
    await file.seek(PAGE);
    using b = pages(4, 7);
    const into = [b.bytes.subarray(0, PAGE), b.bytes.subarray(PAGE)];
    assertEquals(await file.readScatter(into), 3 * PAGE);
    assertEquals(b.bytes.slice(0, 3 * PAGE), a.bytes.slice(PAGE));
    assertEquals(await file.readScatter(into), null);
    assertEquals(await file.readScatter(into, { at: 64 * PAGE }), null);
  });
});

test("the last page of writeGather() and readScatter() may be a part", async () => {
  await onFile(async (file) => {
    const { logical } = file.sectorSize();
    using a = pages(3, 8);
    for (const length of [2 * PAGE + logical, logical, 3 * PAGE - logical]) {
      await file.truncate(0);
      const data = a.bytes.subarray(0, length);
      assertEquals(await file.writeGather([data], { at: 0 }), length);
      assertEquals(await contents(file), data.slice());
      using b = pages(3, 9);
      const into = [b.bytes.subarray(0, length)];
      assertEquals(await file.readScatter(into, { at: 0 }), length);
      assertEquals(b.bytes.slice(0, length), data.slice());
      assertEquals(
        b.bytes.slice(length),
        random(9).bytes(3 * PAGE).slice(length),
      );
    }
  });
});

test("lists of mixed memory, lengths and offsets give the same result", async () => {
  const { below, pick, bytes } = random(11);
  using own = pages(16, 12);
  const anyBuffer = () => {
    const length = pick([PAGE, 2 * PAGE, 512, 100, 1, 0]);
    const at = pick([0, PAGE, 5 * PAGE, 512, 3]);
    return pick([true, false])
      ? own.bytes.subarray(at, at + length)
      : bytes(length);
  };
  for (const unbuffered of [true, false]) {
    await onFile(async (file) => {
      let expected = new Uint8Array(0);
      for (let i = 0; i < 60; i++) {
        const list = Array.from({ length: 1 + below(5) }, anyBuffer);
        const at = pick([0, PAGE, 512, 10 * PAGE, 77]);
        const data = joined(list);
        assertEquals(await file.writeGather(list, { at }), data.length);
        if (data.length > 0) {
          const size = Math.max(expected.length, at + data.length);
          const next = new Uint8Array(size);
          next.set(expected);
          next.set(data, at);
          expected = next;
        }
        assertEquals(await contents(file), expected);

        using memory = new AlignedBuffer(3 * PAGE);
        const into = [
          memory.bytes.subarray(0, PAGE),
          pick([memory.bytes.subarray(PAGE), new Uint8Array(2 * PAGE)]),
        ];
        const count = await file.readScatter(into, { at });
        const wanted = expected.slice(at, at + 3 * PAGE);
        assertEquals(count ?? 0, wanted.length);
        assertEquals(joined(into).slice(0, count ?? 0), wanted);
      }
    }, { unbuffered });
  }
});

test("ERROR_IO_PENDING is no failure and ERROR_HANDLE_EOF the end, whatever the last error was", async () => {
  for (const unbuffered of [false, true]) {
    await onFile(async (file) => {
      using own = pages(1, 14);
      const { bytes } = own;
      const operations: (() => Promise<number | null>)[] = [
        () => file.write(bytes, { at: 0 }),
        () => file.read(bytes, { at: 0 }),
        () => file.writeGather([bytes], { at: 0 }),
        () => file.readScatter([bytes], { at: 0 }),
      ];
      for (const operation of operations) {
        // Whatever the thread's last error was.
        for (const lastError of [0, 38, 995, 997]) {
          kernel32.SetLastError(lastError);
          assertEquals(await operation(), PAGE);
        }
      }
      const ends: (() => Promise<number | null>)[] = [
        () => file.read(bytes, { at: PAGE }),
        () => file.readScatter([bytes], { at: PAGE }),
        () => file.read(new Uint8Array(1), { at: 2 ** 40 }),
      ];
      for (const end of ends) {
        for (const lastError of [0, 5, 997]) {
          kernel32.SetLastError(lastError);
          assertEquals(await end(), null);
        }
      }
    }, { unbuffered });
  }
});
