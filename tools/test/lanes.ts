import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { progress } from "../windows/cache.ts";
import {
  runOf,
  type RunResult,
  runToEnd,
  type Windows,
  type WindowsSession,
} from "../windows/windows.ts";
import { type TestFiles, v8Flags, wantsSerialPort } from "./files.ts";
import { parseJunit, type TestResult } from "./junit.ts";

/** A test file that hangs is ended after so long. The slowest takes a minute, and some on a machine that is busy otherwise. */
const TIMEOUT = 15 * 60_000;

/** Under emulation the tests of a folder take up to ten minutes. */
const EMULATED_TIMEOUT = 30 * 60_000;

/** One runtime's share of the tests. */
export interface Lane {
  name: string;
  runtime: "node" | "deno" | "bun";
  /** What is run by itself: files, or folders whose tests one process runs. */
  files: string[];
  /** Runs one of them. */
  run(file: string): Promise<FileResult>;
}

/** What came of one file or folder in one lane. */
export interface FileResult {
  tests: TestResult[];
  /** What is wrong with the run itself: a crash, a time-out, a file without tests. */
  problem?: string;
  /** What the runtime printed. */
  output: string;
}

/** Lays out who runs the tests that need no Windows. */
export function portableLanes(
  repository: string,
  files: TestFiles,
  timeout: number = TIMEOUT,
): Lane[] {
  const lane = (
    runtime: Lane["runtime"],
    words: (report: string, file: string) => string[],
  ): Lane => ({
    name: runtime,
    runtime,
    files: files.portable,
    run: (file) =>
      reported((report) => onHost(repository, words(report, file), timeout)),
  });
  const node = lane("node", nodeWords);
  // On Windows the others would be the pinned runtimes over again.
  if (process.platform === "win32") return [node];
  const bin = (name: string) => join(repository, "node_modules", name);
  return [
    node,
    lane(
      "deno",
      (report, file) => [bin("deno/deno"), ...denoArgs("", report, [file])],
    ),
    lane(
      "bun",
      (report, file) => [bin("bun/bin/bun.exe"), ...bunArgs(report, [file])],
    ),
  ];
}

/**
 * How deno.exe may end under Wine, and more often under qemu-user, after a complete report. It does so there also without any call
 * of the module's into Windows, as where Deno refuses the permission.
 */
const CRASHED_AT_EXIT = "ended with code 139 though no test failed";

/** Lays out who runs the tests on Windows. */
export function windowsLanes(
  repository: string,
  files: TestFiles,
  windows: Windows,
  session: WindowsSession,
  timeout: number = TIMEOUT,
): Lane[] {
  const { runDeno, runBun } = runners(repository, windows, session, timeout);
  // Tests of the strict kernel call nothing of Windows: the portable lanes run them, on all three runtimes where the host
  // is not Windows.
  const inLanes = process.platform === "win32"
    ? files.windows
    : files.windows.filter((file) => !file.startsWith("tests/strict/"));
  return [{
    name: "deno.exe",
    runtime: "deno",
    files: inLanes,
    async run(file) {
      const results = [];
      for (const flags of await v8Flags(join(repository, file))) {
        let result = await runDeno(flags, [file]);
        // Under Wine, 2 of 575 runs ended so; a second time in a row is a failure.
        if (result.problem === CRASHED_AT_EXIT && !windows.native) {
          progress(`deno.exe crashed at its exit, after its report on ${file}`);
          result = await runDeno(flags, [file]);
        }
        results.push(result);
      }
      return merged(results);
    },
  }, {
    name: "bun.exe",
    runtime: "bun",
    files: inLanes,
    run: (file) => runBun([file]),
  }];
}

/** Whose tests depend on the calling convention, the machine code or the memory of a processor. */
const OF_PROCESSOR = [
  ...["tests/ffi/", "tests/rules/", "tests/src/sync/"],
  ...["tests/src/overlapped/", "tests/src/pipe/"],
];

/**
 * Of these, those of a million calls, 4 GiB, 10,000 operations or random sequences, each of which takes minutes under
 * emulation, of timers, which its pace starves, and the serial port's, whose device wants a Perl that the emulated system has not.
 */
const LEFT_OUT =
  /\/(allocation|event_loop|huge_buffer|many|overlapped_(model|stress)|serial)_test\.ts$/;

/** Lays out who runs the tests that depend on the processor on another one, emulated. */
export function emulatedLanes(
  repository: string,
  files: TestFiles,
  windows: Windows,
  session: WindowsSession,
): Lane[] {
  const { runDeno, runBun } = runners(
    ...[repository, windows, session, EMULATED_TIMEOUT] as const,
    { KERNEL32_IO_CALLS: "20000" },
  );
  const onFakes = files.portable.filter((file) =>
    !file.startsWith("tests/rules/")
  );
  const testsIn = (folder: string) =>
    files.windows.filter((file) =>
      file.startsWith(folder) && !onFakes.includes(file) && !LEFT_OUT.test(file)
    );
  const folders = OF_PROCESSOR.filter((folder) => testsIn(folder).length > 0);
  const lane = (
    runtime: "deno" | "bun",
    runFiles: (files: readonly string[]) => Promise<FileResult>,
  ): Lane => {
    const name = `${runtime}.exe`;
    const run = async (folder: string) => {
      const tests = testsIn(folder);
      progress(`Running ${tests.length} files of ${folder} on ${name}`);
      const { problem, ...result } = await runFiles(tests);
      if (problem === undefined) return result;
      if (problem !== CRASHED_AT_EXIT) return { ...result, problem };
      progress(`${name} crashed at its exit, after its report on ${folder}`);
      return result;
    };
    return { name, runtime, files: folders, run };
  };
  return [lane("deno", (tests) => runDeno("", tests)), lane("bun", runBun)];
}

