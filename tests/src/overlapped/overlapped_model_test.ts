// Random transfers side by side, with aborts and closes in between, compared with
// a file in memory batch by batch. The seed of a failure is in its message, and
// KERNEL32_IO_SEED=… runs the round that failed first.

import { test } from "node:test";
import { LONG } from "../../support/long.ts";
import { runRounds } from "../../soak/rounds/mod.ts";
import { overlappedFile } from "../../soak/rounds/overlapped_files.ts";

for (const unbuffered of [false, true]) {
  const kind = unbuffered ? "an unbuffered" : "a buffered";
  test(
    `transfers side by side do to ${kind} file what they do to one in memory`,
    LONG,
    () => runRounds((round) => overlappedFile(round, unbuffered), 12),
  );
}
