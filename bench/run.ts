// run.ts --spec FILE: measures what a file of JSON says, and prints a line of JSON for each point.

import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { measureAll, printLine } from "./process.ts";
import type { Spec } from "./spec.ts";
import { systemName } from "./system.ts";

const { values } = parseArgs({ options: { spec: { type: "string" } } });
printLine({ system: systemName() });
await measureAll(
  JSON.parse(readFileSync(values.spec!, "utf8")) as Spec,
  printLine,
);
// A completion port's thread may wait yet.
process.exit(0);
