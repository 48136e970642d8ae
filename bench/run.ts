// run.ts [OPTIONS]
//
// Measures this module against all other ways to do the same, on the Windows and in the runtime that it runs on, and prints tables.
// `deno run -A bench/run.ts --help` and `bun bench/run.ts --help` tell the options. Nothing has to be installed.
//
// run.ts --spec FILE [OUTPUT]
//
// Is the process that measures: what a file of JSON says. It prints a line of JSON for each point, or writes it to another file.

import { openSync, readFileSync } from "node:fs";
import process from "node:process";
import { measureHere } from "./direct.ts";
import { linePrinter, measureAll } from "./process.ts";
import type { Spec } from "./spec.ts";
import { systemName } from "./system.ts";

const [option, file, output] = process.argv.slice(2);
if (option === "--spec" && file !== undefined) {
  const printLine = linePrinter(
    output === undefined ? 1 : openSync(output, "a"),
  );
  printLine({ system: systemName() });
  const spec = JSON.parse(readFileSync(file, "utf8")) as Spec;
  await measureAll(spec, printLine);
  process.exit(0); // A completion port's thread may wait yet.
}
await measureHere();
