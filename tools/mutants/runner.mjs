// The runner that StrykerJS calls: a test is a bundled test file, run by Node.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COUNTING = fileURLToPath(new URL("coverage.cjs", import.meta.url));
const TIMES = "times.json"; // in the sandbox, which all runners share

class TestFileRunner {
  static inject = ["options", "logger"];

  constructor(options, logger) {
    this.files = options.testBundles;
    this.logger = logger;
    this.counts = {};
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  /** Runs every file once, unchanged: how long does it take, and which changes does it meet? */
  async dryRun() {
    const runs = [];
    for (const id of this.files) {
      const start = performance.now();
      const failure = await run(id, { COVERAGE_FILE: "coverage.json" });
      if (failure) {
        this.logger.warn(`Left out, as it fails unchanged: ${id}: ${failure}`);
        continue;
      }
      const timeSpentMs = performance.now() - start;
      const coverage = JSON.parse(readFileSync("coverage.json", "utf8"));
      runs.push({ id, name: id, status: 0, timeSpentMs, coverage });
    }
    const perTest = Object.fromEntries(
      runs.map(({ id, coverage }) => [id, coverage]),
    );
    const times = runs.map(({ id, timeSpentMs }) => [id, timeSpentMs]);
    writeFileSync(TIMES, JSON.stringify(Object.fromEntries(times)));
    return {
      status: "complete",
      tests: runs,
      mutantCoverage: { static: {}, perTest },
    };
  }

  /** Runs the files that meet a change until one fails. */
  async mutantRun({ activeMutant: { id, fileName }, testFilter, hitLimit }) {
    this.times ??= JSON.parse(readFileSync(TIMES, "utf8"));
    const counts = this.counts[fileName] ??= {};
    for (const test of testFilter) counts[test] ??= { runs: 0, noticed: 0 };
    // First the files that are fast, and have noticed most changes of the same source.
    const worth = (test) => {
      const { runs, noticed } = counts[test];
      return (noticed + 1) / (runs + 2) / this.times[test];
    };
    const tests = testFilter.sort((a, b) => worth(b) - worth(a));
    let nrOfTests = 0;
    for (const test of tests) {
      nrOfTests++;
      const environment = {
        __STRYKER_ACTIVE_MUTANT__: id,
        HIT_LIMIT: String(hitLimit),
      };
      const failure = await run(test, environment, 5000 + 3 * this.times[test]);
      counts[test].runs++;
      if (!failure) continue;
      counts[test].noticed++;
      return failure === TIMEOUT ? { status: "timeout" } : {
        status: "killed",
        killedBy: [test],
        failureMessage: failure,
        nrOfTests,
      };
    }
    return { status: "survived", nrOfTests };
  }
}

const TIMEOUT = "timed out";

/** Runs a file until it ends, or its first test fails. Returns what failed, or nothing. */
function run(file, environment, timeout) {
  return new Promise((resolve) => {
    const args = ["--test-reporter=tap", "-r", COUNTING, file];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const end = (failure) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(failure);
    };
    const timer = timeout && setTimeout(end, timeout, TIMEOUT);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      const failed = /^ *not ok .*/m.exec(output);
      if (failed) end(failed[0].trim());
    });
    child.on("close", (code) => end(code === 0 ? "" : `exit code ${code}`));
  });
}

export const strykerPlugins = [
  {
    kind: "TestRunner",
    name: "test-files",
    injectableClass: TestFileRunner,
  },
];
