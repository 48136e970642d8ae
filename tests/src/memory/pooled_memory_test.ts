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
