import { test } from "node:test";
import { RUNTIMES, windows } from "./both_runtimes.ts";
import { killAtomicWriter } from "./killed_writers.ts";

const KILLS = 10;

for (const runtime of RUNTIMES) {
  test(`a file is old or new after writeFileAtomic() on ${runtime}.exe was killed, ${KILLS} times`, async () => {
    await killAtomicWriter(windows, runtime, KILLS);
  });
}
