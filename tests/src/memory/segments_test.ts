import { OF_WINDOWS } from "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { AlignedBuffer } from "../../../mod.ts";
import { areSegments, SegmentArray } from "../../../src/memory/segments.ts";
import { totalLength } from "../../../ffi/views.ts";
import { isStillThere, mark } from "../../support/memory.ts";
import { FILE_SEGMENT_ELEMENT } from "../../../src/structs.ts";

const PAGE = 4096;
const SECTOR = 512;

test("areSegments() takes whole pages of native memory, the last one in sectors", () => {
  using a = new AlignedBuffer(8 * PAGE);
  const { bytes } = a;
  const part = (from: number, length: number) =>
    bytes.subarray(from, from + length);
  const rules: [Uint8Array[], boolean][] = [
    [[part(0, PAGE)], true],
    [[part(PAGE, 3 * PAGE), part(0, PAGE)], true],
    [[part(0, PAGE), part(PAGE, SECTOR)], true],
    [[part(0, SECTOR)], true],
    [[part(0, PAGE + SECTOR)], true],
    [[part(0, SECTOR), part(PAGE, PAGE)], false], // A part in the middle.
    [[part(0, 100)], false], // No whole number of sectors.
    [[part(SECTOR, PAGE)], false], // Not at the beginning of a page.
    [[part(0, 0)], false],
    [[part(0, PAGE), part(0, 0)], false],
    [[part(0, PAGE), new Uint8Array(PAGE)], false], // JS memory may move.
    [[], false],
  ];
  for (const [buffers, expected] of rules) {
    const lengths = buffers.map(({ length }) => length);
    assertEquals(areSegments(buffers, SECTOR), expected, `${lengths}`);
  }
});

test("areSegments() takes what one call can transfer and no more", () => {
  const unit = 2 ** 24;
  using a = new AlignedBuffer(unit);
  const most = Array.from({ length: 2 ** 32 / unit }, () => a.bytes);
  assertEquals(areSegments(most, SECTOR), false);
  most[0] = a.bytes.subarray(PAGE);
  assertEquals(totalLength(most), 2 ** 32 - PAGE);
  assertEquals(areSegments(most, SECTOR), true);
});

test("SegmentArray has an element a page in the order of the buffers, and a zero element", () => {
  using a = new AlignedBuffer(4 * PAGE);
  using b = new AlignedBuffer(2 * PAGE);
  const buffers = [
    b.bytes.subarray(PAGE),
    a.bytes.subarray(PAGE, 3 * PAGE),
    a.bytes.subarray(0, SECTOR),
  ];
  const array = new SegmentArray(buffers);
  const { bytes } = array;
  const { size } = FILE_SEGMENT_ELEMENT;
  assertEquals(size, 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const elements = Array.from(
    { length: 5 },
    (_, i) => view.getBigUint64(i * size, true),
  );
  assertEquals(elements, [
    b.address + 4096n,
    a.address + 4096n,
    a.address + 8192n,
    a.address,
    0n,
  ]);
  assertEquals(totalLength(buffers), 3 * PAGE + SECTOR);
  array.release();
});

test(
  "SegmentArray retains the memory of each of its buffers until it is released",
  OF_WINDOWS,
  () => {
    const buffers = [1, 2, 3].map(() => new AlignedBuffer(2 * PAGE));
    for (const { bytes } of buffers) {
      mark(bytes);
      mark(bytes.subarray(PAGE));
    }
    const page = (i: number, at = 0) =>
      buffers[i]!.bytes.subarray(at, at + PAGE);
    // One of them twice in a row, and one twice with another in between.
    const array = new SegmentArray([
      page(0),
      page(1),
      page(1, PAGE),
      page(0, PAGE),
      page(2),
    ]);
    for (const buffer of buffers) buffer.free();
    const areThere = () => buffers.map(({ address }) => isStillThere(address));
    assertEquals(areThere(), [true, true, true]);
    array.release();
    assertEquals(areThere(), [false, false, false]);
  },
);

test("SegmentArray has room for any number of pages", () => {
  for (const pages of [511, 512, 1030]) {
    using a = new AlignedBuffer(pages * PAGE);
    const array = new SegmentArray([
      a.bytes.subarray(0, 300 * PAGE),
      a.bytes.subarray(300 * PAGE),
    ]);
    const { buffer, byteOffset } = array.bytes;
    const elements = new BigUint64Array(buffer, byteOffset, pages + 1);
    elements.forEach((element, i) => {
      const page = a.address + BigInt(i * PAGE);
      assertEquals(element, i < pages ? page : 0n);
    });
    array.release();
  }
});

test("SegmentArray is in pooled memory, with the elements of its own list alone", () => {
  using a = new AlignedBuffer(4 * PAGE);
  const first = new SegmentArray([a.bytes]);
  const { address } = first;
  assertEquals(address % BigInt(PAGE), 0n);
  first.release();
  const second = new SegmentArray([a.bytes.subarray(0, PAGE)]);
  assertEquals(second.address, address);
  const { buffer, byteOffset } = second.bytes;
  const words = new BigUint64Array(buffer, byteOffset, 2);
  assertEquals([...words], [a.address, 0n]);
  second.release();
});
