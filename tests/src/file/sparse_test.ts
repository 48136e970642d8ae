// portable

import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  allocatedRangesSteps,
  type ControlAnswer,
} from "../../../src/file/sparse.ts";

/** An answer: ranges by start and length, and whether there are more. */
function answer(ranges: readonly bigint[], isPart: boolean): ControlAnswer {
  return { bytes: new Uint8Array(BigInt64Array.from(ranges).buffer), isPart };
}

/** Runs the steps from 100 to 1000. Returns the ranges, and what was asked for. */
function run(answers: readonly ControlAnswer[], end: number | bigint = 1000) {
  const steps = allocatedRangesSteps(100n, end);
  const asked: bigint[][] = [];
  let step = steps.next();
  for (const answer of answers) {
    if (step.done) break;
    const { input } = step.value;
    asked.push([...new BigInt64Array(input!.buffer)]);
    step = steps.next(answer);
  }
  return { ranges: step.done ? step.value : undefined, asked };
}

test("allocatedRangesSteps() goes on behind the last range of a part", () => {
  const first = answer([200n, 50n], true);
  const second = answer([300n, 10n, 400n, 100n], false);
  assertEquals(run([first, second]), {
    ranges: [
      { start: 200, end: 250 },
      { start: 300, end: 310 },
      { start: 400, end: 500 },
    ],
    asked: [[100n, 900n], [250n, 750n]],
  });
  // A part of nothing would be asked for again and again.
  assertEquals(run([answer([], true)]), { ranges: [], asked: [[100n, 900n]] });
});

test("allocatedRangesSteps() joins and cuts ranges, and leaves out those of nothing", () => {
  const ranges = [0n, 150n, 150n, 50n, 300n, 0n, 900n, 500n, 2000n, 5n];
  assertEquals(run([answer(ranges, true)]).ranges, [
    { start: 100, end: 200 },
    { start: 900, end: 1000 },
  ]);
  assertEquals(run([], 100), { ranges: [], asked: [] });
  assertEquals(run([answer([100n, 900n], true)]), {
    ranges: [{ start: 100, end: 1000 }],
    asked: [[100n, 900n]],
  });
});

test("allocatedRangesSteps() refuses ranges that numbers do not hold", () => {
  const last = 2n ** 53n - 1n;
  const range = answer([200n, last - 200n, last + 1n, 1n], false);
  assertEquals(run([range], last).ranges, [{ start: 200, end: Number(last) }]);
  for (const ranges of [[200n, last - 199n], [last + 2n, 1n]]) {
    assertThrows(
      () => run([answer(ranges, false)], 2n ** 63n - 1n),
      RangeError,
      " bytes is too large for a number",
    );
  }
});
