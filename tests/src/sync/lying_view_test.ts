// portable

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { AlignedBuffer, openSync, type SyncFile } from "../../../mod.ts";
import { fileOf, kernelFolder } from "../../support/windows_or_strict.ts";

const LENGTH = 16;
const CLAIMED = 4096;
const FILE = new Uint8Array(2 * CLAIMED).fill(0x41);

/** Views of the first bytes of a larger memory that claim to be longer. */
function lyingViews(memory: ArrayBuffer): Uint8Array[] {
  const claim = { value: CLAIMED };
  class Larger extends Uint8Array {
    override get byteLength(): number {
      return CLAIMED;
    }
    override get length(): number {
      return CLAIMED;
    }
    override subarray(): Uint8Array<ArrayBuffer> {
      return new Uint8Array(this.buffer as ArrayBuffer);
    }
  }
  const own = new Uint8Array(memory, 0, LENGTH);
  return [
    Object.defineProperties(own, {
      byteLength: claim,
      length: claim,
      constructor: { value: Uint8Array },
    }),
    new Larger(memory, 0, LENGTH),
  ];
}

/** Runs a body for each such view of new memory, on a file of 8192 bytes. */
function onFiles(
  unbuffered: boolean,
  memory: () => ArrayBuffer,
  run: (file: SyncFile, view: Uint8Array, memory: Uint8Array) => void,
): void {
  using folder = kernelFolder();
  for (const i of [0, 1]) {
    const path = folder.file(`${i}`);
    fileOf(path, FILE);
    using file = openSync(path, { read: true, write: true, unbuffered });
    const buffer = memory();
    run(file, lyingViews(buffer)[i]!, new Uint8Array(buffer));
  }
}

const aligned: AlignedBuffer[] = [];
const MEMORIES = [
  () => new ArrayBuffer(2 * CLAIMED),
  () => {
    aligned.push(new AlignedBuffer(2 * CLAIMED));
    return aligned.at(-1)!.bytes.buffer;
  },
];

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";

  test(`read() of ${kind} file writes no memory beyond a view that claims to be longer`, () => {
    for (const memory of MEMORIES) {
      onFiles(unbuffered, memory, (file, view, all) => {
        const touched = () => all.lastIndexOf(0x41) + 1;
        assertEquals([file.read(view, { at: 0 }), touched()], [LENGTH, LENGTH]);
        assertEquals([file.read(view), touched()], [LENGTH, LENGTH]);
        file.readExactly(view);
        assertEquals([file.seek(0, "current"), touched()], [32, LENGTH]);
        assertEquals(file.readScatter([view, view], { at: 0 }), 32);
        assertEquals(touched(), LENGTH);
      });
    }
  });

  test(`write() of ${kind} file takes no memory beyond a view that claims to be longer`, () => {
    for (const memory of MEMORIES) {
      onFiles(unbuffered, memory, (file, view, all) => {
        all.fill(0x42);
        assertEquals(file.write(view, { at: 0 }), LENGTH);
        assertEquals(file.write(view), LENGTH);
        file.writeAll(view);
        assertEquals(file.writeGather([view, view], { at: 0 }), 32);
        const written = new Uint8Array(2 * CLAIMED);
        file.readExactly(written, { at: 0 });
        assertEquals(written.lastIndexOf(0x42) + 1, 32);
        assertEquals(file.size(), FILE.length);
      });
    }
  });
}
