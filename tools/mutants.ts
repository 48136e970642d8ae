// npm run mutants [-- FOLDER|FILE...]
//
// How much the tests notice: StrykerJS changes src/ in one small way after another, and runs the tests that cover the change
// until one fails, on the strict kernel. Exit code 0 only if so many are noticed as `BREAK` says.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTests } from "./test/files.ts";
import { npm } from "./windows/npm.ts";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const STRYKER = join(REPOSITORY, "tools/mutants/node_modules");
const OUT = "out/mutants";

const USAGE = `Usage: npm run mutants [-- FOLDER|FILE...]

Changes src/ in one small way after another, and tells which changes no test notices. Without names it goes
through all folders of src/, which takes two hours of processor time. Reports are left in ${OUT}/.

  npm run mutants -- src/sectors
  npm run mutants -- src/file/lock.ts`;

/** What tests import that run on Windows, and on the strict kernel for this. */
const ON_STRICT = "support/windows_or_strict.ts";

/** The share of changes, in percent, that tests have to notice. */
const BREAK = 85;

/** How the names of a folder's tests start, beside those that have the folder's name. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  "src/file": [
    ...["src/open/bad_input", "src/open/from_handle"],
    ...[
      ...["abort", "append", "closed_files", "control", "device"],
      ...["extending", "file_info", "handles", "overlapped_file", "port"],
      ...["raw_devices", "sparse", "sync_file", "volume_lock"],
      ...["write_file_atomic", "zero_bytes"],
    ].map((name) => `strict/${name}`),
  ],
  "src/layout": ["src/structs"],
  "src/memory": ["src/overlapped/memory", "src/sectors", "strict/violations"],
  "src/open": [
    "src/overlapped/max_in_flight",
    ...[
      ...["append", "devices", "failed_open", "handles", "overlapped_file"],
      ...["pipe_access", "raw_devices", "sync_file", "truncate_open"],
    ].map((name) => `strict/${name}`),
  ],
  "src/overlapped": [
    ...["src/file/lock", "src/pipe/bad_input", "src/serial/bad_input"],
    ...[
      ...["abort", "append", "closed_files", "control", "device_io"],
      ...["durable_append", "extending", "handles", "open_serial"],
      ...["pipe_connection", "pipe_streams", "port", "raw_devices"],
      ...["sparse", "unbuffered", "violations", "volume_lock", "zero_bytes"],
    ].map((name) => `strict/${name}`),
  ],
  "src/pipe": ["rules/pipes"],
  "src/sectors": ["strict/extending", "strict/unbuffered"],
  "src/serial": ["strict/open_serial"],
  "src/streams": ["strict/pipe_streams"],
  "src/structs": ["src/structs"],
  "src/sync": [
    ...["src/file/lock", "src/open/bad_input", "strict/handles"],
    ...[
      ...["append", "closed_files", "control", "device_io", "durable_append"],
      ...["extending", "raw_devices", "sparse", "truncate_open"],
      ...["unbuffered", "volume_lock", "zero_bytes"],
    ].map((name) => `strict/${name}`),
  ],
  "src/whole_file": ["strict/write_file_atomic"],
};

/** Returns the tests that are to notice changes of a folder. */
function testsOf(folder: string, all: readonly string[]): string[] {
  const starts = [
    `${folder}/`,
    `strict/${basename(folder)}`,
    "strict/option_names",
    ...ALSO[folder] ?? [],
  ];
  return all.filter((file) =>
    starts.some((start) => file.startsWith(`tests/${start}`))
  );
}

/** Returns the folders of `src/`. */
function folders(): string[] {
  return readdirSync(join(REPOSITORY, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}`);
}

/** Runs Stryker on a folder or file. Returns whether it ended with code 0. */
function mutate(path: string, tests: readonly string[]): boolean {
  const name = path.replaceAll("/", "-");
  // A mutant takes hardly more than the start of Node, which has not to translate TypeScript this way.
  const bundles = `${OUT}/tests`;
  const bundle = [
    ...["esbuild", ...tests, "--bundle", "--splitting", "--format=esm"],
    ...[
      "--platform=node",
      "--target=node20",
      "--outbase=.",
      `--outdir=${bundles}`,
    ],
    ...["--out-extension:.js=.mjs", "--keep-names", "--log-level=warning"],
  ];
  const config = {
    mutate: [path.endsWith(".ts") ? path : `${path}/**/*.ts`],
    // What the bundles are made of.
    ignorePatterns: [
      ...["/*", "!/package.json", "!/mod.ts", "!/src"],
      ...["!/ffi", "!/tests", "!/examples"],
    ],
    buildCommand: bundle.join(" "),
    testRunner: "test-files",
    testBundles: tests.map((file) =>
      `${bundles}/${file.replace(/\.ts$/, ".mjs")}`
    ),
    coverageAnalysis: "perTest",
    disableTypeChecks: false,
    // The runner has a limit for each file, which is met first.
    timeoutMS: 600_000,
    // For our own list of bundles.
    warnings: { unknownOptions: false },
    reporters: [
      process.stdout.isTTY ? "progress" : "progress-append-only",
      ...["clear-text", "html", "json"],
    ],
    clearTextReporter: { allowEmojis: false, logTests: false, skipFull: true },
    htmlReporter: { fileName: `${OUT}/${name}.html` },
    jsonReporter: { fileName: `${OUT}/${name}.json` },
    thresholds: { high: 95, low: BREAK, break: BREAK },
    tempDirName: `${OUT}/sandboxes`,
    allowConsoleColors: process.stdout.isTTY,
    plugins: [join(REPOSITORY, "tools/mutants/runner.mjs")],
  };
  mkdirSync(join(REPOSITORY, OUT), { recursive: true });
  const file = join(REPOSITORY, OUT, `${name}.config.json`);
  writeFileSync(file, JSON.stringify(config, null, 2));
  const stryker = join(STRYKER, "@stryker-mutator/core/bin/stryker.js");
  const words = [stryker, "run", file];
  return spawnSync(process.execPath, words, {
    cwd: REPOSITORY,
    stdio: "inherit",
  }).status === 0;
}

const words = process.argv.slice(2);
if (words.includes("--help")) {
  console.log(USAGE);
} else if (
  words.some((path) =>
    !/^src\/./.test(path) || !existsSync(join(REPOSITORY, path))
  )
) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  if (!existsSync(join(STRYKER, ".package-lock.json"))) {
    console.error("Installing StrykerJS (npm ci)");
    await npm(join(REPOSITORY, "tools/mutants"), "ci", "--ignore-scripts");
  }
  const { windows, portable } = await findTests(REPOSITORY);
  const onStrict = windows.filter((file) => {
    if (portable.includes(file)) return true;
    const text = readFileSync(join(REPOSITORY, file), "utf8");
    // Folders of the host are none of that kernel's.
    return text.includes(ON_STRICT) && !text.includes("tempFolder(");
  });
  let failed = 0;
  for (const path of words.length > 0 ? words : folders()) {
    const tests = testsOf(
      path.endsWith(".ts") ? dirname(path) : path,
      onStrict,
    );
    if (!mutate(path, tests)) failed++;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}
