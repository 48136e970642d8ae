// What nobody should hand in, or do while an operation is under way: refused by a rejection, and nothing stays behind
// that a later operation or close() would wait for, or that would be freed twice.

import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlignedBuffer,
  open,
  type OverlappedFile,
  type TransferOptions,
} from "../../../mod.ts";
import { completionPort } from "../../../src/overlapped/completion_port.ts";
import { runProgram } from "../../support/child.ts";
import { refusedUnlessEnded } from "../../support/refused_unless_ended.ts";
import { kernelFolder, OF_WINDOWS } from "../../support/windows_or_strict.ts";

const SECTOR = 4096;

/** Runs a body on a new file that lets one operation in at a time. */
async function onFile(
  unbuffered: boolean,
  run: (file: OverlappedFile) => Promise<void>,
): Promise<void> {
  using folder = kernelFolder();
  await using file = await open(folder.file("a"), {
    read: true,
    write: true,
    create: true,
    unbuffered,
    maxInFlight: { operations: 1 },
  });
  using memory = new AlignedBuffer(2 * SECTOR);
  await file.write(memory.bytes, { at: 0 });
  await run(file);
  // Nothing is left that would be in the way.
  await Promise.all([
    file.write(memory.bytes, { at: 0 }),
    file.write(new Uint8Array(10), { at: 5 }),
    file.write(memory.bytes, { at: 0 }),
  ]);
  assertEquals(completionPort().pending, 0);
}

type Transfer = (
  buffer: Uint8Array,
  options: TransferOptions,
) => Promise<unknown>;

/** Every method that transfers bytes. */
function transfersOf(file: OverlappedFile): readonly Transfer[] {
  return [
    (buffer, options) => file.read(buffer, options),
    (buffer, options) => file.readExactly(buffer, options),
    (buffer, options) => file.write(buffer, options),
    (buffer, options) => file.writeAll(buffer, options),
    (buffer, options) => file.readScatter([buffer], options),
    (buffer, options) => file.writeGather([buffer], options),
  ];
}

/** Gives the promise: what is thrown before there is one fails the test. */
function started<T>(start: () => Promise<T>): Promise<T> {
  try {
    return start();
  } catch (error) {
    throw new Error("thrown, not rejected", { cause: error });
  }
}

test(
  "a transfer that cannot be prepared leaves nothing that others or close() wait for",
  OF_WINDOWS,
  () => {
    const program = new URL(
      "../../support/programs/no_memory_for_calls.ts",
      import.meta.url,
    );
    const { code, stdout, stderr } = runProgram(program);
    assertEquals(stdout.trim().split(/\r?\n/), [
      "VirtualAlloc failed: @kernel32/io has no memory for its calls",
      "4096",
      "closed",
    ], stderr);
    assertEquals(code, 0);
  },
);

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";

  test(`options of ${kind} file are asked once, and what they throw is a rejection`, async () => {
    await onFile(unbuffered, async (file) => {
      using memory = new AlignedBuffer(SECTOR);
      for (const transfer of transfersOf(file)) {
        const { signal } = new AbortController();
        let asked = "";
        const options = {
          get at() {
            asked += "a";
            return 0;
          },
          get signal() {
            // Whoever asks again gets what is none.
            return (asked += "s").length > 2 ? {} as AbortSignal : signal;
          },
        };
        await transfer(memory.bytes, options);
        assertEquals(asked, "as");
        const failing = {
          get at(): number {
            throw new Error("of the getter");
          },
        };
        await assertRejects(
          () => started(() => transfer(memory.bytes, failing)),
          Error,
          "of the getter",
        );
      }
    });
  });

  test(`what is no signal is refused by ${kind} file, and a signal's own methods do no harm`, async () => {
    await onFile(unbuffered, async (file) => {
      using memory = new AlignedBuffer(SECTOR);
      const none: AbortSignal = Object.create(AbortSignal.prototype);
      const { signal } = new AbortController();
      signal.addEventListener = signal.removeEventListener = () => {
        throw new Error("of the signal");
      };
      for (const transfer of transfersOf(file)) {
        for (const bytes of [memory.bytes, new Uint8Array(SECTOR)]) {
          await assertRejects(
            () => started(() => transfer(bytes, { at: 0, signal: none })),
            TypeError,
          );
          // The second has to wait until the first has left.
          await Promise.all([
            transfer(bytes, { at: 0, signal }),
            transfer(bytes, { at: 0, signal }),
          ]);
        }
      }
    });
  });

  test(`what only looks like bytes is refused by ${kind} file`, async () => {
    await onFile(unbuffered, async (file) => {
      using memory = new AlignedBuffer(SECTOR);
      const views = [
        new Proxy(memory.bytes, {}),
        Object.create(memory.bytes),
        Object.create(Uint8Array.prototype),
      ];
      for (const transfer of transfersOf(file)) {
        for (const view of views) {
          await assertRejects(
            () => started(() => transfer(view, { at: 0 })),
            TypeError,
          );
        }
      }
    });
  });

  test(`${kind} file goes by the memory of a subclass, not by what it says of itself`, async () => {
    class Longer extends Uint8Array {
      override get length(): number {
        return 2 * SECTOR;
      }
    }
    class Whole extends Uint8Array {
      override subarray(): never {
        throw new Error("of the subclass");
      }
    }
    await onFile(unbuffered, async (file) => {
      using memory = new AlignedBuffer(2 * SECTOR);
      const { buffer } = memory.bytes;
      const views: Uint8Array[] = [
        new Longer(buffer, 0, SECTOR),
        new Longer(SECTOR),
        new Longer(10),
      ];
      for (const view of views) {
        const { byteLength } = view;
        memory.bytes.fill(7);
        assertEquals(await file.write(view, { at: 0 }), byteLength);
        assertEquals(await file.writeGather([view], { at: 0 }), byteLength);
        await file.write(new Uint8Array(2 * SECTOR), { at: 0 });
        assertEquals(await file.read(view, { at: 0 }), byteLength);
        assertEquals(await file.readScatter([view], { at: 0 }), byteLength);
        assertEquals(memory.bytes[SECTOR], 7);
      }
      const large = new Whole(2 ** 22 + SECTOR).fill(9);
      await file.writeAll(large, { at: 0 });
      large.fill(0);
      await file.readExactly(large, { at: 0 });
      assert(large.every((byte) => byte === 9));
    });
  });
}

