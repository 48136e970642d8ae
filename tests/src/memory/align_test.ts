// portable

import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  alignDown,
  alignUp,
  isAligned,
  isPowerOfTwo,
  sectorCount,
  sectorSpan,
} from "../../../src/memory/align.ts";

const TOP = 2n ** 63n;

test("alignUp() gives the smallest multiple that is not below the value", () => {
  assertEquals(alignUp(0, 512), 0);
  assertEquals(alignUp(1, 512), 512);
  assertEquals(alignUp(512, 512), 512);
  assertEquals(alignUp(513, 512), 1024);
  assertEquals(alignUp(7, 1), 7);
});

test("alignDown() gives the largest multiple that is not above the value", () => {
  assertEquals(alignDown(0, 512), 0);
  assertEquals(alignDown(511, 512), 0);
  assertEquals(alignDown(512, 512), 512);
  assertEquals(alignDown(1023, 512), 512);
});

test("alignUp() and alignDown() stay exact beyond 2^32", () => {
  assertEquals(alignUp(2 ** 40 + 1, 4096), 2 ** 40 + 4096);
  assertEquals(alignDown(2 ** 40 + 4095, 4096), 2 ** 40);
  assertEquals(alignDown(Number.MAX_SAFE_INTEGER, 4096), 2 ** 53 - 4096);
  assertEquals(alignUp(2 ** 52 + 1, 2 ** 31), 2 ** 52 + 2 ** 31);
  assertEquals(alignUp(3, 2 ** 40), 2 ** 40);
  assertEquals(alignDown(2 ** 41 + 5, 2 ** 40), 2 ** 41);
});

test("alignUp() and alignDown() agree with bigint arithmetic on random values", () => {
  let seed = 12345;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let step = 0; step < 2000; step++) {
    const value = Math.floor(next() * 2 ** Math.floor(next() * 52));
    const alignment = 2 ** Math.floor(next() * 51);
    const big = BigInt(value) / BigInt(alignment) * BigInt(alignment);
    const up = big === BigInt(value) ? big : big + BigInt(alignment);
    assertEquals(
      BigInt(alignDown(value, alignment)),
      big,
      `${value}/${alignment}`,
    );
    assertEquals(
      BigInt(alignUp(value, alignment)),
      up,
      `${value}/${alignment}`,
    );
    assertEquals(isAligned(value, alignment), big === BigInt(value));
  }
});

test("alignUp() and alignDown() answer a bigint with a bigint", () => {
  assertEquals(alignUp(4097n, 4096n), 8192n);
  assertEquals(alignUp(8192n, 4096n), 8192n);
  assertEquals(alignDown(4097n, 4096n), 4096n);
  assertEquals(alignDown(TOP - 1n, 4096n), TOP - 4096n);
});

test("alignUp() refuses a result beyond the range", () => {
  assertThrows(
    () => alignUp(Number.MAX_SAFE_INTEGER, 4096),
    RangeError,
    "beyond 2^53-1",
  );
  assertThrows(
    () => alignUp(TOP - 1n, 4096n),
    RangeError,
    "beyond 2n**63n - 1n",
  );
});

test("isAligned() tells multiples from other values", () => {
  assert(isAligned(0, 4096));
  assert(isAligned(8192, 4096));
  assert(!isAligned(8191, 4096));
  assert(isAligned(8192n, 4096n));
  assert(!isAligned(8193n, 4096n));
});

test("isPowerOfTwo() is true for each power and false beside it", () => {
  for (let exponent = 0; exponent < 53; exponent++) {
    assert(isPowerOfTwo(2 ** exponent), `2^${exponent}`);
    if (exponent > 1) assert(!isPowerOfTwo(2 ** exponent - 1));
    if (exponent > 0) assert(!isPowerOfTwo(2 ** exponent + 1));
  }
  assert(isPowerOfTwo(2n ** 62n));
  assert(!isPowerOfTwo(2n ** 62n + 1n));
});

test("isPowerOfTwo() is false for zero, negatives, fractions and non-numbers", () => {
  for (
    const value of [0, -0, -1, -2, -4, 0.5, 1.5, 2.5, NaN, Infinity, 0n, -4n]
  ) {
    assert(!isPowerOfTwo(value), String(value));
  }
  assert(!isPowerOfTwo(2 ** 31 + 2 ** 30));
  assert(!isPowerOfTwo("8" as unknown as number));
});

test("sectorSpan() covers a range that starts and ends inside sectors", () => {
  assertEquals(sectorSpan(500, 100, 512), {
    offset: 0,
    length: 1024,
    head: 500,
    tail: 424,
  });
  assertEquals(sectorSpan(512, 512, 512), {
    offset: 512,
    length: 512,
    head: 0,
    tail: 0,
  });
  assertEquals(sectorSpan(0, 1, 4096), {
    offset: 0,
    length: 4096,
    head: 0,
    tail: 4095,
  });
});

test("sectorSpan() of an empty range touches no sector", () => {
  assertEquals(sectorSpan(700, 0, 512), {
    offset: 512,
    length: 0,
    head: 0,
    tail: 0,
  });
  assertEquals(sectorSpan(700n, 0n, 512n), {
    offset: 512n,
    length: 0n,
    head: 0n,
    tail: 0n,
  });
});

