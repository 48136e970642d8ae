// npm test -- [--runtime node|deno|bun]... [--filter TEXT]... [--ucrtbase PATH]
// npm run test:arm64 -- [--runtime deno|bun]... [--filter TEXT]...
//
// Runs the tests where they belong: first those that need no Windows, on Node, Deno and Bun as they are here, then all of them
// on deno.exe and bun.exe, and last those of tests/host, which drive the tools from outside, on Node. Twice as many files are
// run at once as there are processors, since tests wait for a part of their time, and at most four. Counts come from the
// runtimes' own reports. Exit code 0 only if every test that was to run ran and passed.
//
// With --arm64, runs the tests that depend on the processor on deno.exe and bun.exe for arm64, emulated, and nothing else.

import { realpathSync } from "node:fs";
import { availableParallelism, constants, tmpdir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findTests } from "./test/files.ts";
import {
  emulatedLanes,
  type FileResult,
  hostLane,
  type Lane,
  portableLanes,
  windowsLanes,
} from "./test/lanes.ts";
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
    arm64: { type: "boolean", default: false },
    ucrtbase: { type: "string" },
  },
});
const repository = dirname(dirname(fileURLToPath(import.meta.url)));

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

// What runs ends with this process.
onInterruption((signal) => process.exit(128 + constants.signals[signal]));

// On Windows the folder may be named in short, as RUNNER~1, and tests compare paths.
if (process.platform === "win32") {
  process.env["TEMP"] = process.env["TMP"] = realpathSync.native(tmpdir());
}

const files = await findTests(repository);
for (const kind of ["windows", "portable", "host"] as const) {
  files[kind] = files[kind].filter(isWanted);
}
const runtimes = ["deno", "bun"] as const;
const onWindows = files.windows.length + files.host.length > 0;
// It may take minutes, in which the first tests can run.
const provisioned = onWindows
  ? provision({
    runtimes,
    ...options.arm64 && { arch: "arm64" },
    ...options.ucrtbase !== undefined && { ucrtbase: options.ucrtbase },
  })
  : null;
provisioned?.catch(() => {});
if (!options.arm64) await runAll(portableLanes(repository, files));
try {
  const windows = await provisioned;
  if (windows) {
    await using session = await windows.session();
    await runAll(
      options.arm64 ? emulatedLanes(repository, files, windows, session) : [
        ...windowsLanes(repository, files, windows, session),
        hostLane(repository, files),
      ],
    );
  }
} catch (error) {
  tally("windows", "", couldNotRun(error));
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

function isWanted(file: string): boolean {
  return options.filter.some((text) => file.includes(text));
}

/** Runs the wanted files of some lanes, some at a time, in their order, and prints a line on each. */
async function runAll(lanes: readonly Lane[]): Promise<void> {
  const jobs = lanes
    .filter(({ runtime }) => options.runtime.includes(runtime))
    .flatMap((lane) => lane.files.map((file) => ({ lane, file })))
    .values();
  const workers = Math.min(2 * availableParallelism(), 4);
  await Promise.all(Array.from({ length: workers }, async () => {
    // Each takes the next.
    for (const { lane, file } of jobs) {
      const start = performance.now();
      const result = await lane.run(file).catch(couldNotRun);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const counts = tally(lane.name, file, result);
      // What a file says of itself beyond its tests, such as a size.
      const [, summary] = /^summary(: .*)$/m.exec(result.output) ?? ["", ""];
      console.log(
        `${lane.name.padEnd(9)} ${file} ${counts} (${seconds} s)${summary}`,
      );
    }
  }));
}

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