test("memory that an option takes away is refused", async () => {
  await onFile(false, async (file) => {
    for (const transfer of transfersOf(file)) {
      const bytes = new Uint8Array(10);
      const options = {
        get at() {
          structuredClone(0, { transfer: [bytes.buffer] });
          return 0;
        },
      };
      const refused = () => started(() => transfer(bytes, options));
      await assertRejects(refused, TypeError, "detached");
    }
  });
});

test("a list is looked at once, and may be anything that is a list", async () => {
  class Parted extends Array<Uint8Array> {
    static override get [Symbol.species](): ArrayConstructor {
      throw new Error("of the list");
    }
  }
  await onFile(true, async (file) => {
    using memory = new AlignedBuffer(2 * SECTOR);
    const parts = [
      memory.bytes.subarray(0, SECTOR),
      memory.bytes.subarray(SECTOR),
    ] as const;
    for (const list of [Parted.from(parts), new Proxy([...parts], {})]) {
      const gather = started(() => file.writeGather(list, { at: 0 }));
      assertEquals(await gather, 2 * SECTOR);
    }
    const changing = [...parts];
    let asked = 0;
    Object.defineProperty(changing, 1, {
      get: () => asked++ === 0 ? parts[1] : undefined,
    });
    const gather = started(() => file.writeGather(changing, { at: 0 }));
    assertEquals(await gather, 2 * SECTOR);
  });
});

test("pages that are freed while they wait are refused, and not freed twice", async () => {
  await onFile(true, async (file) => {
    for (const method of ["writeGather", "readScatter"] as const) {
      const buffers = [1, 2, 3].map(() => new AlignedBuffer(SECTOR));
      const pages = buffers.map(({ bytes }) => bytes);
      // Parts of sectors are written alone: the pages wait for that.
      const first = file.write(new Uint8Array(10), { at: 5 });
      const second = assertRejects(
        () => file[method](pages, { at: 0 }),
        TypeError,
        "each of buffers is a view of a detached ArrayBuffer",
      );
      buffers[1]!.free();
      await Promise.all([first, second]);
      for (const buffer of buffers) buffer.free();
    }
  });
});

test("readScatter() does not tell of bytes in pages that were freed meanwhile", async () => {
  await onFile(true, async (file) => {
    const buffers = [1, 2].map(() => new AlignedBuffer(SECTOR));
    const pages = buffers.map(({ bytes }) => bytes);
    const read = file.readScatter(pages, { at: 0 });
    buffers[1]!.free();
    await refusedUnlessEnded(read, 2 * SECTOR);
    buffers[0]!.free();
  });
});
