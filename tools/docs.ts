// npm run docs [-- --check]
//
// Writes what the README and docs/performance.md say of speed anew, from the results that are kept in bench/results, and makes the
// API reference in out/api. With --check, it only compares the pages with the results.

import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeApiReference } from "./api_reference.ts";
import { markdown } from "./report/markdown.ts";
import { readResults } from "./report/results.ts";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const RESULTS = join(REPOSITORY, "bench/results/reference.json");
const PAGES = ["README.md", "docs/performance.md"];

const { values: options } = parseArgs({
  options: { check: { type: "boolean", default: false } },
});
const results = await readResults(RESULTS);
for (const page of PAGES) {
  const path = join(REPOSITORY, page);
  const text = await readFile(path, "utf8");
  const filled = formatted(markdown(text, results));
  if (filled === text) continue;
  if (options.check) {
    console.error(`${page} is not what the results say: run npm run docs.`);
    process.exitCode = 1;
  } else {
    await writeFile(path, filled);
    console.log(`${page} was written.`);
  }
}

if (!options.check) {
  makeApiReference(REPOSITORY, join(REPOSITORY, "out", "api"));
  console.log("out/api/index.html is the API reference.");
}

/** As `deno fmt` would have it. */
function formatted(text: string): string {
  const deno = join(REPOSITORY, "node_modules/deno/bin.cjs");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [deno, "fmt", "--quiet", "--ext", "md", "-"],
    { cwd: REPOSITORY, input: text, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`deno fmt failed: ${stderr}`);
  return stdout;
}
