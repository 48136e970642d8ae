// Every program that the documentation shows, in the comments of the sources and in
// the pages, is checked and run on both runtimes, and must print what the comments
// in it say.

import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { assert, assertEquals } from "@std/assert";
import {
  type BothRuntimes,
  lines,
  LONGEST_RUN,
  REPOSITORY,
  RUNTIMES,
  windows,
} from "./both_runtimes.ts";
import { type CodeBlock, codeBlocks } from "./docs/blocks.ts";
import {
  expectations,
  instrumented,
  isAsExpected,
} from "./docs/expectations.ts";
import type { Outcome } from "./docs/runner.ts";
import { removeFolder } from "../support/temp_folder.ts";

/** A block, and the file that it is run from. */
interface Example extends CodeBlock {
  name: string;
}

const sources = [
  "mod.ts",
  ...filesIn("src", ".ts"),
  ...filesIn("ffi", ".ts"),
  ...["README.md", "CHANGELOG.md"],
  ...filesIn("docs", ".md"),
].map((file) => ({ file, text: readFileSync(join(REPOSITORY, file), "utf8") }));

const examples = sources
  .flatMap(({ file, text }) => codeBlocks(file, text))
  .map((block): Example => ({
    ...block,
    name: `${block.location.replaceAll(/\W+/g, "_")}.ts`,
  }));

// In the repository, where the runtimes find what "@kernel32/io" is.
mkdirSync(join(REPOSITORY, "out"), { recursive: true });
const folder = mkdtempSync(join(REPOSITORY, "out", "docs-"));
process.on("exit", () => removeFolder(folder));

const shown = join(folder, "shown");
const run = join(folder, "run");
mkdirSync(shown);
mkdirSync(run);
for (const { name, code } of examples) {
  // A module, even if it imports nothing.
  writeFileSync(join(shown, name), `${code}export {};\n`);
  writeFileSync(join(run, name), `${instrumented(code)}export {};\n`);
}

// Before the first test: the hooks above run as soon as no test is left.
const results = { deno: await runAll("deno"), bun: await runAll("bun") };

test("no example is overlooked", () => {
  assert(examples.length >= 55, `there are ${examples.length}`);
  for (const { file, text } of sources) {
    if (file.endsWith(".md")) continue;
    const announced = text.match(/^\s*\* @example/gm)?.length ?? 0;
    const found = examples.filter(({ location }) =>
      location.startsWith(`${file}:`)
    );
    assert(found.length >= announced, `${file} announces ${announced}`);
  }
  const promises = examples.flatMap(({ code }) => expectations(code));
  assert(promises.length >= 45, `${promises.length} promise what they print`);
});

test("every example has a title", () => {
  assertEquals(examples.filter(({ title }) => title === ""), []);
});

test("every example passes the type check", async () => {
  const config = join(folder, "deno.json");
  const { compilerOptions, imports } = JSON.parse(
    readFileSync(join(REPOSITORY, "deno.json"), "utf8"),
  );
  for (const name in imports) {
    imports[name] = imports[name].replace(/^\./, "../..");
  }
  writeFileSync(
    config,
    JSON.stringify({ compilerOptions, imports, nodeModulesDir: "manual" }),
  );
  const deno = join(REPOSITORY, "node_modules", "deno", "bin.cjs");
  const words = ["check", "--quiet", "--config", config, shown];
  await promisify(execFile)(process.execPath, [deno, ...words], {
    env: { ...process.env, NO_COLOR: "1" },
  }).catch(({ stdout, stderr }) => {
    throw new Error(`${stdout}${stderr}`);
  });
});

for (const runtime of RUNTIMES) {
  const { outcomes, output } = results[runtime];
  for (const { name, location, title, code } of examples) {
    test(`${location} (${title}) does what it says on ${runtime}.exe`, () => {
      const outcome = outcomes.get(name);
      if (outcome === undefined) {
        throw new Error(`The process ended before or in it:
${output}`);
      }
      if (outcome.error !== undefined) throw new Error(outcome.error);
      for (const { line, text } of expectations(code)) {
        const printed = outcome.printed.filter((log) => log.line === line);
        assert(printed.length > 0, `line ${line} printed nothing, not ${text}`);
        for (const { forms } of printed) {
          assert(
            isAsExpected(text, forms),
            `line ${line} printed ${forms[0]}, not ${text}`,
          );
        }
      }
    });
  }
}

test("what a program prints is compared with the comment beside or below it", () => {
  const code = [
    'console.log("a)", 1); // a) 1',
    "console.log(",
    "  `(`,",
    ");",
    "// below",
    "",
    "console.log(2);",
    "// of what comes next",
    "next();",
  ].join("\n");
  assertEquals(expectations(code), [
    { line: 1, text: "a) 1" },
    { line: 2, text: "below\n" },
  ]);
  assertEquals(
    instrumented('if (x) console.log(f("y"));'),
    'if (x) __print(1)(f("y"));',
  );
  assert(isAsExpected("{ a: 1 }", ["{\n  a: 1\n}"]));
  assert(!isAsExpected("6, a name", ["6"]));
});

async function runAll(
  runtime: BothRuntimes,
): Promise<{ outcomes: Map<string, Outcome>; output: string }> {
  const report = join(folder, `${runtime}.jsonl`);
  writeFileSync(report, "");
  const words = runtime === "deno" ? ["run", "-A", "--quiet"] : ["run"];
  const files = [
    ...[report, join(REPOSITORY, "README.md")],
    ...examples.map(({ name }) => join(run, name)),
  ].map(windows.path);
  const { stdout, stderr } = await windows.run(
    runtime,
    [...words, "tests/host/docs/runner.ts", ...files],
    {
      cwd: REPOSITORY,
      env: { NO_COLOR: "1" },
      stdout: "pipe",
      stderr: "pipe",
      timeout: LONGEST_RUN,
    },
  );
  const outcomes = new Map<string, Outcome>();
  for (const line of lines(readFileSync(report, "utf8"))) {
    if (line === "") continue;
    const outcome: Outcome = JSON.parse(line);
    outcomes.set(basename(outcome.file.replaceAll("\\", "/")), outcome);
  }
  return { outcomes, output: stdout + stderr };
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true })
    .map((file) => `${folder}/${String(file).replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(ending))
    .sort();
}
