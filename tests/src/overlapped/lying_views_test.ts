// portable
//
// Views that say something else of themselves than what they are: only their memory counts.

import "../../support/old_node.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { AlignedBuffer, type OverlappedFile } from "../../../mod.ts";
import { diskFile, newFile } from "../../support/overlapped_strict.ts";
import { strictTest } from "../../support/strict_kernel/mod.ts";

const PAGE = 4096;
const FOREIGN = 0x41;
const OWN = 0x42;

/** What a view may lie with. */
const LIES: Readonly<
  Record<string, (view: Uint8Array, other: ArrayBuffer) => void>
> = {
  byteLength: (view) =>
    Object.defineProperty(view, "byteLength", { value: 2 * PAGE }),
  length: (view) => Object.defineProperty(view, "length", { value: 2 * PAGE }),
  byteOffset: (view) =>
    Object.defineProperty(view, "byteOffset", { value: PAGE }),
  buffer: (view, other) =>
    Object.defineProperty(view, "buffer", { value: other }),
  subarray: (view, other) =>
    Object.defineProperty(view, "subarray", {
      value: () => new Uint8Array(other),
    }),
  constructor: (view: Uint8Array, other: ArrayBuffer) =>
    Object.defineProperty(view, "constructor", {
      value: {
        [Symbol.species]: function () {
          return new Uint8Array(other);
        },
      },
    }),
  tag: (view) =>
    Object.defineProperty(view, Symbol.toStringTag, { value: "DataView" }),
  prototype: (view) => Object.setPrototypeOf(view, DataView.prototype),
};

type Way = (
  file: OverlappedFile,
  view: Uint8Array<ArrayBuffer>,
) => Promise<unknown>;

const READS: Readonly<Record<string, Way>> = {
  read: (file, view) => file.read(view, { at: 0 }),
  readExactly: (file, view) => file.readExactly(view, { at: 0 }),
  readScatter: (file, view) => file.readScatter([view], { at: 0 }),
};

const WRITES: Readonly<Record<string, Way>> = {
  write: (file, view) => file.write(view, { at: 0 }),
  writeAll: (file, view) => file.writeAll(view, { at: 0 }),
  writeGather: (file, view) => file.writeGather([view], { at: 0 }),
  createWritable: async (file, view) => {
    const writer = file.createWritable({ at: 0, keepOpen: true }).getWriter();
    await writer.write(view);
    await writer.close();
  },
};

/** Runs a body for each lie, on JS memory and native memory, with views of a part in the middle. */
async function forEachLie(
  run: (
    name: string,
    view: Uint8Array<ArrayBuffer>,
    all: Uint8Array,
  ) => Promise<void>,
): Promise<void> {
  for (const [name, lie] of Object.entries(LIES)) {
    for (const isNative of [false, true]) {
      for (const length of [16, PAGE]) {
        using native = new AlignedBuffer(8 * PAGE);
        const other = new AlignedBuffer(8 * PAGE);
        other.bytes.fill(OWN);
        const all = isNative ? native.bytes : new Uint8Array(8 * PAGE);
        const view = new Uint8Array(all.buffer, 2 * PAGE, length);
        lie(view, other.bytes.buffer);
        await run(
          `${name}, ${isNative ? "native" : "JS"} memory, ${length}`,
          view,
          all,
        );
        assertEquals(
          other.bytes.every((byte) => byte === OWN),
          true,
          `${name}: another buffer was touched`,
        );
        other.free();
      }
    }
  }
}

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";

  for (const [method, read] of Object.entries(READS)) {
    strictTest(
      `${method}() of ${kind} file touches no byte beyond a view, whatever the view says`,
      async () => {
        await using file = await newFile(undefined, { unbuffered });
        await file.write(new Uint8Array(8 * PAGE).fill(FOREIGN), { at: 0 });
        await forEachLie(async (name, view, all) => {
          const { length } = new Uint8Array(
            all.buffer,
            0,
            name.endsWith(" 16") ? 16 : PAGE,
          );
          await read(file, view);
          const touched = all.reduce(
            (sum, byte) => sum + (byte === FOREIGN ? 1 : 0),
            0,
          );
          assertEquals(touched, length, name);
          assertEquals(
            all.slice(2 * PAGE, 2 * PAGE + length).every((byte) =>
              byte === FOREIGN
            ),
            true,
            name,
          );
        });
      },
    );
  }

  for (const [method, write] of Object.entries(WRITES)) {
    strictTest(
      `${method}() of ${kind} file writes the bytes of a view alone, whatever the view says`,
      async (kernel) => {
        await using file = await newFile(undefined, { unbuffered });
        await forEachLie(async (name, view, all) => {
          const length = name.endsWith(" 16") ? 16 : PAGE;
          await file.truncate(0);
          all.fill(FOREIGN);
          all.fill(OWN, 2 * PAGE, 2 * PAGE + length);
          await write(file, view);
          const { content } = diskFile(kernel);
          assertEquals(content.length, length, name);
          assertEquals(content.every((byte) => byte === OWN), true, name);
        });
      },
    );
  }

  strictTest(
    `what is no view of bytes is refused by ${kind} file`,
    async () => {
      await using file = await newFile(undefined, { unbuffered });
      const view = new Uint8Array(PAGE);
      const fakes = [
        new Proxy(view, {}),
        Object.create(view),
        Object.create(Uint8Array.prototype),
        { buffer: view.buffer, byteOffset: 0, byteLength: PAGE, length: PAGE },
      ];
      for (
        const [name, transfer] of [
          ...Object.entries(READS),
          ...Object.entries(WRITES),
        ]
      ) {
        for (const fake of fakes) {
          await assertRejects(
            () => transfer(file, fake as Uint8Array<ArrayBuffer>),
            TypeError,
            undefined,
            name,
          );
        }
      }
      assertEquals(file.size(), 0);
    },
  );
}
