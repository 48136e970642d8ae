// Loaded ahead of each test file: what StrykerJS's code in src/ counts is left for the runner as the file ends.

const { writeFileSync } = require("node:fs");

const { HIT_LIMIT, COVERAGE_FILE } = process.env;
globalThis.__stryker__ = HIT_LIMIT
  ? { hitLimit: Number(HIT_LIMIT), hitCount: 0 }
  : {};
if (COVERAGE_FILE) {
  process.on("exit", () => {
    const { mutantCoverage } = globalThis.__stryker__;
    writeFileSync(COVERAGE_FILE, JSON.stringify(mutantCoverage?.static ?? {}));
  });
}
