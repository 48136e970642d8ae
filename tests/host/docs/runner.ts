// Runs examples one after the other in one process of a Windows runtime:
// runner.ts REPORT README FILE... Each has an empty folder with the README to work
// in. A line of JSON on each goes to the report as soon as it has ended, so that
// one which takes the process down is found out.

import { appendFileSync, copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { format, inspect } from "node:util";
import { removeFolder } from "../../support/temp_folder.ts";

/** What came of one example. */
export interface Outcome {
  file: string;
  /** What it printed, and where. */
  printed: Printed[];
  /** The error that ended it. */
  error?: string;
}

/** What one `console.log` printed. */
export interface Printed {
  /** Its line in the example. */
  line: number;
  /** As printed, and as a program would write it. */
  forms: string[];
}

const [, , report = "", readme = "", ...files] = process.argv;
const home = process.cwd();

for (const file of files) {
  const folder = mkdtempSync(join(tmpdir(), "kernel32-io-docs-"));
  copyFileSync(readme, join(folder, "README.md"));
  process.chdir(folder);
  const outcome = await run(file);
  process.chdir(home);
  removeFolder(folder);
  appendFileSync(report, `${JSON.stringify(outcome)}\n`);
}

async function run(file: string): Promise<Outcome> {
  const printed: Printed[] = [];
  Object.assign(globalThis, {
    __print: (line: number) => (...values: unknown[]) => {
      printed.push({ line, forms: [format(...values), written(values)] });
    },
  });
  try {
    await import(pathToFileURL(file).href);
    return { file, printed };
  } catch (error) {
    return { file, printed, error: inspect(error) };
  }
}

function written(values: readonly unknown[]): string {
  return values.map((value) =>
    typeof value === "string" ? JSON.stringify(value) : inspect(value)
  ).join(" ");
}
