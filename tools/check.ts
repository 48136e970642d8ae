// npm run check
//
// All that can be said about the code without running it: types (by Deno and by tsc), lint, format, documentation, whether
// the pages say what was measured, and what would be published. Exit code 0 only if every step is content.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const { exports } = JSON.parse(
  readFileSync(join(repository, "deno.json"), "utf8"),
) as { exports: Record<string, string> };

const modules = join(repository, "node_modules");
const deno = join(modules, "deno/bin.cjs");
const tsc = join(modules, "typescript/bin/tsc");

const STEPS: Record<string, string[]> = {
  "deno check": [deno, "check", "--quiet", "."],
  "tsc": [tsc, "-p", "tsconfig.json"],
  "deno lint": [deno, "lint", "--quiet"],
  "deno fmt": [deno, "fmt", "--check"],
  "deno doc": [deno, "doc", "--quiet", "--lint", ...Object.values(exports)],
  "arrows": ["--import", "tsx", "tools/arrows.ts"],
  "docs": ["--import", "tsx", "tools/docs.ts", "--check"],
  "package": ["--import", "tsx", "tools/build.ts"],
  // What Node and bundlers make of the package's entries and declarations.
  "publint": [
    join(modules, "publint/src/cli.js"),
    "run",
    "dist/npm",
    "--strict",
  ],
  "attw": [
    join(modules, "@arethetypeswrong/cli/dist/index.js"),
    ...["--pack", "dist/npm", "--profile", "esm-only"],
  ],
  "deno publish": [
    ...[deno, "publish", "--quiet", "--dry-run", "--allow-dirty"],
    "--no-check", // done above
  ],
};

let failed = 0;
for (const [name, words] of Object.entries(STEPS)) {
  const start = performance.now();
  const { status, error, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: repository,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${name.padEnd(12)} ${status === 0 ? "ok" : "FAILED"} (${seconds} s)`,
  );
  if (status === 0) continue;
  failed++;
  console.log(`${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`.trim());
}
console.log(`${Object.keys(STEPS).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
