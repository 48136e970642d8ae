import "../../support/windows_or_strict.ts";
import { test } from "node:test";
import { assertEquals, assertNotEquals } from "@std/assert";
import { STATUS_PENDING } from "../../../src/errors/ntstatus.ts";
import { OverlappedSlots } from "../../../src/overlapped/overlapped_slots.ts";
import { bytesAt } from "../../support/memory.ts";

/** More than one slab has. */
const MANY = 2100;

/** The four words of an OVERLAPPED, as the system sees them. */
function wordsAt(address: bigint): bigint[] {
  return [...new BigUint64Array(bytesAt(address, 32).buffer)];
}

const low = (address: bigint) => Number(address & 0xFFFF_FFFFn);
const high = (address: bigint) => Number(address >> 32n);

test("acquire() gives each operation a slot of its own, pending and zeroed but for the offset", () => {
  const slots = new OverlappedSlots();
  for (let round = 0; round < 2; round++) {
    const acquired = Array.from(
      { length: MANY },
      (_, i) => slots.acquire(1, 7 * 2 ** 32 + i),
    );
    const addresses = new Set(acquired.map(({ address }) => address));
    assertEquals(addresses.size, MANY);
    for (const i of [0, 1, 2047, 2048, MANY - 1]) {
      const slot = acquired[i]!;
      assertEquals(wordsAt(slot.address), [
        BigInt(STATUS_PENDING),
        0n,
        7n << 32n | BigInt(i),
        0n,
      ]);
      assertEquals([slot.status, slot.count], [STATUS_PENDING, 0]);
    }
    for (const slot of acquired) slots.release(slot);
  }
});

test("acquire() writes all 64 bits of an offset, be it a number or a bigint", () => {
  const slots = new OverlappedSlots();
  const offsets: [number | bigint, bigint][] = [
    [0, 0n],
    [2 ** 31, 2n ** 31n],
    [2 ** 32 - 1, 2n ** 32n - 1n],
    [2 ** 32 + 5, 2n ** 32n + 5n],
    [Number.MAX_SAFE_INTEGER, 2n ** 53n - 1n],
    [0n, 0n],
    [2n ** 32n + 5n, 2n ** 32n + 5n],
    [0x7654_3210_89AB_CDEFn, 0x7654_3210_89AB_CDEFn],
    // "Specify both the Offset and OffsetHigh members as 0xFFFFFFFF"
    [-1, 2n ** 64n - 1n],
  ];
  for (const [offset, expected] of offsets) {
    const slot = slots.acquire(1, offset);
    assertEquals(wordsAt(slot.address)[2], expected, `${offset}`);
    slots.release(slot);
  }
});

test("acquire() reuses free slots oldest first, and no slot that is in use", () => {
  const slots = new OverlappedSlots();
  const all = Array.from({ length: 2048 }, () => slots.acquire(1, 0));
  const order = [5, 3, 2000, 0];
  for (const i of order) slots.release(all[i]!);
  for (const i of order) assertEquals(slots.acquire(1, 0), all[i]);
  // All are in use: the next is of another slab.
  const next = slots.acquire(1, 0);
  assertEquals(all.includes(next), false);
  assertNotEquals(next.address >> 16n, all[0]!.address >> 16n);
});

test("find() finds the slot at an address, and none at any other", () => {
  const slots = new OverlappedSlots();
  const acquired = Array.from({ length: MANY }, () => slots.acquire(1, 0));
  for (const slot of acquired) {
    const { address } = slot;
    assertEquals(slots.find(low(address), high(address)), slot);
    for (const off of [1n, 8n, 16n, 31n]) {
      const wrong = address + off;
      assertEquals(slots.find(low(wrong), high(wrong)), undefined);
    }
  }
  assertEquals(slots.find(0, 0), undefined);
});

test("pendingOn() lists the pending slots of one key alone", () => {
  const slots = new OverlappedSlots();
  const ours = [0, 1, 2, 3].map(() => slots.acquire(1, 0));
  const others = [0, 1].map(() => slots.acquire(2, 0));
  for (const slot of [ours[0]!, ours[2]!, ...others]) slot.state = "pending";
  ours[1]!.state = "owed";
  slots.release(ours[3]!);
  assertEquals([...slots.pendingOn(1)], [ours[0]!.address, ours[2]!.address]);
  slots.release(ours[0]!);
  assertEquals([...slots.pendingOn(1)], [ours[2]!.address]);
});
