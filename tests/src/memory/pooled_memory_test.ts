import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { AlignedBuffer } from "../../../mod.ts";
import {
  keptMemory,
  lend,
  lendOwn,
} from "../../../src/memory/pooled_memory.ts";
import { isStillThere, mark } from "../../support/memory.ts";

test("lend() gives memory of a page or more, each its own", () => {
  const leases = [1, 4096, 4097, 100_000, 0].map((length) => lend(length));
  assertEquals(leases.map(({ bytes }) => bytes.length), [
    1,
    4096,
    4097,
    100_000,
    0,
  ]);
  assert(leases.every(({ address }) => address % 4096n === 0n));
  assertEquals(new Set(leases.map(({ address }) => address)).size, 5);
  leases.forEach(({ bytes }, i) => bytes.fill(i + 1));
  leases.forEach(({ bytes }, i) =>
    assert(bytes.every((byte) => byte === i + 1))
  );
  for (const lease of leases) lease.end();
});

test("lend() gives the same memory again", () => {
  const first = lend(5000);
  first.end();
  const second = lend(6000);
  assertEquals(second.address, first.address);
  second.end();
});

test("lend() keeps no more than 16 MiB, and nothing larger than 1 MiB", () => {
  const large = lend(2 ** 20 + 1);
  const { address } = large;
  mark(large.bytes);
  assertEquals(isStillThere(address), true);
  large.end();
  assertEquals(isStillThere(address), false);
  const leases = Array.from({ length: 40 }, () => lend(2 ** 20));
  for (const lease of leases) lease.end();
  assert(keptMemory() <= 2 ** 24, `${keptMemory()}`);
  assert(keptMemory() > 2 ** 23, `${keptMemory()}`);
});

test("lendOwn() lends what is native, as long as somebody has it", () => {
  assertEquals(lendOwn(new Uint8Array(10)), undefined);
  const buffer = new AlignedBuffer(65_536);
  const view = buffer.bytes.subarray(100, 200);
  const [first, second] = [lendOwn(view)!, lendOwn(view)!];
  assertEquals(first.address, buffer.address + 100n);
  assertEquals(first.bytes, view);
  mark(buffer.bytes);
  buffer.free();
  first.end();
  assertEquals(isStillThere(buffer.address), true);
  second.end();
  assertEquals(isStillThere(buffer.address), false);
});
