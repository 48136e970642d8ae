// The test harness itself: what it must not take for a success.

import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findTests, v8Flags } from "../../tools/test/files.ts";
import { parseJunit } from "../../tools/test/junit.ts";
import {
  emulatedLanes,
  type FileResult,
  portableLanes,
  windowsLanes,
} from "../../tools/test/lanes.ts";
import { provision } from "../../tools/windows/mod.ts";
import { removeFolder } from "../support/temp_folder.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const TEST = 'import { test } from "node:test";\n';
// Fails in a process that has run another with the same globals.
const ALONE = TEST + 'import { answer } from "../../../src/bound.ts";\n' +
  "const first = globalThis.answer === undefined;\n" +
  "globalThis.answer = answer;\n" +
  "test(`in ${process.pid}`, () => { if (!first) throw new Error(); });\n";
const FILES: Record<string, string> = {
  "ffi/backend.ts": "export const answer: number = 42;\n",
  "src/plain.ts": "export const answer: number = 42;\n",
  "src/bound.ts": 'export { answer } from "../ffi/backend.ts";\n',
  "tests/src/mixed_test.ts": TEST +
    'import { answer } from "../../src/plain.ts";\n' +
    'test("good & <well>", () => { if (answer !== 42) throw new Error(); });\n' +
    'test("bad", () => { throw new Error("it is \\"bad\\" & <ill>"); });\n' +
    'test("left out", { skip: true }, () => {});\n',
  "tests/src/bound_test.ts":
    "// v8-flags: --stack-size=900\n// v8-flags: --gc-interval=500\n" + TEST +
    'import { answer } from "../../src/bound.ts";\n' +
    'test("bound", () => { if (answer !== 42) throw new Error(); });\n',
  "tests/src/empty_test.ts": "export {};\n",
  "tests/src/broken_test.ts": 'import "./nothing.ts";\n',
  "tests/src/crash_test.ts": TEST +
    'test("good", () => {});\ntest("exits", () => { process.exit(0); });\n',
  "tests/src/pipe/first_test.ts": ALONE,
  "tests/src/pipe/second_test.ts": ALONE,
  "tests/src/pipe/many_test.ts": ALONE,
  "tests/src/pipe/portable_test.ts": TEST + 'test("left out", () => {});\n',
  "tests/src/hang_test.ts": TEST + 'test("hangs", () => { for (;;); });\n',
  "tests/host/drive_test.ts": TEST + 'test("drives", () => {});\n',
};

const repository = mkdtempSync(join(tmpdir(), "kernel32-io-harness-"));
after(() => removeFolder(repository));
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(repository, name)), { recursive: true });
  writeFileSync(join(repository, name), text);
}
symlinkSync(
  join(REPOSITORY, "node_modules"),
  join(repository, "node_modules"),
  "junction",
);
writeFileSync(join(repository, "package.json"), '{ "type": "module" }');
writeFileSync(join(repository, "deno.json"), '{ "nodeModulesDir": "manual" }');

const windows = await provision({ runtimes: ["deno", "bun"] });
const session = await windows.session();
after(() => session[Symbol.asyncDispose]());
const files = await findTests(repository);
const [denoExe, bunExe] = windowsLanes(repository, files, windows, session);
const lanes = [...portableLanes(repository, files), denoExe!, bunExe!];

function isFailure({ tests, problem }: FileResult): boolean {
  return problem !== undefined ||
    tests.some(({ outcome }) => outcome === "failed");
}

test("findTests() sorts files into those that need kernel32, those that do not, and those that drive the environment", () => {
  assertEquals(files.host, ["tests/host/drive_test.ts"]);
  assertEquals(
    files.windows,
    Object.keys(FILES).filter((name) => name.startsWith("tests/src/")).sort(),
  );
  assert(files.portable.includes("tests/src/mixed_test.ts"));
  assert(!files.portable.includes("tests/src/bound_test.ts"));
});

test("v8Flags() gives a file a run for each line of flags", async () => {
  assertEquals(await v8Flags(join(repository, "tests/src/bound_test.ts")), [
    "--stack-size=900",
    "--gc-interval=500",
  ]);
  assertEquals(await v8Flags(join(repository, "tests/src/mixed_test.ts")), [
    "",
  ]);
});

for (const { name, run } of lanes) {
  test(`the lane ${name} distinguishes passed, failed and skipped tests`, async () => {
    const { tests, problem } = await run("tests/src/mixed_test.ts");
    assertEquals(tests.map(({ name, outcome }) => [name, outcome]), [
      ["good & <well>", "passed"],
      ["bad", "failed"],
      ["left out", "skipped"],
    ]);
    assertStringIncludes(tests[1]?.detail ?? "", 'it is "bad" & <ill>');
    assertEquals(problem, undefined);
  });

  test(`the lane ${name} takes an exit in the middle for a failure`, async () => {
    assert(isFailure(await run("tests/src/crash_test.ts")));
  });

  // On Windows it is the same runtime again.
  if (name.endsWith(".exe") && !windows.native) continue;

  test(`the lane ${name} takes a file for a failure that has no test or cannot be loaded`, async () => {
    assert(isFailure(await run("tests/src/empty_test.ts")));
    const result = await run("tests/src/broken_test.ts");
    assert(isFailure(result));
    const said = result.output +
      result.tests.map(({ detail }) => detail).join();
    assertStringIncludes(said, "nothing.ts");
  });
}

for (
  const { name, files: folders, run } of emulatedLanes(
    ...[repository, files, windows, session] as const,
  )
) {
  test(`the emulated lane ${name} runs a folder's tests in one process, each with globals of its own`, async () => {
    assertEquals(folders, ["tests/src/pipe/"]);
    const { tests, problem } = await run("tests/src/pipe/");
    assertEquals(problem, undefined);
    assertEquals(tests.map(({ outcome }) => outcome), ["passed", "passed"]);
    assertEquals(new Set(tests.map(({ name }) => name)).size, 1);
  });
}

test("a file that hangs is ended, and taken for a failure", async () => {
  const timeout = 4000;
  const hasty = [
    ...portableLanes(repository, files, timeout),
    ...windowsLanes(repository, files, windows, session, timeout),
  ];
  const results = await Promise.all(
    hasty.map(({ run }) => run("tests/src/hang_test.ts")),
  );
  for (const { problem } of results) {
    assertEquals(problem, "took too long and was ended");
  }
});

test("the lane deno.exe runs a file once for each line of V8 flags", async () => {
  const { tests, problem } = await denoExe!.run("tests/src/bound_test.ts");
  assertEquals(problem, undefined);
  assertEquals(tests.map(({ outcome }) => outcome), ["passed", "passed"]);
});

test("parseJunit() reads what stands in entities, attributes and nested elements", () => {
  const report = `<testsuites><testsuite name="a > b">
    <testcase name="a &gt; &quot;b&quot; &#x41;&#66;" time="0"/>
    <testcase name="c > d"><failure message="m &amp; &lt;n>"/></testcase>
    <testcase name="e"><error message="x">text</error></testcase>
    <testcase name="f"><skipped /></testcase>
  </testsuite></testsuites>`;
  assertEquals(parseJunit(report), [
    { name: 'a > "b" AB', outcome: "passed", detail: "" },
    { name: "c > d", outcome: "failed", detail: "m & <n>" },
    { name: "e", outcome: "failed", detail: "text" },
    { name: "f", outcome: "skipped", detail: "" },
  ]);
});
