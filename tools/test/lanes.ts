import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers";
import type { RunResult, Windows, WindowsSession } from "../windows/mod.ts";
import { type TestFiles, v8Flags } from "./files.ts";
import { parseJunit, type TestResult } from "./junit.ts";

/** A test file that hangs is ended after so long. */
const TIMEOUT = 15 * 60_000;

/** One runtime's share of the tests. */
export interface Lane {
  name: string;
  runtime: "node" | "deno" | "bun";
  files: string[];
  /** Runs one file. */
  run(file: string): Promise<FileResult>;
}

/** What came of one file in one lane. */
export interface FileResult {
  tests: TestResult[];
  /** What is wrong with the run itself: a crash, a time-out, a file without tests. */
  problem?: string;
  /** What the runtime printed. */
  output: string;
}

type Ending = Pick<RunResult, "code" | "stdout" | "stderr" | "timedOut">;

/** Lays out who runs what. `windows` is needed by the lanes of the Windows runtimes only. */
export function testLanes(
  repository: string,
  files: TestFiles,
  windows: Windows,
  session: WindowsSession,
): Lane[] {
  const bin = (name: string) => join(repository, "node_modules", name);
  // Without --test, which would hide a file that has no test or that ends in the middle.
  const nodeTest = [process.execPath, "--import", "tsx"];
  const onHost = (words: string[]) => hostProgram(repository, words);

  const denoArgs = (flags: string, report: string, file: string) => [
    ...["test", "--allow-all", "--no-check", "--no-lock", "--quiet"],
    `--v8-flags=${["--expose-gc", ...flags ? [flags] : []].join()}`,
    ...[`--junit-path=${report}`, file],
  ];
  const bunArgs = (report: string, file: string) => [
    ...["test", `--timeout=${TIMEOUT}`, "--reporter=junit"],
    ...[`--reporter-outfile=${report}`, `./${file}`],
  ];

  async function onWindows(
    runtime: "deno" | "bun",
    args: string[],
  ): Promise<Ending> {
    const disk = await session.smallDisk({ bytes: 4 << 20 });
    const env: Record<string, string> = { NO_COLOR: "1" };
    if (disk !== undefined) env["KERNEL32_IO_SMALL_DISK"] = disk;
    // Replays a random sequence of operations.
    const seed = process.env["KERNEL32_IO_SEED"];
    if (seed !== undefined) env["KERNEL32_IO_SEED"] = seed;
    const options = {
      cwd: repository,
      env,
      timeout: TIMEOUT,
    } as const;
    return await windows.run(runtime, args, {
      ...options,
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  const node: Lane["run"] = (file) =>
    reported((report) =>
      onHost([
        ...[...nodeTest, "--test-reporter=junit"],
        ...[`--test-reporter-destination=${report}`, file],
      ])
    );

  const lanes: Lane[] = [
    { name: "node", runtime: "node", files: files.portable, run: node },
  ];
  // On Windows these would be the pinned runtimes over again.
  if (!windows.native) {
    lanes.push({
      name: "deno",
      runtime: "deno",
      files: files.portable,
      run: (file) =>
        reported((report) =>
          onHost([
            process.execPath,
            bin("deno/bin.cjs"),
            ...denoArgs("", report, file),
          ])
        ),
    }, {
      name: "bun",
      runtime: "bun",
      files: files.portable,
      run: (file) =>
        reported((report) =>
          onHost([bin("bun/bin/bun.exe"), ...bunArgs(report, file)])
        ),
    });
  }
  lanes.push({
    name: "deno.exe",
    runtime: "deno",
    files: files.windows,
    async run(file) {
      const results = [];
      for (const flags of await v8Flags(join(repository, file))) {
        results.push(
          await reported((report) =>
            onWindows("deno", denoArgs(flags, windows.path(report), file))
          ),
        );
      }
      return merged(results);
    },
  }, {
    name: "bun.exe",
    runtime: "bun",
    files: files.windows,
    run: (file) =>
      reported((report) =>
        onWindows("bun", bunArgs(windows.path(report), file))
      ),
  }, {
    name: "host",
    runtime: "node",
    files: files.host,
    run: node,
  });
  return lanes;
}

/** Runs a file with a place for its JUnit report, and reads that. */
async function reported(
  run: (report: string) => Promise<Ending>,
): Promise<FileResult> {
  const folder = await mkdtemp(join(tmpdir(), "kernel32-io-test-"));
  try {
    const report = join(folder, "report.xml");
    const { code, stdout, stderr, timedOut } = await run(report);
    const output = readable(stdout + stderr);
    const xml = existsSync(report) ? await readFile(report, "utf8") : "";
    const tests = parseJunit(xml);
    const failed = tests.some(({ outcome }) => outcome === "failed");
    const problem = timedOut
      ? `did not end within ${TIMEOUT / 60_000} minutes`
      : tests.length === 0
      ? `ended with code ${code} and reported no test`
      : !xml.trimEnd().endsWith("</testsuites>")
      ? `ended with code ${code} in the middle of its tests`
      : code !== 0 && !failed
      ? `ended with code ${code} though no test failed`
      : undefined;
    return { tests, output, ...problem && { problem } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function merged(results: FileResult[]): FileResult {
  const problem = results.map(({ problem }) => problem).filter((problem) =>
    problem !== undefined
  ).join("; ");
  return {
    tests: results.flatMap(({ tests }) => tests),
    output: results.map(({ output }) => output).join(""),
    ...problem && { problem },
  };
}

/** Leaves out what Bun says under Wine about a folder that it sees by two names; it means nothing. */
function readable(output: string): string {
  return output.replaceAll(/^.*directory mismatch.*\r?\n/gmi, "");
}

function hostProgram(
  cwd: string,
  [program = "", ...args]: string[],
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    // A test that runs tests must not pass for the runner's own child.
    const { NODE_TEST_CONTEXT: _, ...variables } = process.env;
    const env = { ...variables, NO_COLOR: "1" };
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    child.stdout.setEncoding("utf8").on(
      "data",
      (text: string) => stdout += text,
    );
    child.stderr.setEncoding("utf8").on(
      "data",
      (text: string) => stderr += text,
    );
    const timer = setTimeout(() => timedOut = child.kill(), TIMEOUT);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, stdout, stderr, timedOut });
    });
  });
}