/** Runs files on Windows, each call in one process. */
function runners(
  repository: string,
  windows: Windows,
  session: WindowsSession,
  timeout: number,
  variables: Readonly<Record<string, string>> = {},
) {
  const run = (
    runtime: "deno" | "bun",
    files: readonly string[],
    args: (report: string) => string[],
  ): Promise<FileResult> =>
    reported(async (report) => {
      const disk = await session.smallDisk({ bytes: 4 << 20 });
      const wishes = files.map((file) =>
        wantsSerialPort(join(repository, file))
      );
      await using device = (await Promise.all(wishes)).includes(true)
        ? await session.serialDevice()
        : undefined;
      const env: Record<string, string> = { NO_COLOR: "1", ...variables };
      if (disk !== undefined) env["KERNEL32_IO_SMALL_DISK"] = disk;
      if (device) env["KERNEL32_IO_SERIAL_PORT"] = device.port;
      // Replays a random sequence of operations.
      const seed = process.env["KERNEL32_IO_SEED"];
      if (seed !== undefined) env["KERNEL32_IO_SEED"] = seed;
      return await windows.run(runtime, args(windows.path(report)), {
        ...{ cwd: repository, env, timeout },
        ...{ stdout: "pipe", stderr: "pipe" },
      });
    });
  return {
    runDeno: (flags: string, files: readonly string[]) =>
      run("deno", files, (report) => denoArgs(flags, report, files)),
    runBun: (files: readonly string[]) =>
      run("bun", files, (report) => bunArgs(report, files)),
  };
}

/** Those of the tests of the tools that take longest. They begin first, lest one of them runs alone at the end. */
const LONGEST = ["examples", "bench", "pipes", "killed_writers", "windows"].map(
  (name) => `tests/host/${name}_test.ts`,
);

/** Lays out who runs the tests that drive the tools. */
export function hostLane(repository: string, files: TestFiles): Lane {
  const isLong = (file: string) => LONGEST.includes(file);
  return {
    name: "host",
    runtime: "node",
    files: [
      ...LONGEST.filter((file) => files.host.includes(file)),
      ...files.host.filter((file) => !isLong(file)),
    ],
    run: (file) =>
      reported((report) => {
        // A temporary folder of its own, where a test can see what is left behind.
        const temp = dirname(report);
        const env = { TMPDIR: temp, TEMP: temp, TMP: temp };
        return onHost(repository, nodeWords(report, file), TIMEOUT, env);
      }),
  };
}

/** Without --test, which would hide a file that has no test or that ends in the middle. */
function nodeWords(report: string, file: string): string[] {
  return [
    ...[process.execPath, "--import", "tsx", "--test-reporter=junit"],
    ...[`--test-reporter-destination=${report}`, file],
  ];
}

function denoArgs(
  flags: string,
  report: string,
  files: readonly string[],
): string[] {
  return [
    ...["test", "--allow-all", "--no-check", "--no-lock", "--quiet"],
    `--v8-flags=${["--expose-gc", ...flags ? [flags] : []].join()}`,
    ...[`--junit-path=${report}`, ...files],
  ];
}

function bunArgs(report: string, files: readonly string[]): string[] {
  return [
    ...["test", `--timeout=${TIMEOUT}`, "--reporter=junit"],
    // Each with globals of its own, as in Deno.
    ...files.length > 1 ? ["--isolate"] : [],
    ...[`--reporter-outfile=${report}`, ...files.map((file) => `./${file}`)],
  ];
}

/** Runs a file with a path for its JUnit report, and reads that. */
async function reported(
  run: (report: string) => Promise<RunResult>,
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
      ? "took too long and was ended"
      : tests.length === 0
      ? `ended with code ${code} and reported no test`
      : !xml.trimEnd().endsWith("</testsuites>")
      ? `ended with code ${code} in the middle of its tests`
      : code !== 0 && !failed
      ? `ended with code ${code} though no test failed`
      : undefined;
    return { tests, output, ...problem && { problem } };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function merged(results: FileResult[]): FileResult {
  const problem = results.flatMap(({ problem }) => problem ?? []).join("; ");
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

/** Runs a program of the host. */
function onHost(
  cwd: string,
  [program = "", ...args]: string[],
  timeout: number,
  env: Record<string, string> = {},
): Promise<RunResult> {
  // A test that runs tests must not pass for the runner's own child.
  const { NODE_TEST_CONTEXT: _, ...variables } = process.env;
  const start = () => {
    const child = spawn(program, args, {
      ...{ cwd, env: { ...variables, NO_COLOR: "1", ...env } },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return Promise.resolve(runOf(child, () => {}));
  };
  return runToEnd(start, program, args, { timeout });
}
