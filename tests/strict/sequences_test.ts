// portable
//
// Operations in random order on the strict kernel, compared with models. A failure is made as short as possible;
// KERNEL32_IO_SEED with the seed that it names repeats it.

import "../support/old_node.ts";
import process from "node:process";
import { test } from "node:test";
import { assert } from "@std/assert";
import { LONG } from "../support/long.ts";
import {
  runSequence,
  SEQUENCES,
  strictSystem,
} from "../support/sequences/mod.ts";
import { SEED } from "../support/sequences/seed.ts";
import { strictKernel } from "../support/strict_kernel/mod.ts";

/** How many operations of each sequence Node runs, and the others half of: 100,000 in all. */
const OPERATIONS: Readonly<Record<string, number>> = {
  files: 12_000,
  pipes: 10_000,
  locks: 24_000,
  streams: 4_000,
};
const isNode = !("deno" in process.versions) && !("bun" in process.versions);

let total = 0;

for (const sequence of SEQUENCES) {
  test(`${sequence.name} do what their model says`, LONG, async () => {
    const operations = OPERATIONS[sequence.name]! / (isNode ? 1 : 2);
    using system = strictSystem(strictKernel());
    const done = await runSequence(sequence, system, {
      operations,
      seed: SEED,
    });
    assert(done >= operations);
    total += done;
  });
}

test("the number of operations", () => {
  assert(total > 0);
  console.log(`summary: ${total} operations from seed ${SEED} on`);
});
