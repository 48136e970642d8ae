import { OF_WINDOWS } from "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import {
  clearPooledMemory,
  MAX_COPIED,
  type PooledBuffer,
  pooledMemory,
  rentBuffer,
} from "../../../src/memory/pooled_memory.ts";
import { isStillThere, mark } from "../../support/memory.ts";

/** Rents and releases many buffers, so that the pool is as full as it gets. */
function fillPool(): void {
  const buffers = Array.from({ length: 40 }, () => rentBuffer(MAX_COPIED));
  for (const buffer of buffers) buffer.release();
}

test("pooledMemory() is 0 before the first buffer is rented", () => {
  assertEquals(pooledMemory(), 0);
  clearPooledMemory();
  assertEquals(pooledMemory(), 0);
});

test("rentBuffer() gives page-aligned memory that no other buffer has", () => {
  const lengths = [1, 4096, 4097, 100_000, 0];
  const buffers = lengths.map((length) => rentBuffer(length));
  buffers.forEach(({ address, bytes }, i) => {
    assert(bytes.length >= lengths[i]!, `${bytes.length} for ${lengths[i]}`);
    assertEquals(address % 4096n, 0n);
  });
  assertEquals(new Set(buffers.map(({ address }) => address)).size, 5);
  buffers.forEach(({ bytes }, i) => bytes.fill(i + 1));
  buffers.forEach(({ bytes }, i) =>
    assert(bytes.every((byte) => byte === i + 1))
  );
  for (const buffer of buffers) buffer.release();
});

test("rentBuffer() reuses a released buffer, and never one that is in use", () => {
  const first = rentBuffer(5000);
  const other = rentBuffer(5000);
  assert(other.address !== first.address);
  first.release();
  const second = rentBuffer(6000);
  assertEquals(second.address, first.address);
  for (const buffer of [second, other]) buffer.release();
});

test("release() frees at once what is larger than any copy", OF_WINDOWS, () => {
  const large = rentBuffer(MAX_COPIED + 1);
  const { address } = large;
  const before = pooledMemory();
  mark(large.bytes);
  assertEquals(isStillThere(address), true);
  large.release();
  assertEquals(isStillThere(address), false);
  assertEquals(pooledMemory(), before);
});

test("release() frees what the pool has no room for", () => {
  fillPool();
  assertEquals(pooledMemory() <= 2 ** 24, true, `${pooledMemory()}`);
  assertEquals(pooledMemory() > 2 ** 23, true, `${pooledMemory()}`);
});

/** Rents buffers of a length as long as the pool has one. */
function rentAll(length: number): PooledBuffer[] {
  const buffers: PooledBuffer[] = [];
  while (pooledMemory() >= length) {
    const before = pooledMemory();
    const buffer = rentBuffer(length);
    if (pooledMemory() === before) {
      buffer.release();
      break;
    }
    buffers.push(buffer);
  }
  return buffers;
}

const byAddress = (a: PooledBuffer, b: PooledBuffer) =>
  a.address < b.address ? -1 : 1;

test("rentBuffer() joins released buffers to longer ones", () => {
  const halves = rentAll(MAX_COPIED / 2);
  const whole = pooledMemory() + halves.length * MAX_COPIED / 2;
  assertEquals(pooledMemory(), 0);
  for (const buffer of halves) buffer.release();
  const buffers = rentAll(MAX_COPIED);
  assertEquals(buffers.length, whole / MAX_COPIED);
  buffers.sort(byAddress).forEach(({ address, bytes }, i) => {
    assertEquals(bytes.length, MAX_COPIED);
    assertEquals(address, buffers[0]!.address + BigInt(i * MAX_COPIED));
  });
  for (const buffer of buffers) buffer.release();
});

test("rentBuffer() joins the last unused buffers of the pool", () => {
  const pages = rentAll(4096).sort(byAddress);
  const perBuffer = MAX_COPIED / 4096;
  for (const page of pages.slice(0, perBuffer)) page.release();
  const joined = rentBuffer(MAX_COPIED);
  assertEquals(joined.address, pages[0]!.address);
  assertEquals(pooledMemory(), 0);
  joined.release();
  for (const page of pages.slice(perBuffer, 2 * perBuffer)) page.release();
  const half = rentBuffer(MAX_COPIED / 2);
  const quarter = rentBuffer(MAX_COPIED / 4);
  assertEquals(
    pooledMemory(),
    2 * MAX_COPIED - MAX_COPIED / 2 - MAX_COPIED / 4,
  );
  for (const buffer of [half, quarter, ...pages.slice(2 * perBuffer)]) {
    buffer.release();
  }
});

test("rentBuffer() joins no halves of different buffers, and loses none", () => {
  const pages = rentAll(4096).sort(byAddress);
  const released = [pages[1]!, pages[2]!, pages[5]!, pages[11]!];
  for (const page of released) page.release();
  const longer = rentBuffer(8192);
  assertEquals(pooledMemory(), 4 * 4096);
  assert(pages.every(({ address }) => address !== longer.address));
  longer.release();
  const again = rentAll(4096);
  assertEquals(
    again.sort(byAddress).map(({ address }) => address),
    released.map(({ address }) => address),
  );
  const rented = pages.filter((page) => !released.includes(page));
  for (const page of [...again, ...rented]) page.release();
});

test("rentBuffer() gives memory of its own to what the pool has no room for", () => {
  const all = rentAll(MAX_COPIED);
  const lengths = [0, 1, 4096, 5000, MAX_COPIED - 1];
  const small = lengths.map((length) => rentBuffer(length));
  assertEquals(pooledMemory(), 0);
  assertEquals(
    small.map(({ bytes }) => bytes.length),
    [4096, 4096, 4096, 8192, MAX_COPIED],
  );
  for (const buffer of [...all, ...small]) buffer.release();
  const large = rentBuffer(MAX_COPIED + 1);
  assertEquals(large.bytes.length, MAX_COPIED + 1);
  large.release();
});

test("pooledMemory() counts what is rented down and what is released up", () => {
  fillPool();
  const full = pooledMemory();
  const buffers: PooledBuffer[] = [];
  for (let i = 1; i <= 8; i++) {
    buffers.push(rentBuffer(MAX_COPIED));
    assertEquals(pooledMemory(), full - i * MAX_COPIED);
  }
  // Otherwise the pool would refuse everything after so many buffers.
  for (const buffer of buffers) buffer.release();
  assertEquals(pooledMemory(), full);
  for (let round = 0; round < 100; round++) rentBuffer(MAX_COPIED).release();
  assertEquals(pooledMemory(), full);
});

test("clearPooledMemory() overwrites what is released, and nothing that is rented", () => {
  const lengths = [4096, 100_000, MAX_COPIED];
  const [released, rented] = [1, 2].map((mark) =>
    lengths.map((length) => {
      const buffer = rentBuffer(length);
      buffer.bytes.fill(mark);
      return buffer;
    })
  );
  for (const buffer of released!) buffer.release();
  clearPooledMemory();
  for (const { bytes } of released!) {
    assert(bytes.every((byte) => byte === 0));
  }
  for (const { bytes } of rented!) assert(bytes.every((byte) => byte === 2));
  for (const buffer of rented!) buffer.release();
});
