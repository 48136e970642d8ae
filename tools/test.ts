// npm test -- [--runtime node|deno|bun]... [--filter TEXT]...
//
// Runs the tests where they belong: those that need no Windows on Node, Deno and Bun as they are here, all of them on deno.exe and
// bun.exe, and those of tests/host, which drive that environment from outside, on Node. Counts come from the runtimes'
// own reports. Exit code 0 only if every test that was to run ran and passed.

import { dirname } from "node:path";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findTests } from "./test/files.ts";
import { type FileResult, testLanes } from "./test/lanes.ts";
import { onInterruption } from "./interruption.ts";
import { provision } from "./windows/mod.ts";

const { values: options } = parseArgs({
  options: {
    runtime: {
      type: "string",
      multiple: true,
      default: ["node", "deno", "bun"],
    },
    filter: { type: "string", multiple: true, default: [""] },
  },
});
const repository = dirname(dirname(fileURLToPath(import.meta.url)));

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

// The session ends with this process.
onInterruption((signal) => process.exit(128 + constants.signals[signal]));

const files = await findTests(repository);
const windows = await provision({ runtimes: ["deno", "bun"] });
{
  await using session = await windows.session();
  for (const lane of testLanes(repository, files, windows, session)) {
    if (!options.runtime.includes(lane.runtime)) continue;
    for (const file of lane.files) {
      if (!options.filter.some((text) => file.includes(text))) continue;
      process.stdout.write(`${lane.name.padEnd(9)} ${file} `);
      const start = performance.now();
      const result = await lane.run(file).catch(couldNotRun);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${tally(lane.name, file, result)} (${seconds} s)`);
    }
  }
}

for (const failure of failures) console.log(`\n${failure}`);
console.log();
if (totals.passed + totals.failed === 0) {
  totals.failed++;
  console.log(
    "No test was run: neither --runtime nor --filter may leave none.",
  );
}
if (totals.skipped > 0) console.log(`${totals.skipped} skipped`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/** Adds a file's results to the totals and sums them up in a few words. */
function tally(
  lane: string,
  file: string,
  { tests, problem, output }: FileResult,
): string {
  const count = (outcome: string) =>
    tests.filter((test) => test.outcome === outcome).length;
  for (const test of tests) {
    if (test.outcome !== "failed") continue;
    failures.push(
      `FAILED ${lane} ${file}: ${test.name}\n${indented(test.detail)}`,
    );
  }
  if (problem) {
    const tail = output.trimEnd().split("\n").slice(-40).join("\n");
    failures.push(`FAILED ${lane} ${file}: it ${problem}\n${indented(tail)}`);
  }
  const failed = count("failed") + (problem ? 1 : 0);
  totals.passed += count("passed");
  totals.failed += failed;
  totals.skipped += count("skipped");
  return [
    `${count("passed")} passed`,
    ...failed ? [`${failed} FAILED`] : [],
    ...count("skipped") ? [`${count("skipped")} skipped`] : [],
  ].join(", ");
}

function couldNotRun(error: unknown): FileResult {
  const output = error instanceof Error
    ? error.stack ?? error.message
    : String(error);
  return { tests: [], problem: "could not be run", output };
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
