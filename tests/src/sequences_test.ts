// Operations in random order, compared with models. A failure is made as short as possible; KERNEL32_IO_SEED with the
// seed that it names repeats it.

import { test } from "node:test";
import { assert } from "@std/assert";
import { LONG } from "../support/long.ts";
import {
  realSystem,
  runSequence,
  SEQUENCES,
} from "../support/sequences/mod.ts";
import { SEED } from "../support/sequences/seed.ts";

const OPERATIONS: Readonly<Record<string, number>> = {
  files: 6000,
  pipes: 1000,
  locks: 1000,
  streams: 500,
};

let total = 0;

for (const sequence of SEQUENCES) {
  test(`${sequence.name} do what their model says`, LONG, async () => {
    const operations = OPERATIONS[sequence.name]!;
    using system = realSystem();
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