test("sectorSpan() answers bigints with bigints", () => {
  const far = 2n ** 60n;
  assertEquals(sectorSpan(far + 1n, 4096n, 4096n), {
    offset: far,
    length: 8192n,
    head: 1n,
    tail: 4095n,
  });
});

test("sectorSpan() takes a range that ends at the largest offset", () => {
  const most = Number.MAX_SAFE_INTEGER;
  assertEquals(sectorSpan(most - 1, 1, 1), {
    offset: most - 1,
    length: 1,
    head: 0,
    tail: 0,
  });
});

test("sectorSpan() refuses a range that ends beyond the largest offset", () => {
  assertThrows(() => sectorSpan(Number.MAX_SAFE_INTEGER, 1, 512), RangeError);
  assertThrows(() => sectorSpan(TOP - 512n, 512n, 512n), RangeError);
  assertThrows(() => sectorSpan(0, -1, 512), RangeError, "length");
  assertThrows(
    () => sectorSpan(0n, 1 as unknown as bigint, 512n),
    TypeError,
    "length",
  );
});

test("sectorCount() counts a partly filled sector as one", () => {
  assertEquals(sectorCount(0, 4096), 0);
  assertEquals(sectorCount(1, 4096), 1);
  assertEquals(sectorCount(8192, 4096), 2);
  assertEquals(sectorCount(8192n, 4096n), 2n);
  assertEquals(sectorCount(8193n, 4096n), 3n);
  assertEquals(sectorCount(12_287n, 4096n), 3n);
});

test("alignment functions refuse values that are not offsets", () => {
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(
      () => alignUp(value, 512),
      RangeError,
      `value must be an integer from 0 to 2^53-1, or a bigint for larger ` +
        `values: got ${value} (number)`,
    );
    assertThrows(() => alignDown(value, 512), RangeError);
    assertThrows(() => isAligned(value, 512), RangeError);
    assertThrows(() => sectorSpan(value, 1, 512), RangeError, "offset must");
    assertThrows(() => sectorCount(value, 512), RangeError, "length");
  }
  for (const value of [-1n, TOP]) {
    assertThrows(
      () => alignUp(value, 512n),
      RangeError,
      `value must be from 0n to 2n**63n - 1n: got ${value} (bigint)`,
    );
    assertThrows(() => alignDown(value, 512n), RangeError);
    assertThrows(() => isAligned(value, 512n), RangeError);
    assertThrows(() => sectorSpan(value, 1n, 512n), RangeError, "offset must");
    assertThrows(() => sectorCount(value, 512n), RangeError, "length must");
  }
});

test("alignment functions refuse an alignment that is no power of two", () => {
  for (const alignment of [0, -512, 3, 520, 0.5, NaN]) {
    assertThrows(
      () => alignUp(1, alignment),
      RangeError,
      `alignment must be a power of two, as sector and page sizes are: got ${alignment}`,
    );
    assertThrows(() => alignDown(1, alignment), RangeError, "power of two");
    assertThrows(() => isAligned(1, alignment), RangeError, "power of two");
  }
  for (
    const run of [
      () => sectorCount(1, 520),
      () => sectorCount(1n, 520n),
      () => sectorSpan(1, 1, 520),
      () => sectorSpan(1n, 1n, 520n),
    ]
  ) assertThrows(run, RangeError, "sectorSize must be a power of two");
  assertThrows(
    () => alignUp(1n, 3n),
    RangeError,
    "alignment must be a power of two",
  );
});

type Mixed = (...values: unknown[]) => unknown;

test("alignment functions refuse a mix of numbers and bigints", () => {
  const functions = [alignUp, alignDown, isAligned] as Mixed[];
  for (const mixed of functions) {
    assertThrows(
      () => mixed(1, 512n),
      TypeError,
      "value and alignment must both be numbers or both be bigints: " +
        "got 1 (number) and 512 (bigint)",
    );
    assertThrows(
      () => mixed(1n, 512),
      TypeError,
      "got 1 (bigint) and 512 (number)",
    );
  }
  const count = sectorCount as Mixed;
  for (const [length, sectorSize] of [[1, 512n], [1n, 512]]) {
    assertThrows(
      () => count(length, sectorSize),
      TypeError,
      "length and sectorSize must both be numbers",
    );
  }
});

test("sectorSpan() names the argument that is of another kind", () => {
  const span = sectorSpan as Mixed;
  for (const rest of [[1, 512n], [1n, 512], [1n, 512n]]) {
    assertThrows(
      () => span(0, ...rest),
      TypeError,
      "offset must be a number or a bigint, the same kind as the other " +
        "arguments: got 0 (number)",
    );
  }
  for (const sectorSize of [512, 512n]) {
    assertThrows(() => span(0n, 1, sectorSize), TypeError, "length must be");
  }
  assertThrows(
    () => span(0n, 1n, 512),
    TypeError,
    "offset and sectorSize must both be",
  );
});

test("alignment functions refuse other values than numbers and bigints", () => {
  const up = alignUp as Mixed;
  assertThrows(
    () => up("1", "512"),
    TypeError,
    "value must be a number or a bigint, the same kind as the other arguments: " +
      'got the string "1"',
  );
});
