// portable

import { test } from "node:test";
import { runRounds, SEQUENCES } from "../support/sequences/mod.ts";
import { strictSystem } from "../support/sequences/system.ts";

for (const [name, sequence] of Object.entries(SEQUENCES)) {
  test(`${name} do what their model does`, async () => {
    await runRounds(sequence, 2, strictSystem);
  });
}
